from __future__ import annotations

import pytest

from enrichers.firmographic.chinese_places import country_of_place, script_of
from enrichers.firmographic.country import hints_of
from tests.enrichers.firmographic.pages import facts, page, values

TAIWANESE = (
    "<html lang='zh-Hant'><title>晨岸精密股份有限公司</title><h1>晨岸精密股份有限公司</h1><p>提供半導體設備用滾珠螺桿。</p>"
    "<footer>地址：{address}<br>電話：(03) 555-0142　傳真：(03) 555-0143<br>{number}</footer></html>"
)
URL = "https://www.chenan-precision.example/"


def countries(html: str, given: str | None = None, url: str | None = URL) -> list[str]:
    return values(facts(html, url, given), "country")


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("新竹市東區光華路66號3樓", "TW"),
        ("300 新竹市東區光華路66號3樓", "TW"),
        ("新竹縣竹北市光華六路8號", "TW"),
        ("台灣台北市信義區松德路1號", "TW"),
        ("新竹市东区光华路66号3楼", "TW"),
        ("香港九龍觀塘道388號12樓", "HK"),
        ("九龍觀塘道388號12樓", "HK"),
        ("澳門氹仔大連街8號", "MO"),
        ("廣東省深圳市南山區科苑路15號", "CN"),
        ("深圳市南山区科苑路15号", "CN"),
        ("香港中路76号", None),
        ("中山路1號", None),
    ],
)
def test_a_place_says_which_country_it_is_in(address, country):
    assert country_of_place(address) == country


def test_a_taiwanese_company_is_in_taiwan_whatever_its_domain():
    html = TAIWANESE.format(address="新竹市東區光華路66號3樓", number="統一編號：99990142")
    found = facts(html, URL)
    assert [(f.value, f.confidence) for f in found["country"]] == [("TW", 0.88)]
    assert values(found, "city") == ["新竹市"] and values(found, "street") == ["東區光華路66號3樓"]
    assert {f.canonical: f.kind for f in found["phone"]} == {"+88635550142": "main", "+88635550143": "fax"}


def test_a_tax_number_says_what_an_address_without_a_city_leaves_open():
    assert countries(TAIWANESE.format(address="光華路66號3樓", number="統一編號：99990142")) == ["TW"]


def test_a_script_alone_is_no_country():
    assert countries(TAIWANESE.format(address="光華路66號3樓", number="")) == []
    assert countries("<p>地址：科苑路15号1栋</p>") == []


def test_what_is_known_of_the_account_fills_what_the_page_leaves_open():
    html = TAIWANESE.format(address="光華路66號3樓", number="")
    assert countries(html, "TW") == ["TW"] and countries(html, "HK") == ["HK"]
    assert countries(html, "US") == []


def test_hard_evidence_outweighs_what_is_known_of_the_account():
    assert countries("<p>地址：科苑路15号1栋</p><p>粤ICP备12345678号</p>", "TW") == ["CN"]
    assert countries(TAIWANESE.format(address="新竹市東區光華路66號", number=""), "CN") == ["TW"]


def test_signs_that_disagree_say_nothing():
    assert countries("<p>地址：光華路66號</p><p>統一編號：99990142</p><p>粤ICP备12345678号</p>") == []


def test_numbers_are_read_under_the_accounts_country_until_the_page_says_otherwise():
    assert hints_of(page("<p>聯絡電話 2345 6789</p>", URL), "HK").country == "HK"
    assert hints_of(page("<p>联系电话 2345 6789</p>", URL), "SG").country == "SG"
    assert hints_of(page("<p>Call Acme Inc, USA</p>", URL), "GB").country == "GB"
    assert hints_of(page("<p>Call us</p>", "https://acme.co.uk/"), "US").country == "GB"


def test_german_postcodes_are_not_all_germany():
    html = "<html lang=de><p>Hafenweg 3<br>{0}</p></html>"
    assert countries(html.format("20457 Hamburg")) == ["DE"]
    assert countries(html.format("A-1010 Wien")) == ["AT"]
    assert countries(html.format("1010 Wien"), "AT") == ["AT"]
    assert countries(html.format("1010 Wien")) == []


def test_the_script_of_a_text():
    assert [script_of(t) for t in ("联系电话", "聯絡電話", "上海", "")] == [
        "simplified",
        "traditional",
        None,
        None,
    ]

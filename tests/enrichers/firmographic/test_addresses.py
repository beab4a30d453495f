from __future__ import annotations

import pytest

from tests.enrichers.firmographic.pages import facts, facts_of, kinds, saved, values

PARTS = ("street", "city", "region", "postcode", "country")


def first(html: str, url: str | None = None) -> dict[str, str]:
    found = facts(html, url)
    return {part: found[part][0].value for part in PARTS if found.get(part)}


@pytest.mark.parametrize(
    ("html", "url", "parts"),
    [
        (
            "<p>1840 Tincup Street, Suite 200<br>Denver, CO 80202</p>", None,
            ("1840 Tincup Street, Suite 200", "Denver", "CO", "80202", "US"),
        ),
        (
            "<p>Visit us at 1840 Tincup Street Colorado Springs, CO 80202-1234 | 303-555-0142</p>", None,
            ("1840 Tincup Street", "Colorado Springs", "CO", "80202-1234", "US"),
        ),
        ("<p>31 Maple Cres, Etobicoke, ON M9B1P2</p>", None, ("31 Maple Cres", "Etobicoke", "ON", "M9B1P2", "CA")),
        (
            "<p>6 Elder Way<br>Hockley<br>Essex<br>SS5 4AD<br>United Kingdom</p>", "https://x.co.uk",
            ("6 Elder Way", "Hockley", "Essex", "SS5 4AD", "GB"),
        ),
        ("<p>Level 3, 20 Collins Street<br>Melbourne VIC 3000</p>", "https://x.com.au", ("Level 3, 20 Collins Street", "Melbourne", "VIC", "3000", "AU")),
        ("<p>Hafenweg 3<br>20457 Hamburg</p>", "https://x.de", ("Hafenweg 3", "Hamburg", None, "20457", "DE")),
        (
            "<p>地址：广东省深圳市南山区科苑路15号1栋 邮编：518057 电话：0755-86010000</p>", None,
            ("南山区科苑路15号1栋", "深圳市", "广东省", "518057", "CN"),
        ),
        ("<p>公司地址: 上海市虹桥路88号</p>", None, ("虹桥路88号", "上海市", "上海市", None, "CN")),
    ],
)  # fmt: skip
def test_addresses_in_parts(html, url, parts):
    assert first(html, url) == {name: value for name, value in zip(PARTS, parts, strict=True) if value}


def test_several_sites_are_told_apart_and_the_headquarters_comes_first():
    html = (
        "<p>Boulder office<br>22 Pearl Court<br>Boulder, CO 80301</p>"
        "<h3>Corporate headquarters</h3><p>1840 Tincup Street<br>Denver, CO 80202</p>"
    )
    found = facts(html)
    assert values(found, "city") == ["Denver", "Boulder"]
    assert list(kinds(found, "address").values()) == ["headquarters", "other"]


def test_parts_of_one_address_stay_together():
    found = facts_of("harlow_contact.html")
    groups = {(fact.group, fact.field): fact.value for part in PARTS for fact in found[part]}
    assert groups[0, "street"].startswith("1840 Tincup") and groups[0, "postcode"] == "80202"
    assert groups[1, "street"] == "22 Pearl Court" and groups[1, "postcode"] == "80301"


def test_structured_addresses():
    assert first(saved("marked.html").decode()) == {
        "street": "Hafenweg 3", "city": "Hamburg", "postcode": "20457", "country": "DE",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["Model CO 80202 valve", "Since 1999 in Denver", "We need 10000 volunteers", "图1-1 北京", "地址：暂无"],
)
def test_other_texts_are_no_addresses(text):
    assert "street" not in facts(f"<p>{text}</p>")

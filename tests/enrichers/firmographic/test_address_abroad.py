from __future__ import annotations

import pytest

from tests.enrichers.firmographic.pages import facts

PARTS = ("street", "city", "region", "postcode", "country")


def first(html: str, url: str | None = None) -> tuple[str | None, ...]:
    found = facts(html, url)
    return tuple(found[part][0].value if found.get(part) else None for part in PARTS)


@pytest.mark.parametrize(
    ("html", "url", "parts"),
    [
        ("<p>Tarn Pumps Ltd, Unit 4, Ballymount Business Park, Dublin 12, D12 A3F7, Ireland</p>", "https://tarn.ie/", ("Unit 4, Ballymount Business Park", "Dublin 12", None, "D12 A3F7", "IE")),
        ("<p>Tarn Pumps Ltd<br>23 Patrick Street<br>Ennis, Co. Clare, Ireland</p>", "https://tarn.ie/", ("23 Patrick Street", "Ennis", "Co. Clare", None, "IE")),
        ("<p>Rua do Ouro 123, 1100-060 Lisboa, Portugal</p>", "https://tarn.pt/", ("Rua do Ouro 123", "Lisboa", None, "1100-060", "PT")),
        ("<p>Morada: Avenida da Liberdade, nº 245, 3º Esq.<br>4450-208 Vila Nova de Gaia</p>", "https://tarn.pt/", ("Avenida da Liberdade, nº 245, 3º Esq.", "Vila Nova de Gaia", None, "4450-208", "PT")),
        ("<p>Unit 1203, 12/F, Wing Fat Centre, 111 Connaught Road Central, Hong Kong</p>", "https://tarn.hk/", ("Unit 1203, 12/F, Wing Fat Centre, 111 Connaught Road Central", "Hong Kong", "Hong Kong", None, "HK")),
        ("<p>Address: Flat B, 10/F, 60 Hoi Yuen Road, Kwun Tong, Kowloon, Hong Kong SAR</p>", None, ("Flat B, 10/F, 60 Hoi Yuen Road, Kwun Tong", "Kowloon", "Hong Kong", None, "HK")),
        ("<p>5F., No. 100, Sec. 2, Nanjing E. Rd., Zhongshan Dist., Taipei City 104, Taiwan (R.O.C.)</p>", "https://tarn.tw/", ("5F., No. 100, Sec. 2, Nanjing E. Rd., Zhongshan Dist.", "Taipei City", None, "104", "TW")),
    ],
)  # fmt: skip
def test_addresses_as_they_are_written_there(html, url, parts):
    assert first(html, url) == parts


@pytest.mark.parametrize(
    "html",
    [
        "<p>We deliver from Hong Kong to 40 countries.</p>", "<p>Order 1234-567 Shipped on Monday</p>", "<p>Fly to Dublin, Ireland from 99 euros</p>",
        "<p>Our Taiwan team grew by 104 people.</p>", "<p>Part number D12 A3F7</p>", "<p>" + "1100-060 Lisboa, " * 200 + "</p>",
    ],
)  # fmt: skip
def test_what_only_looks_like_one_is_none(html):
    assert not facts(html).get("street")


def kinds(html: str, url: str | None = None) -> dict[str, str | None]:
    return {fact.value: fact.kind for fact in facts(html, url).get("city", ())}


def test_several_sites_are_told_apart_and_the_headquarters_marked():
    page = """<h2>Headquarters</h2><p>500 Main Street, Denver, CO 80202</p><h2>West Coast office</h2><p>77 Mission Street, San Francisco, CA 94105</p>
    <h3>Showroom</h3><p>9 Elm Street, Austin, TX 78701</p>"""
    assert kinds(page) == {"Denver": "headquarters", "San Francisco": "other", "Austin": "other"}
    page = "<html lang=zh><p>总部地址：浙江省绍兴市柯桥区群贤路100号</p><p>上海分公司地址：上海市浦东新区张江路88号</p>"
    assert kinds(page, "https://qinghe.cn/") == {"绍兴市": "headquarters", "上海市": "other"}

"""A name a company says it has given up is no name of it any more."""

from __future__ import annotations

import pytest

from enrichers.firmographic.read import read_page, settle


@pytest.mark.parametrize(
    ("html", "url", "now", "once"),
    [
        (
            "<title>Home - Ravenkeep Marine</title><h3>Mapledale Marine Ltd is now Ravenkeep Marine</h3>"
            "<footer>© 2026 Ravenkeep Marine Limited</footer>",
            "http://mapledale-marine.example/", "Ravenkeep Marine Limited", "Mapledale Marine",
        ),
        (
            "<title>Wren Hollow</title><footer>© 2026 Wren Hollow Ltd (formerly Dell Brook Ltd)</footer>",
            "http://wrenhollow.example/", "Wren Hollow Ltd", "Dell Brook Ltd",
        ),
        (
            "<title>宁波锦原照明有限公司</title><p>宁波鼎谷照明有限公司更名为锦原照明</p><p>版权所有 © 2026 宁波锦原照明有限公司</p>",
            "http://dinggu.example/", "宁波锦原照明有限公司", "宁波鼎谷照明有限公司",
        ),
    ],
)  # fmt: skip
def test_a_name_given_up_is_a_former_name(html: str, url: str, now: str, once: str) -> None:
    found = settle([read_page(html, url)])
    assert found["legal_name"][0].value == now
    assert [fact.value for fact in found["former_names"]] == [once]
    said = [fact.value for field in ("name", "legal_name") for fact in found[field]]
    assert not any(once in value for value in said)


@pytest.mark.parametrize(
    "said",
    [
        "Wren Hollow is now hiring",
        "Wren Hollow Ltd became a partner of Dell Brook Ltd",
        "Dell Brook Ltd now sells tools of Wren Hollow Ltd",
    ],
)
def test_other_news_gives_no_name_up(said: str) -> None:
    html = f"<title>Wren Hollow</title><p>{said}</p><footer>© 2026 Wren Hollow Ltd</footer>"
    assert "former_names" not in settle([read_page(html, "http://wrenhollow.example/")])

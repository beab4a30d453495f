from __future__ import annotations

import re

import pytest

from enrichers.firmographic.industry import GBT, ISIC, industry, trades
from enrichers.firmographic.page import parse_page
from enrichers.firmographic.structured import organisations


def told(html: str, url: str = "https://tarn.example/") -> dict[str, str]:
    page = parse_page(html, url)
    return {fact.field: fact.value for fact in industry(page, organisations(page))}


def test_the_trade_of_an_english_site_has_an_isic_code():
    page = "<html lang=en><title>Tarn Roofing | Roofers in Leeds</title><meta name=description content='Roof repairs and new roofing.'>"
    assert told(page) == {"industry": "Building trades", "industry_code": "43", "industry_scheme": ISIC}


def test_the_trade_of_a_chinese_site_has_a_code_of_the_national_scheme():
    page = "<html lang=zh><title>青禾阀门制造有限公司</title><meta name=description content='专业生产各类阀门、水泵'><p>欢迎光临青禾阀门</p>"
    assert told(page) == {"industry": "通用和专用设备", "industry_code": "C34", "industry_scheme": GBT}


def test_a_marked_up_type_says_it_outright():
    page = '<html lang=en><script type="application/ld+json">{"@type":"Dentist","name":"Tarn"}</script><title>Tarn</title>'
    assert told(page)["industry_code"] == "86"


@pytest.mark.parametrize(
    "html",
    [
        "<html lang=en><title>Welcome</title><p>We once met a dentist.</p>",
        "<html lang=en><title>Software and a law firm</title>",
        "", "<title>Tarn</title>",
    ],
)  # fmt: skip
def test_where_it_is_not_clear_nothing_is_told(html):
    assert told(html) == {}


def test_whom_it_works_for_is_not_what_it_does():
    assert told("<html lang=en><title>Software for law firms and attorneys</title>")["industry_code"] == "62"


def test_an_articles_title_counts_less_than_the_home_pages():
    page = parse_page(
        "<html lang=en><title>Dental clinics and dentists close</title>",
        "https://tarn.example/2024/dentists-close-early.html",
    )
    home = parse_page("<html lang=en><title>Dental clinics and dentists</title>", "https://tarn.example/")
    assert industry(page, [])[0].confidence < 0.6 <= industry(home, [])[0].confidence


def test_the_codes_are_codes_of_their_schemes():
    rows = trades()
    assert len(rows) > 60
    assert all(re.fullmatch(r"\d\d", trade.isic) and re.fullmatch(r"[A-T]\d\d", trade.gbt) for trade in rows)
    assert len({trade.isic for trade in rows}) == len(rows)
    types = [name for trade in rows for name in trade.types]
    assert len(types) == len(set(types))


def test_what_is_needed_is_part_of_every_match():
    for trade in trades():
        for text in (
            "roofers and roofing",
            "专业生产各类阀门",
            "a law firm of attorneys",
            "Software",
            "hotels and resorts",
        ):
            for match in trade.says.finditer(text):
                assert any(need in text.lower() for need in trade.needs), (trade.en, match.group())

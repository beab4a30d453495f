from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intelligence.events.text import READ_AT_MOST, language, read


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("<p>Northwind <b>opens</b> a plant</p>", "Northwind opens a plant"),
        ("Smith &amp;amp; Sons buys Contoso", "Smith & Sons buys Contoso"),
        ("Fabrikam\x00\x07 raises\u200b money", "Fabrikam raises money"),
        ("<script>var x = 'bankrupt';</script>Contoso hires", "Contoso hires"),
        ("\ud83d broken half", "broken half"),
        ("The company’s “plan”", 'The company\'s "plan"'),
        ("profit < costs and > losses", "profit < costs and > losses"),
    ],
)
def test_reads_the_text_behind_the_markup(raw: str, plain: str) -> None:
    assert read(raw).plain == plain


def test_folds_widths_and_traditional_characters() -> None:
    text = read("遠東公司宣佈完成３億元Ａ輪融資")
    assert text.lang == "zh"
    assert "3亿元a轮融资" in text.folded


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Contoso opens in 上海", "en"),
        ("SNK摇杆NEOGEO Arcade Stick Pro登场发售了", "zh"),
        ("", "en"),
        ("12345 %", "en"),
        ("康科技上市", "zh"),
    ],
)
def test_tells_the_language(text: str, lang: str) -> None:
    assert language(text) == lang


def test_a_dot_in_a_company_name_ends_no_sentence() -> None:
    text = read("Contoso Corp. has cut jobs at its U.S. unit. Shares rose.")
    start, end = text.sentence(0)
    assert text.plain[start:end].startswith("Contoso Corp has cut jobs at its US unit")


@given(st.text(max_size=300))
def test_any_text_can_be_read(raw: str) -> None:
    text = read(raw)
    assert len(text.plain) == len(text.folded)
    assert 0 <= text.head <= len(text.plain)
    start, end = text.clause(min(3, len(text.plain)))
    assert 0 <= start <= end <= len(text.plain)


@pytest.mark.parametrize("piece", ["<", "<a ", "<script>", "&", "<!--", "公司收购", "a" * 50 + " ", "\n\n"])
def test_huge_and_hostile_texts_cost_little(piece: str) -> None:
    begin = time.perf_counter()
    text = read(piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - begin < 2
    assert len(text.plain) <= READ_AT_MOST

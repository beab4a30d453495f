"""Taiwan's and Hong Kong's spellings of Chinese names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.names import parse
from matchers.pairs import PairMatcher
from matchers.romanised import cantonese_runs, may_be_cantonese, spelled, spellings_of, wade_runs


@pytest.mark.parametrize(
    ("pinyin", "wade"),
    [("xin", "hsin"), ("zhang", "chang"), ("jian", "chien"), ("cai", "tsai"), ("guo", "kuo"), ("zhong", "chung"), ("zheng", "cheng"),
     ("xiong", "hsiung"), ("yong", "yung"), ("zhi", "chih"), ("guang", "kuang"), ("jun", "chun"), ("de", "teh"), ("xue", "hsueh")],
)  # fmt: skip
def test_wade_giles_follows_from_pinyin(pinyin: str, wade: str) -> None:
    assert wade in spelled(pinyin, "wade")


@pytest.mark.parametrize(
    ("han", "spelling"),
    [("黄", "wong"), ("張", "cheung"), ("郭", "kwok"), ("华", "wah"), ("丰", "fung"), ("兴", "hing"), ("源", "yuen"), ("德", "tak"),
     ("成", "shing"), ("生", "sang"), ("龍", "loong"), ("記", "kee"), ("長江", "cheungkong"), ("永隆", "winglung"), ("恒生", "hangsang")],
)  # fmt: skip
def test_hong_kong_spells_cantonese(han: str, spelling: str) -> None:
    assert spelling in cantonese_runs(han) and may_be_cantonese(spelling)


def test_runs_say_where_they_stand() -> None:
    assert wade_runs("大新光")["hsinkuang"] == (1, 2)
    assert spellings_of("国泰") == ("kuotai", "kwoktai")


def test_words_of_other_languages_are_not_looked_up() -> None:
    assert not any(map(may_be_cantonese, ("technology", "semiconductor", "global", "x", "")))


@pytest.mark.parametrize(
    ("latin", "meant", "other"),
    [("Cheung Wah Fung Ltd", "长华丰有限公司", "天水溪有限公司"), ("Kwok Hing Loong Limited", "國興隆有限公司", "美高梅有限公司"),
     ("Hsin Kuang Chung Co., Ltd.", "新光中股份有限公司", "大同和股份有限公司")],
)  # fmt: skip
def test_a_name_is_met_in_either_spelling(latin: str, meant: str, other: str) -> None:
    scores = PairMatcher().scores([(parse(latin), parse(meant)), (parse(latin), parse(other))])
    assert scores[0] > 0 > scores[1]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12))
def test_any_text_has_runs_within_itself(text: str) -> None:
    for runs in (wade_runs(text), cantonese_runs(text)):
        assert all(start >= 0 and start + size <= len(text) and size > 0 for start, size in runs.values())
    may_be_cantonese(text)


def test_rows_of_one_table_meet_in_older_spellings() -> None:
    from accounts.account import Company
    from matchers.clusters import dedupe_and_report

    rows = [
        Company("1", ("Cheung Fung Ltd",)), Company("2", ("長豐有限公司",)), Company("3", ("Hsin Kuang Co., Ltd.",)),
        Company("4", ("新光股份有限公司",)), Company("5", ("Brightmoor GmbH",)),
    ]  # fmt: skip
    report = dedupe_and_report(rows)[1]
    assert report.by_key["pinyin"][0] >= 2

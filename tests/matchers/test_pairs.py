from __future__ import annotations

import pytest

from matchers.names import parse
from matchers.pairs import PairMatcher


@pytest.fixture(scope="module")
def matcher() -> PairMatcher:
    return PairMatcher()


def chance(matcher: PairMatcher, left: str, right: str) -> float:
    return matcher.answers([(parse(left), parse(right))])[0].probability


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Velmont Industries, Inc.", "VELMONT INDS INC  DL-,01"),
        ("Koval Pharmaceuticals Ltd", "KOVAL PHARM LTD"),
        ("Van der Horst Machines N.V.", "VANDERHORST MACHINES NV"),
        ("青禾塔", "杭州青禾塔网络科技有限公司"),
        ("*ST青塔", "浙江青塔新材料股份有限公司"),
        ("鼎灃電", "鼎灃電子股份有限公司"),
        ("Suzhou Qinghe New Materials Co., Ltd.", "苏州清禾新材料股份有限公司"),
        ("Hangzhou Lanjing Software Co., Ltd.", "杭州蓝鲸软件有限公司"),
    ],
)
def test_the_same_company(matcher: PairMatcher, left: str, right: str) -> None:
    assert chance(matcher, left, right) >= 0.5
    assert chance(matcher, right, left) >= 0.5


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Velmont Industries, Inc.", "Calderon Industries, Inc."),
        ("Koval Pharmaceuticals Ltd", "Kestrel Pharmaceuticals Ltd"),
        ("青禾塔", "杭州红枫岭网络科技有限公司"),
        ("Suzhou Qinghe New Materials Co., Ltd.", "成都锦帆物流有限公司"),
        ("Global Technology Group", "Global Logistics Group"),
        ("", "Velmont Industries"),
        ("同上", "同上"),
        ("有限公司", "有限公司"),
        ("N/A", "N/A"),
    ],
)
def test_another_company(matcher: PairMatcher, left: str, right: str) -> None:
    assert chance(matcher, left, right) < 0.5


def test_the_reason_names_both_names(matcher: PairMatcher) -> None:
    said = matcher.answers([(parse("Velmont Industries, Inc."), parse("Velmont Inds"))])[0]
    assert "Velmont Industries, Inc." in said.reason
    assert "Velmont Inds" in said.reason
    assert said.grade in "ABC"


def test_a_word_common_in_the_table_proves_less() -> None:
    table = [
        parse(f"Marlow {word}")
        for word in ("Foods", "Steel", "Bank", "Hotels", "Media", "Motors", "Paper", "Glass")
    ] * 1
    alone = PairMatcher().scores([(parse("Marlow"), parse("Marlow Foods"))])[0]
    crowded = PairMatcher(table * 1).scores([(parse("Marlow"), parse("Marlow Foods"))])[0]
    assert crowded < alone


def test_scores_do_not_saturate(matcher: PairMatcher) -> None:
    pairs = [
        ("Velmont Industries", "Velmont Industries"),
        ("Velmont Industries", "Velmont Inds"),
        ("Velmont", "Velmond Inds"),
    ]
    scores = matcher.scores([(parse(a), parse(b)) for a, b in pairs]).tolist()
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3

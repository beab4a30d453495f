from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intelligence.duplicates import Telling, duplicate_pairs, shingles, story_groups


@given(st.lists(st.text("ab cd", max_size=12), max_size=12), st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_pairs_are_exactly_those_of_a_full_comparison(texts: list[str], alike: float) -> None:
    sets = [shingles(text) for text in texts]
    truth = {
        (a, b)
        for b in range(len(sets))
        for a in range(b)
        if sets[a] and sets[b] and len(sets[a] & sets[b]) >= alike * len(sets[a] | sets[b])
    }
    found = list(duplicate_pairs([Telling(text) for text in texts], alike=alike))
    assert {(a, b) for a, b, _ in found} == truth
    assert all(likeness >= alike for _, _, likeness in found)


def test_one_story_of_one_company_within_a_week() -> None:
    text = "Contoso opens a second plant in Ohio"
    tellings = [
        Telling(text, "contoso", date(2031, 5, 1)),
        Telling(text + " today", "contoso", date(2031, 5, 8)),
        Telling(text, "contoso", date(2031, 5, 20)),
        Telling(text, "fabrikam", date(2031, 5, 1)),
        Telling("康拓股份在合肥新建工厂", "contoso", date(2031, 5, 1)),
    ]
    assert story_groups(tellings) == [(0, 1), (2,), (3,), (4,)]


def test_what_is_unknown_keeps_nobody_apart() -> None:
    assert story_groups(
        [Telling("Contoso hires a chief"), Telling("Contoso hires a chief", "contoso", date(2031, 1, 1))]
    ) == [(0, 1)]


def test_empty_texts_are_no_duplicates() -> None:
    assert story_groups([Telling(""), Telling("  ")]) == [(0,), (1,)]


@pytest.mark.parametrize("alike", [0, -1, 1.5])
def test_likeness_must_be_a_share(alike: float) -> None:
    with pytest.raises(ValueError, match="share"):
        list(duplicate_pairs([Telling("x")], alike=alike))


def test_three_thousand_headlines_take_seconds() -> None:
    tellings = [
        Telling(f"Company {n * 7919 % 10007} reports results of quarter {n % 97} in region {n % 31}")
        for n in range(3000)
    ]
    begin = time.process_time()  # the processor's time: the machine may be busy with other things
    story_groups(tellings)
    assert time.process_time() - begin < 30

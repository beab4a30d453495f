from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.firmographic.words import pattern_of, speaks_of

WORDS = [
    "Careers",
    "JOBS",
    "加入我们",
    "join us",
    "about",
    "zhaopin",
    "work with us",
    "news",
    "联系我们",
    "we're hiring",
    "x",
    "\n",
    " ",
    "ſ",
    "Karriere",
]


@given(st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join) | st.text(max_size=40))
def test_telling_texts_off_early_changes_no_answer(text):
    for key in ("careers", "contact", "about", "imprint", "newsroom", "customers"):
        assert speaks_of("pages.yml", key, text) is (pattern_of("pages.yml", key).search(text) is not None)


@pytest.mark.parametrize(
    ("text", "careers"),
    [("Join our team", True), ("诚聘英才", True), ("Job done well", False), ("About", False)],
)
def test_careers_are_told_in_both_languages(text, careers):
    assert speaks_of("pages.yml", "careers", text) is careers

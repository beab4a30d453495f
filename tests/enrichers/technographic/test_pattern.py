from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.technographic.matcher import Budget, TextMatcher
from enrichers.technographic.own import own_fingerprints
from enrichers.technographic.pattern import FLAGS, Pattern, bound, cost, expand, required_literal
from enrichers.technographic.prefilter import HyperscanPrefilter, LiteralPrefilter, fastest_prefilter, loosen
from enrichers.technographic.store import Store
from tests.enrichers.technographic.pages import CHINESE, ENGLISH


def test_bounds_open_repetitions() -> None:
    assert bound("a.*b") == "a.{0,250}b"
    assert bound(r"[\d.]+x") == r"[\d.]{1,32}x"
    assert bound("(?:ab)*") == "(?:ab){0,4}"
    assert bound(r"a\*b\+") == r"a\*b\+"
    assert bound("a{2,}") == "a{2,250}"
    assert bound("a.*?b") == "a.{0,250}?b"


def test_tells_costly_patterns() -> None:
    assert cost(bound("(a+)+")) == math.inf or cost(bound("(a+)+")) > 1e6
    assert cost(bound("x.*y")) <= 251
    assert cost(r"\d{1,32}\.\d{1,32}\.\d{1,32}") <= 64


@pytest.mark.parametrize(
    ("source", "literal"),
    [
        ("foo(?:bar|qux)", "foo"),
        ("(?:foo)?x", ""),
        ("a|b", ""),
        ("[Ff]oo-widget", "oo-widget"),
        ("(hello)+", "hello"),
    ],
)
def test_finds_required_literals(source: str, literal: str) -> None:
    assert required_literal(source) == literal


def test_expands_version_templates() -> None:
    match = re.search(r"v(\d+)?(x)?", "v12")
    assert match
    assert expand(r"\1", match) == "12"
    assert expand(r"\2?has:none", match) == "none"


PATTERNS = [
    (n, p)
    for n, f in enumerate(own_fingerprints())
    for part in ("html", "url", "script", "inline")
    for p in f.texts.get(part, ())
]


@pytest.mark.parametrize("prefilter", list(dict.fromkeys((LiteralPrefilter, fastest_prefilter()))))
@pytest.mark.parametrize("text", [ENGLISH, CHINESE, "公司 jquery-3.7.1.min.js 版本\nbootstrap.min.css\n", ""])
def test_prefilters_change_no_result(
    prefilter: type[LiteralPrefilter] | type[HyperscanPrefilter], text: str
) -> None:
    matcher = TextMatcher(PATTERNS, Store(None), prefilter)
    found = [(n, p.source, m.span()) for n, p, m in matcher.search([text], Budget(60))]
    naive = [(n, p.source, m.span()) for n, p in PATTERNS if (m := re.search(p.bounded, text, FLAGS))]
    assert found == naive


SMALL = [
    Pattern(s)
    for s in (
        r"foo.*bar",
        r"^b[ao]r$",
        r"([\d.]+)px",
        r"(?<!x)baz",
        r"\bqux\b",
        "é.x",
        r"[^a-z]{3}",
        r"f{2,30}",
    )
]


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="fobarqzux 1.3p\né中", max_size=80))
def test_prefilters_agree_with_re(text: str) -> None:
    entries = list(enumerate(SMALL))
    naive = [n for n, p in entries if re.search(p.bounded, text, FLAGS)]
    for prefilter in {LiteralPrefilter, fastest_prefilter()}:
        matcher = _SMALL_MATCHERS.setdefault(prefilter.__name__, TextMatcher(entries, Store(None), prefilter))
        assert [n for n, _, _ in matcher.search([text], Budget(60))] == naive


_SMALL_MATCHERS: dict[str, TextMatcher] = {}


def test_loosened_patterns_include_the_bounded() -> None:
    assert loosen("a[^>]{0,120}b{1,2}c{3,40}") == "a[^>]*b{1,2}c+"


def test_store_keeps_and_forgives(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "cache"
    first = TextMatcher(PATTERNS[:50], Store(folder))
    files = sorted(folder.iterdir())
    assert files
    for file in files:
        file.write_bytes(b"rubbish")
    again = TextMatcher(PATTERNS[:50], Store(folder))
    spans = lambda m: [(n, x.span()) for n, _, x in m.search([ENGLISH], Budget(9))]  # noqa: E731
    assert spans(first) == spans(again)

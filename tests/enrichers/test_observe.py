from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.catalogue import shipped_catalogue
from accounts.errors import UnknownField
from accounts.observation import Evidence
from accounts.values import Hints
from enrichers.observe import observe, passage

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVIDENCE = Evidence("http://a.test/", "call us", NOW)


def made(field: str, text: str, **more):
    given_ = {"source": "site", "record_id": "http://a.test", "evidence": EVIDENCE, "confidence": 0.8} | more
    return observe(shipped_catalogue(), "A1", field, text, extractor="t/1", at=NOW, **given_)


def test_value_key_and_display_come_from_the_field():
    said = made("phone", " (303) 333-PAUL ", hints=Hints(country="US"), kind="main")
    assert (said.value, said.key, said.display, said.kind) == (
        "+13033337285",
        "+13033337285",
        "(303) 333-PAUL",
        "main",
    )


def test_a_text_that_is_no_value_makes_nothing():
    assert made("phone", "call us") is None
    assert made("country", "Atlantis") is None
    assert made("city", "  ") is None


def test_confidence_stays_between_nothing_and_certain():
    assert made("city", "Lyon", confidence=1.7).confidence == 1.0


def test_an_unknown_field_is_told():
    with pytest.raises(UnknownField):
        made("phones", "x")


@given(st.text(max_size=5000))
def test_a_passage_is_short_and_tidy(text):
    cut = passage(text)
    assert len(cut) <= 600
    assert cut == cut.strip()
    assert "\n" not in cut

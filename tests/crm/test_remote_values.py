"""Values on the wire: what goes out reads back the same, and what cannot go out is refused with a reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.remote.formats import Unfit, Wire, decode, encode, read_moment
from crm.remote.records import Property, Shape
from tests.crm.build import NOW

TEXT = Property("a", Shape.TEXT, max_length=50)
WIRES = st.sampled_from([Wire(), Wire(strings=True, blank="")])


@given(st.text(max_size=60), WIRES)
def test_a_text_reads_back_or_is_refused(text: str, wire: Wire) -> None:
    try:
        sent = encode(wire, TEXT, text)
    except Unfit:
        return
    json.dumps(sent).encode()
    read = decode(TEXT, sent)
    assert (read or "").strip() == (text.strip() and text.strip())
    if text:
        text.encode("utf-8")


@given(st.decimals(allow_nan=True, allow_infinity=True), WIRES)
def test_a_number_reads_back_or_is_refused(number: object, wire: Wire) -> None:
    prop = Property("n", Shape.NUMBER, digits=12)
    try:
        sent = encode(wire, prop, str(number))
    except Unfit:
        return
    again = decode(prop, sent)
    assert again is not None
    assert float(again) == pytest.approx(float(str(number)), rel=1e-12)
    assert decode(prop, encode(wire, prop, again)) == again


@pytest.mark.parametrize(
    ("raw", "text"), [(1200, "1200"), (1200.0, "1200"), ("1.2E+3", "1200"), ("1200.50", "1200.5"), (0, "0")]
)
def test_numbers_read_alike_however_they_are_written(raw: object, text: str) -> None:
    assert decode(Property("n", Shape.NUMBER), raw) == text


@pytest.mark.parametrize(
    ("shape", "value", "why"),
    [
        (Shape.DATE, "0001-01-01", "year 1"), (Shape.DATE, "2026-02-30", "no date"), (Shape.INTEGER, "1.5", "no whole number"),
        (Shape.NUMBER, "NaN", "too large"), (Shape.NUMBER, "many", "no number"), (Shape.REFERENCE, "Germany", "another record"),
        (Shape.TEXT, "\ud800", "no API takes"), (Shape.TEXT, "x" * 51, "holds 50"), (Shape.MOMENT, "soon", "no date and time"),
    ],
)  # fmt: skip
def test_what_does_not_fit_says_why(shape: Shape, value: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        encode(Wire(), Property("p", shape, max_length=50), value)


def test_a_restricted_list_takes_its_entries_alone() -> None:
    prop = Property("p", Shape.MULTI_PICKLIST, options={"A": "a", "B": "b"}, restricted=True)
    assert encode(Wire(lists=";"), prop, "A;B") == "A;B"
    with pytest.raises(Unfit, match="pick list of p: 'C'"):
        encode(Wire(), prop, "A;C")


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-22T02:00:00.000+0000",
        "2026-11-22T03:00:00+01:00",
        "2026-11-22T02:00:00Z",
        1795312800000,
        "1795312800000",
    ],
)
def test_instants_as_apis_write_them(raw: object) -> None:
    assert read_moment(raw) == NOW


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.none()))
def test_no_instant_is_no_crash(raw: object) -> None:
    found = read_moment(raw)
    assert found is None or found.tzinfo is not None

"""Check digits: sound and broken numbers, and what a broken one is worth when it is equal, or another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.account import Company
from matchers.attributes import compare_identifiers
from matchers.checks import number_checks


@pytest.mark.parametrize(
    ("scheme", "number", "sound"),
    [
        ("uscc", "91350100M000100Y43", True), ("uscc", "91350100M000100Y4Z", False), ("ubn", "22099131", True),
        ("ubn", "11913502", True), ("ubn", "11913503", False), ("ubn", "1191350", False), ("cik", "320193", True), ("cik", "0", False),
        ("cik", "12345678901", False), ("vat", "DE136695976", True), ("vat", "DE136695977", False), ("vat", "IT00743110157", True),
        ("vat", "IT00743110158", False), ("vat", "GB980780684", True), ("vat", "GB802311781", False), ("vat", "FR40303265045", True),
        ("vat", "FR41303265045", False), ("vat", "XX12", True), ("vat", "DE12", False), ("number", "91350100M000100Y4Z", False),
        ("number", "91350100M000100Y43", True), ("number", "A-17", True),
    ],
)  # fmt: skip
def test_numbers_are_held_against_their_rule(scheme: str, number: str, sound: bool) -> None:
    assert number_checks(scheme, number) is sound


@given(st.sampled_from(["uscc", "lei", "cik", "ubn", "vat", "number"]), st.text(max_size=24))
def test_no_number_crashes_a_check(scheme: str, number: str) -> None:
    assert number_checks(scheme, number) in (True, False)


def said(scheme: str, ours: str, theirs: str) -> tuple[str, float]:
    found = compare_identifiers(
        Company("1", ("a",), identifiers={scheme: ours}), Company("2", ("b",), identifiers={scheme: theirs})
    )
    assert found is not None
    return found.grade, found.weight


def test_a_failed_check_lowers_trust_and_deletes_nothing() -> None:
    assert said("uscc", "91350100M000100Y43", "91350100m000100y43") == ("A", 9.0)
    assert said("uscc", "91350100M000100Y4Z", "91350100M000100Y4Z") == ("B", 5.0)
    assert said("ubn", "22099131", "11913502") == ("F", -6.0)
    assert said("ubn", "22099132", "11913502") == ("D", -2.0)


def test_leading_zeros_are_part_of_a_check_but_no_difference() -> None:
    assert said("cik", "0000320193", "320193") == ("A", 9.0)

"""What is learned of sources from people's words and from sources that meet."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intelligence.reliability import Claim, calibrated, learn_reliability


def claims_of(
    accuracies: dict[str, float], accounts: int, rng: Random, *, confidence: float = 0.8, checked: float = 0.0
) -> list[Claim]:
    """Sources that speak of the same cities, each right so often; a person has checked a share of the accounts."""
    found = []
    for number in range(accounts):
        seen = rng.random() < checked
        for source, accuracy in accuracies.items():
            good = rng.random() < accuracy
            key = "true" if good else f"wrong-{rng.randrange(40)}"
            found.append(Claim(f"A{number}", "city", source, (key,), confidence, good if seen else None))
    return found


def test_nothing_said_nothing_learned() -> None:
    assert learn_reliability([]) == {}
    alone = [Claim(f"A{i}", "city", "site", ("x",), 0.8) for i in range(50)]
    assert learn_reliability(alone) == {}


def test_people_s_words_calibrate_a_source_that_stands_alone() -> None:
    told = learn_reliability(claims_of({"site": 0.97}, 400, Random(1), confidence=0.7, checked=1.0))
    found = told["site", "city"]
    assert calibrated(0.7, found.shift) == pytest.approx(0.97, abs=0.03)
    assert (found.checked, found.compared) == (400, 0)


def test_of_three_that_meet_the_one_that_errs_is_found_without_anybody_s_word() -> None:
    told = learn_reliability(claims_of({"a": 0.95, "b": 0.93, "c": 0.5}, 600, Random(2)))
    a, b, c = (calibrated(0.8, told[s, "city"].shift) for s in "abc")
    assert a == pytest.approx(0.95, abs=0.04)
    assert b == pytest.approx(0.93, abs=0.04)
    assert c == pytest.approx(0.5, abs=0.08)


def test_a_few_words_move_little() -> None:
    told = learn_reliability([Claim("A1", "city", "site", ("x",), 0.9, right=False)])
    assert 0.65 < calibrated(0.9, told["site", "city"].shift) < 0.9


def test_a_new_field_of_a_source_starts_from_what_is_known_of_the_source() -> None:
    bad = [Claim(f"A{i}", "city", "site", (f"x{i}",), 0.9, right=i % 3 == 0) for i in range(300)]
    told = learn_reliability([*bad, Claim("B", "region", "site", ("y",), 0.9, right=True)])
    assert told["site", "region"].shift < 0


def test_a_raise_waits_for_evidence_and_a_fall_does_not() -> None:
    """Ten right of ten raise less than ten wrong of ten lower; a hundred raise further, and no raise overshoots."""

    def shift(right: bool, count: int) -> float:
        told = [Claim(f"A{i}", "city", "site", ("x",), 0.5, right=right) for i in range(count)]
        return learn_reliability(told)["site", "city"].sure

    assert 0 < shift(True, 10) < -shift(False, 10) / 1.2
    assert shift(True, 1) < 0.2
    assert shift(True, 10) < shift(True, 100)
    mixed = [Claim(f"A{i}", "city", "site", ("x",), 0.6, right=i % 10 > 0) for i in range(2000)]
    assert calibrated(0.6, learn_reliability(mixed)["site", "city"].sure) == pytest.approx(0.9, abs=0.02)


def test_what_people_saw_is_counted_apart_from_what_met() -> None:
    told = [
        Claim("A1", "city", "site", ("x",), 0.8, right=True),
        Claim("A2", "city", "site", ("y",), 0.8, right=False),
        Claim("A3", "city", "site", ("z",), 0.8),
        Claim("A3", "city", "edgar", ("z",), 0.8),
    ]
    found = learn_reliability(told)["site", "city"]
    assert (found.checked, found.stood, found.compared) == (2, 1, 1)


@given(
    st.lists(
        st.builds(
            Claim,
            st.sampled_from(["A", "B", "C"]),
            st.sampled_from(["city", "region"]),
            st.sampled_from(["site", "edgar", "own"]),
            st.lists(st.sampled_from("xyz"), min_size=1, max_size=2, unique=True).map(tuple),
            st.floats(0, 1),
            st.sampled_from([None, True, False]),
        ),
        max_size=40,
    )
)
def test_whatever_is_claimed_the_answer_is_a_probability_and_the_same_twice(claims: list[Claim]) -> None:
    told = learn_reliability(claims)
    assert told == learn_reliability(claims)
    for found in told.values():
        assert 0 <= found.accuracy <= 1
        assert 0 < calibrated(0.5, found.shift) < 1
        assert found.checked + found.compared > 0

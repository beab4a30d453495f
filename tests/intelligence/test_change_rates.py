"""Rates of change from censored looks."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intelligence.change_rates import Kind, Looks, fit_paces, fit_rate, fit_rates, fit_traits

DAYS = st.floats(0.5, 400)


def drawn(rate: float, days: float, looks: int, rng: Random) -> Looks:
    changes = sum(rng.random() < 1 - math.exp(-rate * days) for _ in range(looks))
    return Looks(days, looks, changes)


@pytest.mark.parametrize("rate", [0.002, 0.02, 0.2])
def test_the_rate_is_found_again_from_looks_of_any_spacing(rate: float) -> None:
    rng = Random(7)
    looks = [drawn(rate, days, 2000, rng) for days in (1, 7, 30)]
    assert fit_rate(looks, prior=0.01, strength=2) == pytest.approx(rate, rel=0.1)


def test_counting_changes_alone_would_say_too_little() -> None:
    """Looking monthly at what changes weekly sees one change where there were four."""
    looks = [drawn(1 / 7, 30, 3000, Random(1))]
    naive = looks[0].changes / (looks[0].days * looks[0].looks)
    assert naive < 0.5 / 7
    assert fit_rate(looks, prior=0.01, strength=2) == pytest.approx(1 / 7, rel=0.15)


def test_without_looks_the_prior_stands() -> None:
    assert fit_rate([], prior=1 / 365, strength=2) == pytest.approx(1 / 365)
    assert fit_rate([Looks(0, 5, 1), Looks(3, 0, 0)], prior=0.5, strength=1) == pytest.approx(0.5)


@given(
    st.lists(st.tuples(DAYS, st.integers(1, 10_000), st.floats(0, 1)), max_size=12),
    st.floats(1e-5, 1.0),
    st.floats(0.5, 10),
)
def test_the_rate_is_where_the_posterior_is_flat(
    rows: list[tuple[float, int, float]], prior: float, strength: float
) -> None:
    looks = [Looks(days, n, int(share * n)) for days, n, share in rows]
    rate = fit_rate(looks, prior, strength)

    def posterior(x: float) -> float:
        told = sum(
            k.changes * math.log(-math.expm1(-x * k.days)) - (k.looks - k.changes) * x * k.days for k in looks
        )
        return strength * math.log(x) - strength / prior * x + told

    assert 0 < rate < math.inf
    here = posterior(rate)
    slack = 1e-7 * max(1.0, abs(here))
    assert here >= posterior(rate * 1.01) - slack
    assert here >= posterior(rate * 0.99) - slack


@given(st.integers(1, 200), DAYS)
def test_more_changes_mean_a_higher_rate(looks: int, days: float) -> None:
    rates = [fit_rate([Looks(days, looks, n)], 0.01, 2) for n in (0, looks // 2, looks)]
    assert rates == sorted(rates)


def test_a_segment_borrows_from_its_field_and_departs_from_it_with_evidence() -> None:
    def kind(segment: str) -> Kind:
        return Kind(segment, "site", "phone", blank=False)

    rates = fit_rates(
        {
            kind("fast"): [Looks(10, 1000, 600)],
            kind("slow"): [Looks(10, 1000, 20)],
            kind("new"): [Looks(10, 2, 0)],
        },
        {"phone": 700},
    )
    assert rates[kind("fast")].rate > 10 * rates[kind("slow")].rate
    assert rates[kind("slow")].rate < rates[kind("new")].rate < rates[kind("fast")].rate
    assert rates[kind("fast")].changes == 600


def test_paces_part_the_lively_from_the_still_only_where_there_is_more_than_chance() -> None:
    rng = Random(3)
    lively = [(2.0, sum(rng.random() < 0.06 for _ in range(100))) for _ in range(100)]
    still = [(2.0, sum(rng.random() < 0.002 for _ in range(100))) for _ in range(200)]
    paces = fit_paces(lively + still)
    assert sum(paces[:100]) / 100 > 5 * sum(paces[100:]) / 200
    alike = [(2.0, sum(rng.random() < 0.02 for _ in range(100))) for _ in range(300)]
    assert max(fit_paces(alike)) < 1.8


def test_traits_that_tell_are_found_beside_one_another_and_those_that_do_not_do_nothing() -> None:
    rng = Random(5)
    size = {"small": 2.0, "large": 0.5}
    age = {"young": 1.5, "old": 0.75}
    traits = [
        (rng.choice(list(size)), rng.choice(list(age)), rng.choice(("red", "blue"))) for _ in range(3000)
    ]
    histories = [(1.0, sum(rng.random() < size[s] * age[a] / 50 for _ in range(50))) for s, a, _ in traits]
    found = dict(zip(traits, fit_traits(histories, traits), strict=True))
    for (s, a, colour), factor in found.items():
        assert factor == pytest.approx(size[s] * age[a], rel=0.15), colour
    assert found["small", "old", "red"] == pytest.approx(found["small", "old", "blue"], rel=0.1)


def test_an_account_that_was_not_watched_goes_by_its_traits_and_any_other_by_its_own_changes_too() -> None:
    watched = [(5.0, 10)] * 50 + [(5.0, 2)] * 50 + [(5.0, 30), (0.0, 0), (0.0, 0)]
    traits = [("lively",)] * 50 + [("still",)] * 51 + [("still",), ("lively",)]
    paces = fit_paces(watched, traits)
    assert paces[-1] > 3 * paces[-2]
    assert paces[100] > 2 * paces[50]  # it proved livelier than its kind


def test_a_trait_seen_once_is_hardly_believed() -> None:
    factors = fit_traits([(100.0, 100), (0.1, 2)], [("usual",), ("odd",)])
    assert factors[1] < 1.3


@given(st.lists(st.tuples(st.floats(0, 50), st.integers(0, 60)), max_size=30))
def test_paces_are_positive_and_more_changes_never_mean_slower(histories: list[tuple[float, int]]) -> None:
    paces = fit_paces(histories)
    assert len(paces) == len(histories)
    assert all(0 < pace < math.inf for pace in paces)
    by_exposure: dict[float, list[tuple[int, float]]] = {}
    for (expected, seen), pace in zip(histories, paces, strict=True):
        by_exposure.setdefault(expected, []).append((seen, pace))
    for group in by_exposure.values():
        group.sort()
        assert all(a[1] <= b[1] + 1e-12 for a, b in pairwise(group))

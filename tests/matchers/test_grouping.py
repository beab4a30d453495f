"""Likely pairs become groups, and what contradicts each other stays apart."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np

from accounts.account import Company
from matchers.candidates import Candidates
from matchers.clusters import dedupe
from matchers.grouping import Stamps, against_rivals, group


def pairs_of(*pairs: tuple[int, int]) -> Candidates:
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    return Candidates(left, right, np.ones(len(pairs), np.uint32))


def stamps_of(places: list[int], forms: list[int]) -> Stamps:
    return Stamps(np.array(places, np.int64), np.array(forms, np.uint64))


def roots(pairs: Candidates, chances: list[float], stamps: Stamps, reach: int = 10**6) -> list[int]:
    forest, _ = group(pairs, np.array(chances), stamps, lambda a, b: abs(a - b) > reach)
    return [forest.root(at) for at in range(len(stamps.places))]


def test_a_row_that_tells_no_place_does_not_join_two_places() -> None:
    stamps = stamps_of([1, 2, 0], [0, 0, 0])
    assert roots(pairs_of((0, 2), (1, 2)), [0.99, 0.98], stamps) == [0, 1, 0]


def test_nor_one_that_tells_no_form_two_forms() -> None:
    stamps = stamps_of([1, 1, 1], [1, 2, 0])
    assert roots(pairs_of((0, 2), (1, 2)), [0.98, 0.99], stamps) == [0, 1, 1]


def test_rows_found_likely_in_spite_of_two_places_are_joined() -> None:
    stamps = stamps_of([1, 2, 0], [1, 2, 0])
    assert roots(pairs_of((0, 1), (1, 2)), [0.99, 0.98], stamps) == [0, 0, 0]


def test_a_weak_link_joins_no_groups() -> None:
    stamps = stamps_of([0] * 4, [0] * 4)
    found = roots(pairs_of((0, 1), (2, 3), (1, 2)), [0.99, 0.99, 0.9], stamps)
    assert found == [0, 0, 2, 2]


def test_what_is_as_like_one_as_another_is_neither() -> None:
    stamps = stamps_of([1, 2, 0], [0, 0, 0])
    found = against_rivals(pairs_of((0, 2), (1, 2)), np.array([0.98, 0.98]), stamps)
    assert (found < 0.5).all()


def test_what_is_liker_to_one_stays_likely() -> None:
    stamps = stamps_of([1, 2, 0], [0, 0, 0])
    found = against_rivals(pairs_of((0, 2), (1, 2)), np.array([0.999, 0.9]), stamps)
    assert found[0] > 0.9
    assert found[1] < 0.1


def test_rivals_that_are_likely_one_themselves_are_none() -> None:
    stamps = stamps_of([1, 2, 0], [0, 0, 0])
    chances = np.array([0.98, 0.98, 0.9])
    assert np.allclose(against_rivals(pairs_of((0, 2), (1, 2), (0, 1)), chances, stamps), chances)


def test_two_forms_of_a_row_that_tells_its_own_are_no_rivals() -> None:
    stamps = stamps_of([0, 0, 0], [1, 2, 1])
    chances = np.array([0.98, 0.6])
    assert np.allclose(against_rivals(pairs_of((0, 2), (1, 2)), chances, stamps), chances)


def test_many_rows_of_many_places_in_one_group_take_no_square_of_time() -> None:
    size = 30_000
    stamps = stamps_of(list(range(1, size + 1)), [0] * size)
    pairs = pairs_of(*((at, at + 1) for at in range(size - 1)))
    assert set(roots(pairs, [0.99] * (size - 1), stamps)) == {0}


def test_a_chain_ends_where_its_ends_are_unlike() -> None:
    stamps = stamps_of([0] * 6, [0] * 6)
    chain = pairs_of(*((at, at + 1) for at in range(5)))
    assert roots(chain, [0.99, 0.985, 0.98, 0.975, 0.97], stamps, reach=3) == [0, 0, 0, 0, 4, 4]


def test_names_one_letter_apart_from_one_to_the_next_are_not_all_one_company() -> None:
    rng = random.Random(3)
    names = {"Velmo" + "".join(rng.choice("abcde") for _ in range(6)) + " Foods Ltd" for _ in range(1500)}
    found = [cluster for cluster, _ in dedupe([Company(id=n, names=(n,)) for n in sorted(names)])]
    assert Counter(found).most_common(1)[0][1] < len(names) / 3


def test_an_identifier_outweighs_what_chance_says_of_names() -> None:
    """Twins one letter apart in every city alike prove nothing; two of them with one number are one company."""
    cities = ["Harborview", "Eastvale", "Northgate", "Ridgemont"]
    brands = [f"{a}{b}{c}elan" for a in "bdfgk" for b in "aeiou" for c in "lmnpr"]
    rows = [
        Company(
            id=str(n),
            names=(f"{brand} Foods Ltd",),
            address={"city": cities[n % 4]},
            identifiers={"lei": "7245000000000000X1"} if n < 2 else {},
        )
        for n, brand in enumerate(brands)
    ]
    found = [cluster for cluster, _ in dedupe(rows)]
    assert found[0] == found[1]
    assert len(set(found)) > 0.9 * len(rows)

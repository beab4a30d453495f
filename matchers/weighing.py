"""Pairs of rows of one table weighed: names by the model, attributes by their evidence; hopeless pairs left out by a bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from accounts.account import Company
from matchers.attributes import (
    compare_cities,
    compare_countries,
    compare_domains,
    compare_identifiers,
    compare_phones,
    compare_postcodes,
    compare_regions,
)
from matchers.bounds import upper_bounds
from matchers.candidates import Candidates
from matchers.columns import Floats, Ints, NameColumns
from matchers.pairs import PairMatcher
from matchers.workers import cores, share_out

_AT_ONCE = 50_000
_WORTH_SHARING, _WORTH_BOUNDING = 5_000, 100_000
"""Pairs to compare, and to bound, below which another process costs more than it brings."""

UNLIKE = -1.5
"""Log-odds of two names below which an equal domain or phone speaks of a family of companies, not of one."""

_SAME_CITY, _OTHER_CITY, _SAME_REGION, _SAME_POSTCODE, _SAME_COUNTRY = 1.6, 0.6, 0.6, 1.5, 0.4
"""The most the parts of an address add, as `matchers.attributes` has them."""

Place = tuple[tuple[str, str], ...]


class Weigher:
    """Weighs pairs of the rows of one table. `cities` are numbers of cities, 0 where none is known."""

    def __init__(
        self, companies: Sequence[Company], columns: NameColumns, matcher: PairMatcher, cities: Ints
    ) -> None:
        self._companies, self._columns, self._matcher, self._cities = companies, columns, matcher, cities

    def bounds(self, pairs: Candidates) -> tuple[Floats, Floats]:
        """What no pair's log-odds exceed: of the names alone, and with the attributes."""
        copies = min(cores(), max(1, len(pairs) // _WORTH_BOUNDING))
        parts = [pairs.some(part) for part in np.array_split(np.arange(len(pairs)), copies)]
        names = np.concatenate(share_out(self._most, parts))
        added = self._most_added(pairs.left, pairs.right)
        return names, names + np.where(
            names < UNLIKE, 0.0, added
        )  # beyond hope stays so: −∞ and +∞ never meet

    def _most(self, pairs: Candidates) -> Floats:
        blocks = {route: self._matcher.block(route) for route in ("latin", "han")}
        found = [np.zeros(0)]
        for at in range(0, len(pairs), _AT_ONCE):
            left, right = pairs.left[at : at + _AT_ONCE], pairs.right[at : at + _AT_ONCE]
            found.append(upper_bounds(self._columns, blocks, left, right))
        return np.concatenate(found)

    def _most_added(self, left: Ints, right: Ints) -> Floats:
        rows, places = np.unique(np.concatenate([left, right]), return_inverse=True)
        each = np.fromiter((_told(self._companies[row]) for row in rows.tolist()), np.int8, len(rows))[places]
        told = each[: len(left)] & each[len(left) :]
        ours, theirs = self._cities[left], self._cities[right]
        city = np.where((ours == theirs) | (ours == 0) | (theirs == 0), _SAME_CITY, _OTHER_CITY)
        added = np.where(told & _PLACED, city + _SAME_REGION, 0.0)
        added += np.where(told & _COUNTRY, _SAME_COUNTRY, 0.0) + np.where(
            told & _POSTCODE, _SAME_POSTCODE, 0.0
        )
        return np.where(told & _CONTACT, np.inf, added)

    def names(self, pairs: Candidates) -> Floats:
        """Log-odds of each pair's names."""
        copies = min(cores(), max(1, len(pairs) // _WORTH_SHARING))
        parts = [pairs.some(part) for part in np.array_split(np.arange(len(pairs)), copies)]
        return np.concatenate(share_out(self._names, parts))

    def _names(self, pairs: Candidates) -> Floats:
        names = self._columns.names
        found = [np.zeros(0)]
        for at in range(0, len(pairs), _AT_ONCE):
            rows = zip(
                pairs.left[at : at + _AT_ONCE].tolist(), pairs.right[at : at + _AT_ONCE].tolist(), strict=True
            )
            found.append(self._matcher.scores([(names[i], names[j]) for i, j in rows]))
        return np.concatenate(found)

    def together(self, pairs: Candidates, names: Floats) -> Floats:
        """Log-odds of each pair, `names` and attributes together."""
        rows = zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        added = np.fromiter((self._added(i, j) for i, j in rows), np.float64, len(pairs))
        return names + np.where((added > 0) & (names < UNLIKE), 0.0, added)

    def _added(self, i: int, j: int) -> float:
        left, right = self._companies[i], self._companies[j]
        return added(left, right, place_of(left), place_of(right))


_PLACED, _COUNTRY, _POSTCODE, _CONTACT = 1, 2, 4, 8


def _told(company: Company) -> int:
    """Which kinds of attributes a company has, as bits."""
    get: Mapping[str, str] = company.address
    told = (
        _CONTACT if company.websites or company.email_domains or company.identifiers or company.phones else 0
    )
    if not get:
        return told
    if get.get("city") or get.get("region"):
        told |= _PLACED
    if get.get("country"):
        told |= _COUNTRY
    return told | _POSTCODE if get.get("postcode") or get.get("street") else told


def place_of(company: Company) -> Place:
    """A company's address as one value."""
    items = company.address.items()
    return tuple(sorted(items)) if len(items) > 1 else tuple(items)


def added(left: Company, right: Company, here: Place, there: Place) -> float:
    """What all attributes but the name add: the sum of `compare_attributes`, without its words."""
    total = _by_place(here, there) if here and there else 0.0
    for compare, one, other in (
        (compare_identifiers, left.identifiers, right.identifiers),
        (compare_domains, left.websites or left.email_domains, right.websites or right.email_domains),
        (compare_phones, left.phones, right.phones),
    ):
        said = compare(left, right) if one and other else None
        total += said.weight if said else 0.0
    return total


@lru_cache(maxsize=1 << 15)
def _by_place(here: Place, there: Place) -> float:
    ours, theirs = Company(id="", names=(), address=dict(here)), Company(id="", names=(), address=dict(there))
    compared = (
        compare(ours, theirs)
        for compare in (compare_cities, compare_regions, compare_postcodes, compare_countries)
    )
    return sum(said.weight for said in compared if said)

"""One table's duplicates: exact doubles folded first, near ones found by capped blocks, then grouped.

Companies that share a parent's domain, and branches, are not duplicates: an equal domain counts only where the
names do not contradict it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from accounts.account import Company
from matchers.candidates import Candidates, candidates
from matchers.chance import Chance, kinds_of, strangers
from matchers.columns import Ints, NameColumns
from matchers.keys import ANYWHERE, KINDS, hashes, keys_of_table, order_of
from matchers.model import Matrix, probability
from matchers.names import Name, parse_all
from matchers.pairs import PairMatcher
from matchers.prior import moved
from matchers.rows import city_key
from matchers.weighing import Weigher, place_of
from matchers.workers import without_collector

_SAME = 0.5

_BRIDGE = 0.95
"""A weaker link never joins two groups: chains of half-likely pairs are how one cluster swallows a table."""

_DOUBT = math.log(4.0)
"""Taken off the most that chance leaves to a pair: it is measured for a kind of likeness, and a wrong merge costs more."""


@dataclass(slots=True)
class Report:
    """How a table was searched: rows, rows that differ, pairs proposed, pairs the bound left, and the same by kind of key.

    `by_key` gives for each kind of key: pairs it proposed, matches among them, and matches no other kind proposed.
    """

    rows: int = 0
    distinct: int = 0
    proposed: int = 0
    compared: int = 0
    matched: int = 0
    by_key: dict[str, tuple[int, int, int]] = field(default_factory=dict)


def dedupe(companies: Sequence[Company]) -> list[tuple[str, float]]:
    """For each row its cluster's id (the first row's id, numbered where ids repeat) and how sure it is to belong there.

    Work grows with the number of different rows: a million rows of one name are one comparison.
    """
    return dedupe_and_report(companies)[0]


def dedupe_and_report(companies: Sequence[Company]) -> tuple[list[tuple[str, float]], Report]:
    """As `dedupe`, and how the table was searched."""
    with without_collector():
        names = parse_all([c.names[0] if c.names else "" for c in companies])
        first_of = _exact(companies, names)
        distinct = sorted(set(first_of))
        report = Report(len(companies), len(distinct))
        pairs, chances = _weighed([companies[i] for i in distinct], [names[i] for i in distinct], report)
        forest, sure = _group(len(distinct), pairs, chances)
    place = {row: at for at, row in enumerate(distinct)}
    labels = _labels(companies)
    found = []
    for first in first_of:
        at = place[first]
        found.append((labels[distinct[forest.root(at)]], sure[at]))
    return found, report


def _weighed(
    companies: Sequence[Company], names: Sequence[Name], report: Report
) -> tuple[Candidates, Matrix]:
    """The pairs that may be one company, with the probability that they are."""
    matcher = PairMatcher(names)
    columns = NameColumns.of(names, matcher.rarity)
    cities = _cities(companies)
    keys = keys_of_table(companies, columns, cities)
    proposed = candidates(keys, cities.view(np.uint64), order_of(names), len(names))
    caps = _chance(columns, proposed, cities)
    hopeful = np.flatnonzero(caps >= 0)
    some = proposed.some(hopeful)
    weigher = Weigher(companies, columns, matcher, cities)
    _, of_all = weigher.bounds(some)
    reachable = hopeful[of_all + moved(of_all, len(proposed) - len(some)) >= 0]
    pairs = proposed.some(reachable)
    scores = weigher.together(pairs, weigher.names(pairs))
    scores = scores + moved(scores, len(proposed) - len(pairs))
    chances = probability(np.minimum(scores, caps[reachable]))
    report.proposed, report.compared = len(proposed), len(pairs)
    matches = pairs.some(chances >= _SAME)
    report.matched = len(matches)
    for at, kind in enumerate(KINDS):
        bit = np.uint32(1 << at)
        counts = [int(np.count_nonzero(c.kinds & bit)) for c in (proposed, matches)]
        if counts[0]:
            report.by_key[kind] = (counts[0], counts[1], int(np.count_nonzero(matches.kinds == bit)))
    return pairs, chances


def _chance(columns: NameColumns, pairs: Candidates, cities: Ints) -> Matrix:
    """The most each pair can be worth in this table, given how often such likeness is met between strangers."""
    places = np.where(cities != 0, cities, columns.regions())
    kinds = kinds_of(columns, pairs.left, pairs.right)
    ours, theirs = places[pairs.left], places[pairs.right]
    known, same = (ours != 0) & (theirs != 0), ours == theirs
    tells = known & ((pairs.kinds & ANYWHERE) != 0)
    is_han = columns.is_han[pairs.left]
    caps = np.full(len(pairs), np.inf)
    for script in (False, True):
        here, told = is_han == script, tells & (is_han == script)
        chance = Chance.of(kinds[told], same[told].astype(float), strangers(places[columns.is_han == script]))
        caps[here] = chance.most(kinds[here], known[here].astype(float), same[here].astype(float))
    return caps - _DOUBT


def _cities(companies: Sequence[Company]) -> Ints:
    """A number a city, 0 where none is told; equal for two spellings of one city."""
    known: dict[str, str] = {}
    said = [c.address.get("city", "") for c in companies]
    for company, city in zip(companies, said, strict=True):
        if city not in known:
            known[city] = city_key(company) if city else ""
    numbers = hashes([known[city] for city in said]).view(np.int64)
    return np.where(np.fromiter((known[city] != "" for city in said), np.bool_, len(said)), numbers, 0)


def _labels(companies: Sequence[Company]) -> list[str]:
    """Row ids, made unique: a second row of the same id, or one without, is numbered."""
    seen: dict[str, int] = defaultdict(int)
    labels = []
    for at, company in enumerate(companies):
        seen[company.id] += 1
        labels.append(company.id if company.id and seen[company.id] == 1 else f"{company.id}#{at + 1}")
    return labels


def _exact(companies: Sequence[Company], names: Sequence[Name]) -> list[int]:
    """The first row with the same name, form, place and domains; a row without a usable name stands alone."""
    seen: dict[tuple[object, ...], int] = {}
    found = []
    for at, (company, name) in enumerate(zip(companies, names, strict=True)):
        if not name.script and not company.identifiers:
            found.append(at)
            continue
        key = (
            name.full, name.folded if not name.script else "", place_of(company), company.websites, company.email_domains,
            company.phones, tuple(sorted(company.identifiers.items())) if company.identifiers else (),
        )  # fmt: skip
        found.append(seen.setdefault(key, at))
    return found


class _Forest:
    """Disjoint sets with path halving."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, at: int) -> int:
        parent = self._parent
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    def join(self, a: int, b: int) -> None:
        a, b = self.root(a), self.root(b)
        if a != b:
            self._parent[max(a, b)] = min(a, b)


def _group(size: int, pairs: Candidates, chances: Matrix) -> tuple[_Forest, list[float]]:
    """Joins pairs from the surest down to even odds; a row's probability is that of its surest link, 1 alone."""
    forest = _Forest(size)
    sure = [1.0] * size
    linked = [False] * size
    likely = np.flatnonzero(chances >= _SAME)
    order = likely[np.argsort(-chances[likely], kind="stable")]
    for chance, i, j in zip(
        chances[order].tolist(), pairs.left[order].tolist(), pairs.right[order].tolist(), strict=True
    ):
        if chance < _BRIDGE and linked[i] and linked[j]:
            continue
        forest.join(i, j)
        for row in (i, j):
            if not linked[row]:
                linked[row], sure[row] = True, round(chance, 4)
    return forest, sure

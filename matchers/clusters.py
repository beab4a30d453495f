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
from matchers.chance import NAMESAKES, Chance, are_namesakes, kinds_of, strangers
from matchers.columns import Ints, NameColumns
from matchers.grouping import SAME, Forest, Stamps, against_rivals, group
from matchers.keys import ANYWHERE, KINDS, PROOF, hashes, keys_of_table, order_of
from matchers.model import Matrix, probability
from matchers.names import Name
from matchers.pairs import PairMatcher
from matchers.parsing import parse_many
from matchers.prior import moved
from matchers.rows import city_key
from matchers.weighing import Weigher, place_of
from matchers.workers import without_collector

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
        names = parse_many([c.names[0] if c.names else "" for c in companies])
        first, place, times = np.unique(
            np.array(_exact(companies, names), np.int64), return_inverse=True, return_counts=True
        )
        distinct = first.tolist()
        report = Report(len(companies), len(distinct))
        forest, sure = _grouped([companies[i] for i in distinct], [names[i] for i in distinct], times, report)
        labels = _labels(companies)
        clusters = [labels[distinct[forest.root(at)]] for at in range(len(distinct))]
        return [(clusters[at], sure[at]) for at in place.tolist()], report


def _grouped(
    companies: Sequence[Company], names: Sequence[Name], rows: Ints, report: Report
) -> tuple[Forest, list[float]]:
    """Groups of rows, and how sure each is to belong to its own; `rows` tells for how many equal ones each stands."""
    matcher = PairMatcher(names)
    columns = NameColumns.of(names, matcher.rarity)
    cities = _cities(companies)
    keys = keys_of_table(companies, columns, cities)
    proposed = candidates(keys, cities.view(np.uint64), order_of(names), len(names))
    places = np.where(cities != 0, cities, columns.regions())
    caps = _chance(columns, proposed, places, rows)
    hopeful = np.flatnonzero(caps >= 0)
    some = proposed.some(hopeful)
    weigher = Weigher(companies, columns, matcher, cities)
    _, of_all = weigher.bounds(some)
    reachable = hopeful[of_all + moved(of_all, len(proposed) - len(some)) >= 0]
    pairs = proposed.some(reachable)
    scores = weigher.together(pairs, weigher.names(pairs))
    shift = moved(scores, len(proposed) - len(pairs))
    stamps = Stamps.of(columns, places)
    chances = against_rivals(pairs, probability(np.minimum(scores + shift, caps[reachable])), stamps)
    report.proposed, report.compared = len(proposed), len(pairs)
    matches = pairs.some(chances >= SAME)
    report.matched = len(matches)
    for at, kind in enumerate(KINDS):
        bit = np.uint32(1 << at)
        counts = [int(np.count_nonzero(c.kinds & bit)) for c in (proposed, matches)]
        if counts[0]:
            report.by_key[kind] = (counts[0], counts[1], int(np.count_nonzero(matches.kinds == bit)))

    def unlike(a: int, b: int) -> bool:
        pair = Candidates(np.array([a]), np.array([b]), np.zeros(1, np.uint32))
        return bool(weigher.together(pair, weigher.names(pair))[0] + shift < 0)

    return group(pairs, chances, stamps, unlike)


def _chance(columns: NameColumns, pairs: Candidates, places: Ints, rows: Ints) -> Matrix:
    """The most each pair can be worth in this table, given how often such likeness is met between strangers.

    A row that stands for several equal ones (`rows` tells for how many) is one pair more that was met in one place.
    A common identifier, domain or phone is no likeness of names, and is not measured by it.
    """
    doubled = np.flatnonzero(rows > 1)
    left, right = np.concatenate([pairs.left, doubled]), np.concatenate([pairs.right, doubled])
    kinds = kinds_of(columns, rows, left, right)
    known, same = (places[left] != 0) & (places[right] != 0), places[left] == places[right]
    anywhere = np.concatenate([(pairs.kinds & ANYWHERE) != 0, np.ones(len(doubled), np.bool_)])
    caps = np.full(len(left), np.inf)
    namesakes, is_han = are_namesakes(kinds), columns.is_han[left]
    for script in (False, True):
        alone = strangers(places[columns.is_han == script])
        for namesake, share in ((False, alone), (True, alone * NAMESAKES)):
            here = (is_han == script) & (namesakes == namesake)
            told = here & known & anywhere
            chance = Chance.of(kinds[:, told], same[told].astype(float), share)
            caps[here] = chance.most(kinds[:, here], known[here], same[here])
    return np.where((pairs.kinds & PROOF) != 0, np.inf, caps[: len(pairs)] - _DOUBT)


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
        latin, han = name.latin, name.han
        if latin is None and han is None and not company.identifiers:
            found.append(at)
            continue
        key: tuple[object, ...] = (
            latin.joined if latin else "", latin.forms if latin else None,
            han.stem if han else "", han.forms if han else None, "" if latin or han else name.folded, place_of(company),
        )  # fmt: skip
        if company.websites or company.email_domains or company.phones or company.identifiers:
            numbers = tuple(sorted(company.identifiers.items()))
            key += (company.websites, company.email_domains, company.phones, numbers)
        found.append(seen.setdefault(key, at))
    return found

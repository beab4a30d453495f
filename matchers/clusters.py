"""One table's duplicates: exact doubles folded first, near ones found by capped blocks, then grouped.

Companies that share a parent's domain, and branches, are not duplicates: an equal domain counts only where the
names do not contradict it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from rapidfuzz.distance import Indel

from accounts.account import Company
from matchers.attributes import compare_attributes, domains_of
from matchers.model import Matrix, probability
from matchers.names import Name, parse_all
from matchers.pairs import NOTHING, PairMatcher
from matchers.rarity import Rarity
from matchers.rows import city_key

_BLOCK = 24
"""Rows of one block compared with each other; a larger block is compared with its neighbours in order only."""

_SAME = 0.5
_BRIDGE = 0.85
"""A weaker link never joins two groups: chains of half-likely pairs are how one cluster swallows a table."""

_ALIKE = 0.6
_LEARNT_PRIOR = 0.42
_BATCH = 50_000
_UNLIKE = -1.5
"""Log-odds of two names below which an equal domain or phone speaks of a family of companies, not of one."""


def dedupe(companies: Sequence[Company]) -> list[tuple[str, float]]:
    """For each row its cluster's id (the first row's id, numbered where ids repeat) and how sure it is to belong there.

    Work grows with the number of different rows: a million rows of one name are one comparison.
    """
    names = parse_all([c.names[0] if c.names else "" for c in companies])
    first_of = _exact(companies, names)
    distinct = sorted(set(first_of))
    pairs = list(_candidates([companies[i] for i in distinct], [names[i] for i in distinct]))
    chances = _chances([companies[i] for i in distinct], [names[i] for i in distinct], pairs)
    forest, sure = _group(len(distinct), pairs, chances)
    place = {row: at for at, row in enumerate(distinct)}
    labels = _labels(companies)
    found = []
    for first in first_of:
        at = place[first]
        found.append((labels[distinct[forest.root(at)]], sure[at]))
    return found


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
            name.full, name.folded if not name.script else "", tuple(sorted(company.address.items())), company.websites,
            company.email_domains, company.phones, tuple(sorted(company.identifiers.items())),
        )  # fmt: skip
        found.append(seen.setdefault(key, at))
    return found


def _keys(company: Company, name: Name, rarity: Rarity) -> Iterator[str]:
    if name.latin:
        words = sorted(set(name.latin.words), key=lambda w: (-rarity(w), w))[:2]
        yield from ("w" + w for w in words)
        yield "j" + name.latin.joined[:6]
        yield "e" + name.latin.joined[-7:]
        if len(name.latin.tokens) > 2:
            yield "i" + "".join(t[0] for t in name.latin.tokens)
    if name.han:
        body = name.han.body
        yield "h" + body[:3]
        pairs = sorted({body[i : i + 2] for i in range(len(body) - 1)}, key=lambda p: (-rarity(p), p))[:2]
        yield from ("b" + p for p in pairs)
        yield "t" + body[-4:] + city_key(company)
    yield from ("d" + d for d in domains_of(company))
    yield from ("p" + "".join(c for c in phone if c.isdigit())[-8:] for phone in company.phones)
    yield from ("n" + number for number in company.identifiers.values() if number)


def _candidates(companies: Sequence[Company], names: Sequence[Name]) -> Iterator[tuple[int, int]]:
    """Pairs that share a key; a block too large is sorted by name and only neighbours are compared."""
    rarity = Rarity.of(names)
    blocks: dict[str, list[int]] = defaultdict(list)
    for at, (company, name) in enumerate(zip(companies, names, strict=True)):
        for key in set(_keys(company, name, rarity)):
            blocks[key].append(at)
    seen: set[int] = set()
    size = len(companies)
    for rows in blocks.values():
        if len(rows) < 2:
            continue
        reach = len(rows) if len(rows) <= _BLOCK else 4
        if len(rows) > _BLOCK:
            rows.sort(key=lambda r: names[r].core)
        for n, i in enumerate(rows):
            for j in rows[n + 1 : n + 1 + reach]:
                a, b = (i, j) if i < j else (j, i)
                code = a * size + b
                if code not in seen:
                    seen.add(code)
                    yield a, b


def _chances(companies: Sequence[Company], names: Sequence[Name], pairs: list[tuple[int, int]]) -> Matrix:
    """Probability that each pair is one company: names and attributes weighed together."""
    matcher = PairMatcher(names)
    parts = [np.zeros(0)]
    for start in range(0, len(pairs), _BATCH):
        batch = pairs[start : start + _BATCH]
        near = [
            at for at, (i, j) in enumerate(batch) if _near(companies[i], companies[j], names[i], names[j])
        ]
        scores = np.full(len(batch), NOTHING)
        scores[near] = matcher.scores([(names[i], names[j]) for i, j in (batch[at] for at in near)])
        for at in near:
            i, j = batch[at]
            added = sum(said.weight for said in compare_attributes(companies[i], companies[j]))
            if added > 0 and scores[at] < _UNLIKE:
                added = 0.0
            scores[at] += added
        parts.append(scores)
    return probability(_reweighed(np.concatenate(parts)))


def _near(a: Company, b: Company, left: Name, right: Name) -> bool:
    """Worth weighing: alike enough in spelling, one so short that it may be initials, or with a domain or number each."""
    if min(len(left.core), len(right.core)) <= 5 or left.script != right.script:
        return True
    if (a.websites or a.email_domains or a.identifiers) and (b.websites or b.email_domains or b.identifiers):
        return True
    return Indel.normalized_similarity(left.core, right.core) >= _ALIKE


def _reweighed(scores: Matrix) -> Matrix:
    """Log-odds moved from the prior the weights were learnt at to the share of matches among these candidates.

    The share is found by expectation–maximisation (Saerens, Latinne and Decaestecker 2002); it is never raised.
    """
    if not len(scores):
        return scores
    share = _LEARNT_PRIOR
    for _ in range(50):
        moved = scores + _logit(share) - _logit(_LEARNT_PRIOR)
        found = min(_LEARNT_PRIOR, max(1e-4, float(probability(moved).mean())))
        if abs(found - share) < 1e-5:
            break
        share = found
    return scores + (_logit(share) - _logit(_LEARNT_PRIOR))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


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


def _group(size: int, pairs: list[tuple[int, int]], chances: Matrix) -> tuple[_Forest, list[float]]:
    """Joins pairs from the surest down to even odds; a row's probability is that of its surest link, 1 alone."""
    forest = _Forest(size)
    sure = [1.0] * size
    linked = [False] * size
    for at in np.argsort(-chances, kind="stable").tolist():
        chance = float(chances[at])
        if chance < _SAME:
            break
        i, j = pairs[at]
        if chance < _BRIDGE and linked[i] and linked[j]:
            continue
        forest.join(i, j)
        for row in (i, j):
            if not linked[row]:
                linked[row], sure[row] = True, round(chance, 4)
    return forest, sure

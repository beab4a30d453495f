"""Pairs of names scored: each takes the route its scripts call for, and one additive model weighs it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from matchers import compare_cross, compare_han, compare_latin
from matchers.lexicon import Lexicon, shipped
from matchers.model import Block, Feature, Matrix, load_block, probability
from matchers.names import Name
from matchers.rarity import Rarity
from matchers.wording import reasons

ROUTES = {"latin": compare_latin.FEATURES, "han": compare_han.FEATURES, "cross": compare_cross.FEATURES}


def route_of(a: Name, b: Name) -> str:
    """`han`, `latin` or `cross`; empty where one name has nothing to compare."""
    if a.han and b.han:
        return "han"
    if not a.script or not b.script:
        return ""
    return "cross" if a.han or b.han else "latin"


@dataclass(slots=True)
class Compared:
    """Feature values by route; `rows` tells which pair each row of `values` is."""

    values: dict[str, Matrix]
    rows: dict[str, Sequence[int]]
    features: dict[str, tuple[Feature, ...]] = field(default_factory=lambda: dict(ROUTES))


def compare(pairs: Sequence[tuple[Name, Name]], rarity: Rarity, lexicon: Lexicon | None = None) -> Compared:
    """Feature values of many pairs, by route; a pair with nothing to compare is on none."""
    table = shipped() if lexicon is None else lexicon
    found: dict[str, list[tuple[float, ...]]] = {route: [] for route in ROUTES}
    rows: dict[str, list[int]] = {route: [] for route in ROUTES}
    for at, (a, b) in enumerate(pairs):
        route = route_of(a, b)
        if not route:
            continue
        rows[route].append(at)
        if route == "latin":
            found[route].append(compare_latin.features(a, b, rarity))
        elif route == "han":
            found[route].append(compare_han.features(a, b, rarity))
        else:
            found[route].append(compare_cross.features(a, b, rarity, table))
    values = {
        route: np.asarray(found[route], dtype=float).reshape(len(found[route]), len(ROUTES[route]))
        for route in ROUTES
    }
    return Compared(values, dict(rows))


ACCEPT, REVIEW = 0.97, 0.3
"""Bands of a pair's probability: accept from the first, review from the second, reject below."""

_GRADE_STEPS, _GRADES = (0.05, 0.2, 0.5, 0.8, 0.97), "FEDCBA"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the matcher makes of one pair of names."""

    probability: float
    decision: str
    grade: str
    reason: str


class PairMatcher:
    """Scores pairs of names with the shipped weights, or with `blocks`; `names` are the table at hand, whose common words count less."""

    def __init__(
        self,
        names: Sequence[Name] = (),
        *,
        lexicon: Lexicon | None = None,
        blocks: Mapping[str, Block] | None = None,
    ) -> None:
        self._rarity = Rarity.of(names)
        self._lexicon = lexicon
        self._blocks: dict[str, Block] = dict(blocks or {})

    @property
    def rarity(self) -> Rarity:
        """How rare words are among the shipped counts and the names at hand."""
        return self._rarity

    def block(self, route: str) -> Block:
        """The weights of one route, loaded when first asked for."""
        if route not in self._blocks:
            self._blocks[route] = load_block(route, ROUTES[route])
        return self._blocks[route]

    def scores(self, pairs: Sequence[tuple[Name, Name]]) -> Matrix:
        """Log-odds of each pair; a pair with nothing to compare is far below zero."""
        compared = compare(pairs, self._rarity, self._lexicon)
        scores = np.full(len(pairs), NOTHING)
        for route, rows in compared.rows.items():
            if rows:
                scores[list(rows)] = self.block(route).scores(compared.values[route])
        return scores

    def values(self, a: Name, b: Name, route: str) -> Matrix:
        """Feature values of one pair (one row) on its route."""
        return compare([(a, b)], self._rarity, self._lexicon).values[route]

    def answers(self, pairs: Sequence[tuple[Name, Name]]) -> list[Answer]:
        """Probability, decision, grade and reason of each pair."""
        compared = compare(pairs, self._rarity, self._lexicon)
        found = [_NOTHING_TO_COMPARE] * len(pairs)
        for route, rows in compared.rows.items():
            if not rows:
                continue
            block = self.block(route)
            weights = block.weights(compared.values[route])
            chances = probability(weights.sum(axis=1) + block.intercept).tolist()
            for at, chance, why in zip(rows, chances, reasons(route, block, weights), strict=True):
                a, b = pairs[at]
                same = _same(a, b)
                reason = f"“{a.raw[:80]}” against “{b.raw[:80]}”: {same or why}"
                found[at] = Answer(round(chance, 4), decision_of(chance), grade_of(chance), reason)
        return found


def _same(a: Name, b: Name) -> str:
    if a.core != b.core:
        return ""
    if a.forms == b.forms:
        return "same name and legal form" if a.forms else "same name"
    return "same name, other legal form" if a.forms and b.forms else "same name, legal form on one side only"


NOTHING = -6.0
_NOTHING_TO_COMPARE = Answer(
    0.0, "reject", "F", "a name is empty or says nothing, so there is nothing to compare"
)


def decision_of(chance: float) -> str:
    """The band a pair's probability falls into."""
    return "accept" if chance >= ACCEPT else "review" if chance >= REVIEW else "reject"


def grade_of(chance: float) -> str:
    """A name's grade A–F by its probability."""
    return _GRADES[bisect_right(_GRADE_STEPS, chance)]

"""Pairs of names scored: each takes the route its scripts call for, and one additive model weighs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from matchers import compare_cross, compare_han, compare_latin
from matchers.lexicon import Lexicon, shipped
from matchers.model import Feature, Matrix
from matchers.names import Name
from matchers.rarity import Rarity

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
        route: np.asarray(found[route], dtype=float).reshape(len(found[route]), len(ROUTES[route])) for route in ROUTES
    }
    return Compared(values, dict(rows))

"""The additive model: each feature's say is a monotone, piecewise linear weight in log-odds; the sum is the score."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Feature:
    """One comparison. `sign` +1: more of it speaks for a match, -1: against, 0: either. `knots` are where its slope may change."""

    name: str
    sign: int
    knots: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Weights of one route (Latin, Han, across scripts): `curves` give each feature's weight at its knots."""

    features: tuple[Feature, ...]
    intercept: float
    curves: tuple[tuple[float, ...], ...]

    def weights(self, values: Matrix) -> Matrix:
        """Each feature's say, in log-odds: same shape as `values` (rows × features)."""
        said = np.empty_like(values)
        for at, (feature, curve) in enumerate(zip(self.features, self.curves, strict=True)):
            said[:, at] = np.interp(values[:, at], feature.knots, curve)
        return said

    def scores(self, values: Matrix) -> Matrix:
        """Sum of all says and the intercept, in log-odds (rows)."""
        return np.asarray(self.weights(values).sum(axis=1) + self.intercept)


@dataclass(frozen=True, slots=True)
class Model:
    """All blocks, with a version that every stored decision carries."""

    version: str
    blocks: Mapping[str, Block]


@cache
def _stored() -> dict[str, Any]:
    text = resources.files("matchers").joinpath("data", "weights.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def load_block(route: str, features: tuple[Feature, ...]) -> Block:
    """The shipped weights of one route. Raises ValueError where they do not fit the features of this version."""
    stored = _stored()["blocks"][route]
    curves = []
    for feature in features:
        entry = stored["features"].get(feature.name)
        if entry is None or tuple(entry["knots"]) != feature.knots:
            raise ValueError(
                f"The shipped weights have no feature {feature.name!r} with these knots; run python -m matchers.train."
            )
        curves.append(tuple(entry["weights"]))
    return Block(tuple(features), stored["intercept"], tuple(curves))


@cache
def version() -> str:
    """The version of the shipped weights: a digest of all of them, so that whoever changes one changes it."""
    return f"{zlib.crc32(json.dumps(_stored()['blocks'], sort_keys=True).encode()):08x}"


def probability(scores: Matrix) -> Matrix:
    """Logistic of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores, -35.0, 35.0))))

"""How far each source is to be believed about each field: learned from people's words and from sources that meet.

A claim with confidence c of a source about a field is right with log-odds logit(c) + shift, one shift a source and field
(a one-parameter Platt scaling). Where a person has spoken, the claim is checked; where several sources speak of one
value, how likely each is right follows from all of them together (truth discovery by expectation–maximisation, as in
Dong, Berti-Équille and Srivastava, VLDB 2009). Shifts are drawn towards their source's, and that towards none:
few checks move little.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Wrong values that are about equally likely in place of the right one: agreement by chance is one in so many.
FALSE_VALUES = 10
#: How far a source's shift strays from none, and a field's from its source's (standard deviations, in log-odds).
SOURCE_SPREAD, FIELD_SPREAD = 0.7, 0.7
_ROUNDS, _STEPS, _EDGE = 5, 30, 0.005

Pair = tuple[str, str]
"""Source and field."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says of one field of one account. `right` is what a person made of it, None where nobody did."""

    account_id: str
    field: str
    source: str
    keys: tuple[str, ...]
    confidence: float
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was learned of a source and field: `accuracy` came of the claims, where they had `claimed` as much."""

    shift: float
    accuracy: float
    claimed: float
    checked: int
    compared: int


def calibrated(confidence: float, shift: float) -> float:
    """A confidence after its shift, in log-odds.

    >>> round(calibrated(0.8, 1.0), 3), calibrated(0.8, 0.0)
    (0.916, 0.8)
    """
    if not shift:
        return confidence
    return 1 / (1 + math.exp(-(_logit(confidence) + shift)))


def learn_reliability(claims: Iterable[Claim]) -> dict[Pair, Reliability]:
    """The reliability of every source and field that claims speak to. Claims nobody checked count where sources meet."""
    groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.account_id, claim.field].append(claim)
    useful = [g for g in groups.values() if len(g) > 1 or g[0].right is not None]
    told: Mapping[Pair, Reliability] = {}
    for _ in range(_ROUNDS):
        beliefs: dict[Pair, list[tuple[float, float, bool]]] = defaultdict(list)
        for group in useful:
            for claim, chance in zip(group, _chances(group, told), strict=True):
                beliefs[claim.source, claim.field].append((claim.confidence, chance, claim.right is not None))
        told = _fit(beliefs)
    return dict(told)


def _chances(group: Sequence[Claim], told: Mapping[Pair, Reliability]) -> list[float]:
    """How likely each claim about one value is right; what people said is certain."""
    right = {key for claim in group if claim.right for key in claim.keys}
    votes: dict[tuple[str, ...], float] = defaultdict(float)
    for claim in group:
        known = told.get((claim.source, claim.field))
        votes[claim.keys] += _logit(calibrated(claim.confidence, known.shift if known else 0.0)) + math.log(
            FALSE_VALUES
        )
    most = max(0.0, *votes.values())
    whole = math.exp(-most) + sum(math.exp(v - most) for v in votes.values())
    chances = []
    for claim in group:
        if claim.right is not None:
            chances.append(float(claim.right))
        elif right:
            chances.append(float(not right.isdisjoint(claim.keys)))
        else:
            chances.append(math.exp(votes[claim.keys] - most) / whole)
    return chances


def _fit(beliefs: Mapping[Pair, Sequence[tuple[float, float, bool]]]) -> dict[Pair, Reliability]:
    by_source: dict[str, list[tuple[float, float, bool]]] = defaultdict(list)
    for (source, _), rows in beliefs.items():
        by_source[source] += rows
    common = {source: _shift(rows, 0.0, SOURCE_SPREAD) for source, rows in by_source.items()}
    return {
        pair: Reliability(
            shift=_shift(rows, common[pair[0]], FIELD_SPREAD),
            accuracy=sum(chance for _, chance, _ in rows) / len(rows),
            claimed=sum(claimed for claimed, _, _ in rows) / len(rows),
            checked=sum(checked for _, _, checked in rows),
            compared=sum(not checked for _, _, checked in rows),
        )
        for pair, rows in beliefs.items()
    }


def _shift(rows: Sequence[tuple[float, float, bool]], centre: float, spread: float) -> float:
    """The shift that makes what was believed likeliest, drawn towards a centre; Newton's method on a concave function."""
    claimed: NDArray[np.float64] = np.array([_logit(c) for c, _, _ in rows])
    chance: NDArray[np.float64] = np.array([p for _, p, _ in rows])
    shift = centre
    for _ in range(_STEPS):
        expected = 1 / (1 + np.exp(-(claimed + shift)))
        slope = float((chance - expected).sum()) - (shift - centre) / spread**2
        bend = -float((expected * (1 - expected)).sum()) - 1 / spread**2
        step = max(-2.0, min(2.0, slope / bend))
        shift -= step
        if abs(step) < 1e-9:
            break
    return shift


def _logit(share: float) -> float:
    inside = min(max(share, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))

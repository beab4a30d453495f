"""How far each source is to be believed about each field: learned from people's words and from sources that meet.

A claim with confidence c of a source about a field is right with log-odds logit(c) + shift, one shift a source and field
(a one-parameter Platt scaling). Where a person has spoken, the claim is checked; where several sources speak of one
value, how likely each is right follows from all of them together (truth discovery by expectation–maximisation, as in
Dong, Berti-Équille and Srivastava, VLDB 2009). Shifts are drawn towards their source's, and that towards none: few checks
move little.

Beside what is likeliest stands what is `sure`: there a raise counts for the field it was seen in alone, and less its own
uncertainty, a fall in full. Where a value has to pass a field's bar, that is the shift that counts.
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
#: Standard deviations that a raise is held back by, where it has to be sure.
CAUTION = 1.0
#: How far a source's shift strays from none, a field's from its source's, and a field's by itself (standard deviations).
SOURCE_SPREAD, FIELD_SPREAD, ALONE_SPREAD = 0.7, 0.7, 1.0
#: Claims that met other sources before anything is held for or against one; a person's word counts by itself.
LEAST = 5
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
    """What was learned of a source and field: `accuracy` came of the claims, where they had `claimed` as much.

    `checked` claims were judged by people, `stood` of them right; `compared` met another source alone.
    """

    shift: float
    sure: float
    accuracy: float
    claimed: float
    checked: int
    stood: int
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
    beliefs: Mapping[Pair, Sequence[_Belief]] = {}
    common: Mapping[str, float] = {}
    shifts: Mapping[Pair, float] = {}
    for _ in range(_ROUNDS):
        beliefs = _beliefs(useful, shifts)
        common, shifts = _fit(beliefs)
    return {pair: _told(rows, shifts[pair], common[pair[0]]) for pair, rows in beliefs.items()}


@dataclass(frozen=True, slots=True)
class _Belief:
    """What is thought of one claim: how sure it was, how likely it is right, and whether a person said so."""

    claimed: float
    chance: float
    checked: bool


def _beliefs(groups: Iterable[Sequence[Claim]], shifts: Mapping[Pair, float]) -> dict[Pair, list[_Belief]]:
    found: dict[Pair, list[_Belief]] = defaultdict(list)
    for group in groups:
        for claim, chance in zip(group, _chances(group, shifts), strict=True):
            belief = _Belief(claim.confidence, chance, claim.right is not None)
            found[claim.source, claim.field].append(belief)
    return found


def _chances(group: Sequence[Claim], shifts: Mapping[Pair, float]) -> list[float]:
    """How likely each claim about one value is right; what people said is certain."""
    right = {key for claim in group if claim.right for key in claim.keys}
    votes: dict[tuple[str, ...], float] = defaultdict(float)
    for claim in group:
        sure = calibrated(claim.confidence, shifts.get((claim.source, claim.field), 0.0))
        votes[claim.keys] += _logit(sure) + math.log(FALSE_VALUES)
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


def _fit(beliefs: Mapping[Pair, Sequence[_Belief]]) -> tuple[dict[str, float], dict[Pair, float]]:
    """The shift of every source over all its fields, and of every field."""
    by_source: dict[str, list[_Belief]] = defaultdict(list)
    for (source, _), rows in beliefs.items():
        by_source[source] += rows
    common = {source: _shift(_telling(rows), 0.0, SOURCE_SPREAD)[0] for source, rows in by_source.items()}
    return common, {
        pair: _shift(_telling(rows), common[pair[0]], FIELD_SPREAD)[0] for pair, rows in beliefs.items()
    }


def _telling(rows: Sequence[_Belief]) -> Sequence[_Belief]:
    """The beliefs that tell something: none where a source met others a few times only and nobody looked.

    Two sources that differ over one value are no reason to doubt either, least of all about that very value.
    """
    return rows if len(rows) >= LEAST or any(b.checked for b in rows) else ()


def _told(rows: Sequence[_Belief], shift: float, common: float) -> Reliability:
    alone, deviation = _shift(_telling(rows), min(0.0, common), ALONE_SPREAD)
    return Reliability(
        shift=shift,
        sure=min(shift, alone - min(max(alone, 0.0), CAUTION * deviation)),
        accuracy=sum(b.chance for b in rows) / len(rows),
        claimed=sum(b.claimed for b in rows) / len(rows),
        checked=sum(b.checked for b in rows),
        stood=sum(b.checked and b.chance > 0.5 for b in rows),
        compared=sum(not b.checked for b in rows),
    )


def _shift(rows: Sequence[_Belief], centre: float, spread: float) -> tuple[float, float]:
    """The shift that makes what was believed likeliest, drawn towards a centre, and its standard deviation.

    Newton's method on a concave function.
    """
    claimed: NDArray[np.float64] = np.array([_logit(b.claimed) for b in rows])
    chance: NDArray[np.float64] = np.array([b.chance for b in rows])
    shift, bend = centre, -1 / spread**2
    for _ in range(_STEPS):
        expected = 1 / (1 + np.exp(-(claimed + shift)))
        slope = float((chance - expected).sum()) - (shift - centre) / spread**2
        bend = -float((expected * (1 - expected)).sum()) - 1 / spread**2
        step = max(-2.0, min(2.0, slope / bend))
        shift -= step
        if abs(step) < 1e-9:
            break
    return shift, (-1 / bend) ** 0.5


def _logit(share: float) -> float:
    inside = min(max(share, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))

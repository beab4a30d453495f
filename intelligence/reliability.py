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

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
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
    told = _columns([g for g in groups.values() if len(g) > 1 or g[0].right is not None])
    beliefs: Mapping[Pair, _Beliefs] = {}
    common: Mapping[str, float] = {}
    shifts: Mapping[Pair, float] = {}
    for _ in range(_ROUNDS):
        beliefs = _beliefs(told, shifts)
        common, shifts = _fit(beliefs)
    return {pair: _told(rows, shifts[pair], common[pair[0]]) for pair, rows in beliefs.items()}


@dataclass(frozen=True, slots=True)
class _Columns:
    """Claims as columns, for there may be hundreds of thousands; `rows` are those of one source and field.

    `group` numbers the values spoken of, `vote` what is said of them (`home` is the group of each). `certain` is what people
    made of a claim, NaN where nobody spoke of its value; `checked` claims were looked at themselves.
    """

    rows: Mapping[Pair, Numbers]
    confidence: Floats
    checked: NDArray[np.bool_]
    certain: Floats
    group: Numbers
    vote: Numbers
    home: Numbers


def _columns(groups: Iterable[Sequence[Claim]]) -> _Columns:
    rows: dict[Pair, list[int]] = defaultdict(list)
    confidence: list[float] = []
    checked: list[bool] = []
    certain: list[float] = []
    at: list[int] = []
    vote: list[int] = []
    home: list[int] = []
    for number, group in enumerate(groups):
        right = {key for claim in group if claim.right for key in claim.keys}
        votes: dict[tuple[str, ...], int] = {}
        for claim in group:
            rows[claim.source, claim.field].append(len(confidence))
            if claim.keys not in votes:
                votes[claim.keys] = len(home)
                home.append(number)
            said = claim.right if claim.right is not None else not right.isdisjoint(claim.keys)
            confidence.append(claim.confidence)
            checked.append(claim.right is not None)
            certain.append(float(said) if claim.right is not None or right else math.nan)
            at.append(number)
            vote.append(votes[claim.keys])
    return _Columns(
        {pair: np.array(own, dtype=np.int64) for pair, own in rows.items()}, np.array(confidence, dtype=np.float64),
        np.array(checked, dtype=np.bool_), np.array(certain, dtype=np.float64), np.array(at, dtype=np.int64),
        np.array(vote, dtype=np.int64), np.array(home, dtype=np.int64),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Beliefs:
    """What is thought of claims: how sure they were, how likely they are right, and whether a person said so."""

    claimed: Floats
    chance: Floats
    checked: NDArray[np.bool_]


def _beliefs(told: _Columns, shifts: Mapping[Pair, float]) -> dict[Pair, _Beliefs]:
    chance = _chances(told, shifts)
    return {
        pair: _Beliefs(told.confidence[own], chance[own], told.checked[own])
        for pair, own in told.rows.items()
    }


def _chances(told: _Columns, shifts: Mapping[Pair, float]) -> Floats:
    """How likely each claim is right, over all that is said of its value; what people said is certain."""
    sure = _logits(told.confidence)
    for pair, own in told.rows.items():
        sure[own] += shifts.get(pair, 0.0)
    most_sure = _logit(1.0)
    votes = np.bincount(
        told.vote, np.clip(sure, -most_sure, most_sure) + math.log(FALSE_VALUES), len(told.home)
    )
    groups = int(told.home[-1]) + 1 if len(told.home) else 0
    most = np.zeros(groups)
    np.maximum.at(most, told.home, votes)
    weights = np.exp(votes - most[told.home])
    whole = np.exp(-most) + np.bincount(told.home, weights, groups)
    return np.where(np.isnan(told.certain), weights[told.vote] / whole[told.group], told.certain)


def _fit(beliefs: Mapping[Pair, _Beliefs]) -> tuple[dict[str, float], dict[Pair, float]]:
    """The shift of every source over all its fields, and of every field."""
    by_source: dict[str, list[_Beliefs]] = defaultdict(list)
    for (source, _), rows in beliefs.items():
        by_source[source].append(rows)
    common = {source: _shift(_joined(rows), 0.0, SOURCE_SPREAD)[0] for source, rows in by_source.items()}
    return common, {pair: _shift(rows, common[pair[0]], FIELD_SPREAD)[0] for pair, rows in beliefs.items()}


def _joined(rows: Sequence[_Beliefs]) -> _Beliefs:
    return _Beliefs(
        np.concatenate([b.claimed for b in rows]),
        np.concatenate([b.chance for b in rows]),
        np.concatenate([b.checked for b in rows]),
    )


def _tells(rows: _Beliefs) -> bool:
    """False where a source met others a few times only and nobody looked.

    Two sources that differ over one value are no reason to doubt either, least of all about that very value.
    """
    return len(rows.chance) >= LEAST or bool(rows.checked.any())


def _told(rows: _Beliefs, shift: float, common: float) -> Reliability:
    alone, deviation = _shift(rows, min(0.0, common), ALONE_SPREAD)
    return Reliability(
        shift=shift,
        sure=min(shift, alone - min(max(alone, 0.0), CAUTION * deviation)),
        accuracy=float(rows.chance.mean()),
        claimed=float(rows.claimed.mean()),
        checked=int(rows.checked.sum()),
        stood=int((rows.checked & (rows.chance > 0.5)).sum()),
        compared=int((~rows.checked).sum()),
    )


def _shift(rows: _Beliefs, centre: float, spread: float) -> tuple[float, float]:
    """The shift that makes what was believed likeliest, drawn towards a centre, and its standard deviation.

    Newton's method on a concave function.
    """
    some = slice(None) if _tells(rows) else slice(0)
    claimed, chance = _logits(rows.claimed[some]), rows.chance[some]
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


def _logits(shares: Floats) -> Floats:
    inside = np.clip(shares, _EDGE, 1 - _EDGE)
    logits: Floats = np.log(inside / (1 - inside))
    return logits


def _logit(share: float) -> float:
    inside = min(max(share, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))

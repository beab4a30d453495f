"""Candidates for one name weighed against each other: where a file offers several companies for it, at most one is right.

A pair that stands alone keeps what it scored. Rows whose right names are one company (two spellings of it) are no rivals.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from matchers.model import Feature, Matrix, load_block, probability
from matchers.names import Name
from matchers.pairs import Answer, decision_of, grade_of

FEATURES = (
    Feature("score", 1, (-6, -4, -2.5, -1.5, -0.5, 0.5, 1.5, 3, 5)),
    Feature("lead", 1, (-5, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 5)),
)
"""A contested pair: its own log-odds, and its lead over the best other company offered for the same left name."""

_WIDEST = 6.0
_HOPELESS = -2.0
"""A candidate below these log-odds is not asked whether it is the best one in another spelling."""

_RESPELT = 2.0
"""Log-odds from which two candidates are taken for one company in two spellings."""

_UNSUPPORTED, _LITTLE = -1.5, 0.5
"""Below these log-odds a pair's lead counts for no more than this: that the others are worse proves nothing by itself."""

_TOLD = 0.1
"""A change of probability from which the reason says that there was a rival."""

Pairs = Sequence[tuple[Name, Name]]
Compare = Callable[[Pairs], Matrix]


def log_odds(chances: Sequence[float]) -> Matrix:
    """Log-odds of probabilities, within ±7.6."""
    kept = np.clip(np.asarray(chances, dtype=float), 0.0005, 0.9995)
    return np.asarray(np.log(kept / (1 - kept)))


def leads(pairs: Pairs, scores: Matrix, compare: Compare) -> tuple[Matrix, list[int]]:
    """Each pair's lead (log-odds, NaN where nothing contests it) and the position of its strongest rival (-1: none).

    `compare` gives the log-odds of pairs of names; it is asked once, whether near candidates are the best one respelt.
    """
    found = np.full(len(pairs), math.nan)
    strongest = [-1] * len(pairs)
    groups = _contested(pairs, scores)
    asked = [(group[0], at) for group in groups for at in group[1:] if scores[at] > _HOPELESS]
    likeness = compare([(pairs[best][1], pairs[at][1]) for best, at in asked])
    respelt = {at for (_, at), score in zip(asked, likeness.tolist(), strict=True) if score >= _RESPELT}
    for group in groups:
        core = pairs[group[0]][1].core
        same = [at for at in group if at == group[0] or at in respelt or pairs[at][1].core == core]
        others = [at for at in group if at not in set(same)]
        for ours, rival in ((same, others[:1]), (others, group[:1])):
            for at in ours if rival else ():
                strongest[at] = rival[0]
                most = _WIDEST if scores[at] >= _UNSUPPORTED else _LITTLE
                found[at] = min(most, max(-_WIDEST, scores[at] - scores[rival[0]]))
    return found, strongest


def _contested(pairs: Pairs, scores: Matrix) -> list[list[int]]:
    """Positions of pairs with one left name and several right ones, the surest first."""
    by_left: dict[str, list[int]] = defaultdict(list)
    for at, (left, right) in enumerate(pairs):
        if left.script and right.script:
            by_left[left.folded].append(at)
    groups = (sorted(g, key=lambda at: (-scores[at], at)) for g in by_left.values() if len(g) > 1)
    return [group for group in groups if len({pairs[at][1].core for at in group}) > 1]


def weigh_rivals(pairs: Pairs, answers: Sequence[Answer], compare: Compare) -> list[Answer]:
    """The answers with rivals for one left name weighed against each other; equal where there are none."""
    scores = log_odds([answer.probability for answer in answers])
    lead, strongest = leads(pairs, scores, compare)
    contested = np.flatnonzero(~np.isnan(lead))
    settled = list(answers)
    if not len(contested):
        return settled
    block = load_block("rivals", FEATURES)
    chances = probability(block.scores(np.column_stack([scores[contested], lead[contested]])))
    for at, chance in zip(contested.tolist(), chances.tolist(), strict=True):
        settled[at] = _settled(answers[at], chance, pairs[strongest[at]][1], lead[at] >= 0)
    return settled


def _settled(answer: Answer, chance: float, rival: Name, leading: bool) -> Answer:
    reason = answer.reason
    if abs(chance - answer.probability) >= _TOLD:
        told = "fits better than" if leading else "fits worse than"
        reason = f"{reason}; {told} “{rival.raw[:80]}”, offered for the same name"
    return replace(
        answer,
        probability=round(chance, 4),
        decision=decision_of(chance),
        grade=grade_of(chance),
        reason=reason,
    )

"""Candidates for one name weighed against each other: where a file offers several companies for it, at most one is right.

A pair that stands alone keeps what it scored. Rows whose right names are one company (two spellings of it) are no rivals. The
other way round a company that is offered to several names tells less, as a table may hold one company twice: it counts only for
pairs that do not stand by themselves.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from matchers.model import Block, Feature, Matrix, load_block, probability
from matchers.names import Name
from matchers.pairs import Answer, decision_of, grade_of

FEATURES = (
    Feature("score", 1, (-6, -4, -2.5, -1.5, -0.5, 0.5, 1.5, 3, 5)),
    Feature("lead", 1, (-5, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 5)),
)
"""A contested pair: its own log-odds, and its lead over the best other company offered for the same left name."""

BOTH = (*FEATURES, Feature("lead_of_right", 1, (-5, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 5)))
"""A pair contested from both sides: also its lead over the best other name that the same company is offered to."""

_WIDEST = 6.0
_HOPELESS = -2.0
"""A candidate below these log-odds is not asked whether it is the best one in another spelling."""

_RESPELT = 2.0
"""Log-odds from which two candidates are taken for one company in two spellings."""

_UNSUPPORTED, _LITTLE = -1.5, 0.5
"""Below these log-odds a pair's lead counts for no more than this: that the others are worse proves nothing by itself."""

_STANDS = -0.5
"""From these log-odds a pair is not held against another name's better claim to the same company: it may be there twice."""

_UNCLAIMED = -2.0
"""The most that a weak pair gains from nobody else's claim to its company."""

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
        kin = set(same)
        others = [at for at in group if at not in kin]
        for ours, rival in ((same, others[:1]), (others, group[:1])):
            for at in ours if rival else ():
                strongest[at] = rival[0]
                most = _WIDEST if scores[at] >= _UNSUPPORTED else _LITTLE
                found[at] = min(most, max(-_WIDEST, scores[at] - scores[rival[0]]))
    return found, strongest


def leads_of_right(pairs: Pairs, scores: Matrix, compare: Compare) -> tuple[Matrix, list[int]]:
    """The same as `leads` among the names that one company is offered to; NaN also where that is not to count."""
    lead, strongest = leads([(right, left) for left, right in pairs], scores, compare)
    lead[(scores > _STANDS) & (lead < 0)] = math.nan
    return np.where(scores < _UNSUPPORTED, np.minimum(lead, _UNCLAIMED), lead), strongest


def _contested(pairs: Pairs, scores: Matrix) -> list[list[int]]:
    """Positions of pairs with one left name and several right ones, the surest first."""
    by_left: dict[str, list[int]] = defaultdict(list)
    for at, (left, right) in enumerate(pairs):
        if left.script and right.script:
            by_left[left.folded].append(at)
    groups = (sorted(g, key=lambda at: (-scores[at], at)) for g in by_left.values() if len(g) > 1)
    return [group for group in groups if len({pairs[at][1].core for at in group}) > 1]


def weigh_rivals(pairs: Pairs, answers: Sequence[Answer], compare: Compare) -> list[Answer]:
    """The answers with rivals for one name weighed against each other; equal where there are none."""
    scores = log_odds([answer.probability for answer in answers])
    lead, strongest = leads(pairs, scores, compare)
    settled = list(answers)
    if np.isnan(lead).all():
        return settled
    lead_of_right, claimants = leads_of_right(pairs, scores, compare)
    chances = settle(
        np.column_stack([scores, lead, lead_of_right]),
        load_block("rivals", FEATURES),
        load_block("rivals_both", BOTH),
    )
    for at in np.flatnonzero(~np.isnan(lead)).tolist():
        if lead_of_right[at] < 0 <= lead[at]:
            words = f"“{pairs[claimants[at]][0].raw[:80]}” fits this company better"
        else:
            told = "fits better than" if lead[at] >= 0 else "fits worse than"
            words = f"{told} “{pairs[strongest[at]][1].raw[:80]}”, offered for the same name"
        settled[at] = _settled(answers[at], float(chances[at]), words)
    return settled


def settle(values: Matrix, one_sided: Block, both_sided: Block) -> Matrix:
    """Probability of each contested pair (rows: score, lead, lead of right; NaN where nothing contests); NaN for the others."""
    chances = np.full(len(values), math.nan)
    contested, both = (~np.isnan(values[:, 1 : 2 + more]).any(axis=1) for more in (0, 1))
    chances[contested] = probability(one_sided.scores(values[contested, :2]))
    chances[both] = probability(both_sided.scores(values[both]))
    return chances


def _settled(answer: Answer, chance: float, words: str) -> Answer:
    reason = f"{answer.reason}; {words}" if abs(chance - answer.probability) >= _TOLD else answer.reason
    return replace(
        answer,
        probability=round(chance, 4),
        decision=decision_of(chance),
        grade=grade_of(chance),
        reason=reason,
    )

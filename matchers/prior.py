"""The share of matches among candidate pairs, found from the scores themselves."""

from __future__ import annotations

import numpy as np

from matchers.model import Matrix, probability

LEARNT = 0.42
"""The share of matches among the pairs the weights were learnt from."""


def moved(scores: Matrix, others: int = 0) -> float:
    """How far log-odds move from the prior they were learnt at to the share of matches among these candidates; never up.

    `others` are candidates beside these, known to be none. The share is found by expectation–maximisation (Saerens,
    Latinne and Decaestecker 2002). Higher scores never move further down: on upper bounds of the scores it gives an
    upper bound of the move.
    """
    if not len(scores):
        return 0.0
    share = LEARNT
    for _ in range(50):
        chances = probability(scores + (_logit(share) - _logit(LEARNT)))
        found = min(LEARNT, max(1e-5, float(chances.sum() / (len(scores) + others))))
        if abs(found - share) < 1e-6 + 1e-3 * share:
            break
        share = found
    return _logit(share) - _logit(LEARNT)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))

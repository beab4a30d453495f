"""The last step of `matchers.train`: how far a candidate's lead over its rivals moves it, learned on held-out scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from matchers.fit import fit
from matchers.model import Block, Matrix, probability
from matchers.names import Name
from matchers.pairs import PairMatcher
from matchers.rivals import FEATURES, leads, log_odds


def lead_values(
    pairs: Sequence[tuple[Name, Name]], sources: Sequence[str], answers: Matrix, blocks: Mapping[str, Block]
) -> Matrix:
    """Values of `rivals.FEATURES` for each pair from held-out probabilities, set by set; NaN leads are uncontested."""
    scores = log_odds(answers.tolist())
    found = np.column_stack([scores, np.full(len(pairs), np.nan)])
    by_source = np.array(sources)
    for source in sorted(set(sources)):
        here = np.flatnonzero(by_source == source)
        some = [pairs[at] for at in here.tolist()]
        matcher = PairMatcher([name for pair in some for name in pair], blocks=blocks)
        found[here, 1] = leads(some, scores[here], matcher.scores)[0]
    return found


def fit_rivals(values: Matrix, labels: Matrix, sample: Matrix) -> Block:
    """The block of rivals, from contested pairs."""
    contested = ~np.isnan(values[:, 1])
    return fit(values[contested], labels[contested], FEATURES, sample=sample[contested], ridge=0.3)


def with_rivals(values: Matrix, labels: Matrix, sample: Matrix, folds: Matrix, answers: Matrix) -> Matrix:
    """Probability of each pair once rivals are weighed, from a block that has seen nothing of its fold."""
    settled = answers.copy()
    contested = ~np.isnan(values[:, 1])
    for leaving in np.unique(folds):
        seen, tested = folds != leaving, (folds == leaving) & contested
        block = fit_rivals(values[seen], labels[seen], sample[seen])
        settled[tested] = probability(block.scores(values[tested]))
    return settled

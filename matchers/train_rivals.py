"""The last step of `matchers.train`: how far a candidate's lead over its rivals moves it, learned on held-out scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from matchers.fit import fit
from matchers.model import Block, Matrix
from matchers.names import Name
from matchers.pairs import PairMatcher
from matchers.rivals import BOTH, FEATURES, leads, leads_of_right, log_odds, settle


def lead_values(
    pairs: Sequence[tuple[Name, Name]], sources: Sequence[str], answers: Matrix, blocks: Mapping[str, Block]
) -> Matrix:
    """Values of `rivals.BOTH` for each pair from held-out probabilities, set by set; NaN leads are uncontested."""
    scores = log_odds(answers.tolist())
    found = np.column_stack([scores, np.full((len(pairs), 2), np.nan)])
    by_source = np.array(sources)
    for source in sorted(set(sources)):
        here = np.flatnonzero(by_source == source)
        some = [pairs[at] for at in here.tolist()]
        matcher = PairMatcher([name for pair in some for name in pair], blocks=blocks)
        found[here, 1] = leads(some, scores[here], matcher.scores)[0]
        found[here, 2] = leads_of_right(some, scores[here], matcher.scores)[0]
    return found


def fit_rivals(values: Matrix, labels: Matrix, sample: Matrix) -> tuple[Block, Block]:
    """The blocks of rivals: from all pairs contested by other companies, and from those contested from both sides."""
    blocks = []
    for features in (FEATURES, BOTH):
        columns = values[:, : len(features)]
        contested = ~np.isnan(columns).any(axis=1)
        blocks.append(
            fit(columns[contested], labels[contested], features, sample=sample[contested], ridge=0.3)
        )
    return blocks[0], blocks[1]


def with_rivals(values: Matrix, labels: Matrix, sample: Matrix, folds: Matrix, answers: Matrix) -> Matrix:
    """Probability of each pair once rivals are weighed, from blocks that have seen nothing of its fold."""
    settled = answers.copy()
    for leaving in np.unique(folds):
        seen, tested = folds != leaving, np.flatnonzero(folds == leaving)
        chances = settle(values[tested], *fit_rivals(values[seen], labels[seen], sample[seen]))
        known = ~np.isnan(chances)
        settled[tested[known]] = chances[known]
    return settled

"""What a model's weights say in words: the few that moved a decision most, for and against."""

from __future__ import annotations

from functools import cache

import numpy as np

from matchers.model import Block, Matrix
from matchers.tables import rows_of

_SAID = 3
_LEAST = 0.25


@cache
def phrases() -> dict[tuple[str, str], tuple[str, str]]:
    """(route, feature) → words for and against."""
    return {(row["route"], row["feature"]): (row["for"], row["against"]) for row in rows_of("reasons.csv")}


def centred(block: Block, weights: Matrix) -> Matrix:
    """Each say measured from the middle of its curve, so that low similarity reads as an argument against."""
    middles = np.array([0.0 if len(c) == 2 else (min(c) + max(c)) / 2 for c in block.curves])
    return np.asarray(weights - middles)


def reasons(route: str, block: Block, weights: Matrix) -> list[str]:
    """One line a row: its strongest says in words, strongest first."""
    said = centred(block, weights)
    words = [phrases().get((route, feature.name), ("", "")) for feature in block.features]
    order = np.argsort(-np.abs(said), axis=1)[:, : _SAID + 4]
    lines = []
    for row, places in zip(said.tolist(), order.tolist(), strict=True):
        line: list[str] = []
        for at in places:
            weight = row[at]
            phrase = words[at][0 if weight > 0 else 1]
            if abs(weight) >= _LEAST and phrase and phrase not in line:
                line.append(phrase)
                if len(line) == _SAID:
                    break
        lines.append("; ".join(line) or "little to go by")
    return lines

"""Learns which company a Chinese text is about, and reports five-fold cross-validation.

    python -m matchers.train_focus FILE.jsonl [--report-only]

A line holds `text`, `true` (names) and `distractors_in_text`. Writes `data/focus.json`. Needs the `train` extra.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from matchers.focus import FEATURES, event_words, weigh
from matchers.model import Matrix

_RIDGE = {"features": 1.0, "words": 2.5}
FOLDS = 5


def read_rows(
    path: Path, words: Sequence[str], kinds: Mapping[str, str]
) -> list[tuple[Matrix, Matrix, list[str], int]]:
    """Per text: values (candidates × features and words), whether each is true, the names, and the fold."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        item: dict[str, Any] = json.loads(line)
        names = sorted({*item["true"], *item["distractors_in_text"]})
        found = weigh(
            item["text"].translate({0xFF08: "(", 0xFF09: ")", 0xFF1A: ":", 0x3000: " "}), names, kinds
        )
        if found:
            values = np.array([[v.get(f, 0.0) for f in (*FEATURES, *words)] for v in found.values()])
            true = np.array([float(n in item["true"]) for n in found])
            rows.append((values, true, list(found), zlib.crc32(item["true"][0].encode()) % FOLDS))
    return rows


def fit_weights(rows: Sequence[tuple[Matrix, Matrix, list[str], int]], words: int) -> Matrix:
    """Weights that make the true company likeliest among a text's candidates (conditional logit, ridge)."""
    from scipy.optimize import minimize  # noqa: PLC0415

    size = len(FEATURES) + words
    penalty = np.concatenate([np.full(len(FEATURES), _RIDGE["features"]), np.full(words, _RIDGE["words"])])

    def loss(beta: Matrix) -> tuple[float, Matrix]:
        value, slope = 0.5 * float(np.sum(penalty * beta**2)), penalty * beta
        for values, true, _, _ in rows:
            if true.sum() == 0:
                continue
            score = values @ beta
            chance = np.exp(score - np.logaddexp.reduce(score))
            kept = float((chance * true).sum())
            value -= np.log(kept)
            slope = slope - values.T @ (chance * true / kept - chance)
        return value, slope

    best = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.asarray(best.x)


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains, reports and writes the weights."""
    parser = argparse.ArgumentParser(prog="python -m matchers.train_focus", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--report-only", action="store_true")
    options = parser.parse_args(arguments)
    kinds = event_words()
    words = [*dict.fromkeys(kinds.values()), *kinds]
    rows = read_rows(options.file, words, kinds)
    right = 0
    for leaving in range(FOLDS):
        beta = fit_weights([row for row in rows if row[3] != leaving], len(words))
        right += sum(
            int(true[int(np.argmax(values @ beta))]) for values, true, _, fold in rows if fold == leaving
        )
    line = f"accuracy {right / len(rows):.3f} over {len(rows)} texts (five-fold cross-validation)"
    sys.stdout.write(line + "\n")
    if not options.report_only:
        learned = [round(float(w), 3) for w in fit_weights(rows, len(words))]
        weights = {
            "features": dict(zip(FEATURES, learned, strict=False)),
            "words": dict(zip(words, learned[len(FEATURES) :], strict=True)),
        }
        stored = {
            "provenance": "learned by `python -m matchers.train_focus` from labelled Chinese business news",
            "cross_validation": line,
            "weights": weights,
        }
        path = Path(__file__).parent / "data" / "focus.json"
        path.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Learns how names, domains, places and rivals add up when tables are linked, and reports cross-validation.

    python -m matchers.train_link FOLDER [--report-only]

`FOLDER` holds folders `link_*` with `crm.csv`, `external.csv` and `truth.csv`. Adds the blocks `rows` and `best` to
`data/weights.json`. Needs the `train` extra, and `matchers.train` to have run.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from accounts.account import Company
from matchers import compare_rows
from matchers.fit import fit
from matchers.linking import ACCEPT, BEST, TIE, Comparison, compare_tables, rivals
from matchers.model import Block, Matrix, probability
from matchers.rows import company_of
from matchers.train import FOLDS, entry_of, readable


@dataclass(slots=True)
class Task:
    """One pair of tables with its truth. `folds` are by left row."""

    name: str
    left: list[Company]
    right: list[Company]
    truth: dict[str, set[str]]
    compared: Comparison
    labels: Matrix
    folds: Matrix


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_task(folder: Path) -> Task:
    """Reads and compares one pair of tables."""
    left = [company_of(row) for row in _rows(folder / "crm.csv")]
    right = [company_of(row) for row in _rows(folder / "external.csv")]
    truth: dict[str, set[str]] = {}
    for row in _rows(folder / "truth.csv"):
        truth.setdefault(row["crm_id"], set()).add(row["ext_id"])
    compared = compare_tables(left, right)
    labels = np.array([float(right[j].id in truth.get(left[i].id, ())) for i, j in compared.pairs])
    folds = np.array(
        [zlib.crc32(left[i].names[0].encode()) % FOLDS if left[i].names else 0 for i, _ in compared.pairs]
    )
    return Task(folder.name, left, right, truth, compared, labels, folds)


def fit_rows(tasks: Sequence[Task], leaving: int | None) -> Block:
    """Weights of the attributes, from all candidate pairs but those of one fold; each table counts alike."""
    kept = [task.folds != leaving for task in tasks]
    values = np.vstack([task.compared.values[k] for task, k in zip(tasks, kept, strict=True)])
    labels = np.concatenate([task.labels[k] for task, k in zip(tasks, kept, strict=True)])
    sample = np.concatenate(
        [
            np.full(int(k.sum()), 700 / max(1.0, float(t.labels.sum())))
            for t, k in zip(tasks, kept, strict=True)
        ]
    )
    return fit(values, labels, compare_rows.FEATURES, sample=sample, ridge=0.5)


def best_of(task: Task, scores: Matrix) -> tuple[Matrix, Matrix, Matrix, list[int]]:
    """Values of `BEST`, whether the best is right, and its fold, a row each; and the pairs' positions."""
    best, _, values = rivals(task.compared.pairs, scores)
    return values, task.labels[best], task.folds[best], best


def held_out_scores(tasks: Sequence[Task]) -> list[Matrix]:
    """Log-odds of every candidate pair from weights that have not seen its fold."""
    scores = [np.zeros(len(task.labels)) for task in tasks]
    for leaving in range(FOLDS):
        block = fit_rows(tasks, leaving)
        for task, kept in zip(tasks, scores, strict=True):
            here = task.folds == leaving
            kept[here] = block.scores(task.compared.values[here]) + TIE * task.compared.names[here]
    return scores


def fit_best(parts: Sequence[tuple[Matrix, Matrix, Matrix]], leaving: int | None) -> Block:
    """Calibrates the best candidate by its score and its leads."""
    values = np.vstack([v[f != leaving] for v, _, f in parts])
    labels = np.concatenate([y[f != leaving] for _, y, f in parts])
    return fit(values, labels, BEST, ridge=0.3)


def report(tasks: Sequence[Task], scores: Sequence[Matrix]) -> list[str]:
    """F1 at probability 0.5, recall of blocking, and precision of the accept band, by table."""
    parts = [best_of(task, s) for task, s in zip(tasks, scores, strict=True)]
    answers = [np.zeros(len(p[1])) for p in parts]
    for leaving in range(FOLDS):
        block = fit_best([p[:3] for p in parts], leaving)
        for (values, _, folds, _), kept in zip(parts, answers, strict=True):
            kept[folds == leaving] = probability(block.scores(values[folds == leaving]))
    lines = []
    for task, (_, right, _, _), chance in zip(tasks, parts, answers, strict=True):
        said = chance >= 0.5
        hits = int(right[said].sum())
        f1 = 2 * hits / max(1, int(said.sum()) + len(task.truth))
        sure = chance >= ACCEPT
        lines.append(
            f"{task.name:20s} F1 {f1:.3f}  precision {hits / max(1, int(said.sum())):.3f}  "
            f"recall {hits / max(1, len(task.truth)):.3f}  blocking recall {task.labels.sum() / max(1, len(task.truth)):.3f}  "
            f"accepted {int(sure.sum())} at precision {float(right[sure].mean()) if sure.any() else 0:.3f}  "
            f"pairs compared {len(task.labels)}"
        )
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains, reports and writes the two blocks."""
    parser = argparse.ArgumentParser(prog="python -m matchers.train_link", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--report-only", action="store_true")
    options = parser.parse_args(arguments)
    tasks = [read_task(path) for path in sorted(options.folder.glob("link_*"))]
    scores = held_out_scores(tasks)
    lines = report(tasks, scores)
    sys.stdout.write("\n".join(lines) + "\n")
    if options.report_only:
        return 0
    path = Path(__file__).parent / "data" / "weights.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    best = fit_best([best_of(task, s)[:3] for task, s in zip(tasks, scores, strict=True)], None)
    stored["blocks"] |= {"rows": entry_of(fit_rows(tasks, None)), "best": entry_of(best)}
    stored["link_cross_validation"] = lines
    path.write_text(readable(stored), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Labelled pairs of names beside cleanco with rapidfuzz, rigour and nomenklatura: F1 by set, CPU a pair.

Ours is taken at probability 0.5, as `evergreen match pairs` gives it, and was trained on these very pairs: read the five-fold figures of
`python -m matchers.train` beside them. Theirs is taken at whichever threshold is best on the set's own truth, in their favour.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

from bench.environments import python_of
from bench.figure import Figure, Unavailable
from bench.name_engines import ENGINES

PEERS = ("names",)
SETS = Path(__file__).resolve().parents[2] / "shared" / "data" / "matching"
_SCRIPT = Path(__file__).with_name("name_engines.py")


def measure(folder: Path) -> list[Figure]:
    files = sorted(SETS.glob("[exz][nlh]*.csv"))
    if not files:
        raise Unavailable(f"there are no labelled pairs in {SETS}")
    try:
        python, lacking = python_of("names"), ""
    except Unavailable as error:
        python, lacking = None, str(error)
    figures, rows, spent, theirs_spent = [], 0, 0.0, dict.fromkeys(ENGINES, 0.0)
    for file in files:
        truth = _labels(file)
        scores, seconds = _ours(file, folder / f"{file.stem}.out.csv")
        said = [score >= 0.5 for score in scores]
        peers = {}
        for engine in ENGINES if python else ():
            told = _asked(python, engine, file)
            theirs_spent[engine] += told["cpu"]
            peers[engine] = round(_best(told["scores"], truth), 3)
        figures.append(
            Figure(f"{file.stem}: F1", round(_f1(said, truth), 3), "", None, lacking, peers, more=True)
        )
        rows, spent = rows + len(truth), spent + seconds
    each = {engine: round(seconds / rows * 1e6) for engine, seconds in theirs_spent.items() if python}
    return [
        *figures,
        Figure(
            "a pair of names, CPU",
            round(spent / rows * 1e6),
            "µs",
            None,
            f"{rows} pairs; ours with its start",
            each,
        ),
    ]


def _labels(file: Path) -> list[bool]:
    with file.open(newline="", encoding="utf-8") as rows:
        return [row["label"] == "1" for row in csv.DictReader(rows)]


def _ours(file: Path, out: Path) -> tuple[list[float], float]:
    began = _children()
    command = [str(Path(sys.executable).with_name("evergreen")), "match", "pairs", str(file), str(out)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode not in (0, 1) or not out.exists():  # 1: done, with remarks on single rows
        raise RuntimeError(f"{file.name}: {done.stderr[-300:]}")
    spent = _children() - began
    with out.open(newline="", encoding="utf-8") as rows:
        said = {row["pair_id"]: float(row["probability"]) for row in csv.DictReader(rows)}
    with file.open(newline="", encoding="utf-8") as rows:
        return [said[row["pair_id"]] for row in csv.DictReader(rows)], spent


def _children() -> float:
    times = os.times()
    return float(times.children_user + times.children_system)


def _asked(python: Path, engine: str, file: Path) -> dict:
    done = subprocess.run(
        [str(python), str(_SCRIPT), engine, str(file)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unavailable(
            f"{engine} fell over: {(done.stderr.strip().splitlines() or ['no words'])[-1][:200]}"
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _best(scores: list[float], truth: list[bool]) -> float:
    """The best F1 of any threshold."""
    hits = said = 0
    total, best = sum(truth), 0.0
    ordered = sorted(zip(scores, truth, strict=True), reverse=True)
    for at, (score, right) in enumerate(ordered):
        hits, said = hits + right, said + 1
        if at + 1 == len(ordered) or ordered[at + 1][0] != score:
            best = max(best, 2 * hits / (said + total))
    return best


def _f1(said: list[bool], truth: list[bool]) -> float:
    hits = sum(yes and right for yes, right in zip(said, truth, strict=True))
    return 2 * hits / max(1, sum(said) + sum(truth))

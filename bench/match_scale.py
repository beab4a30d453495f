"""Deduplicates invented names with noisy copies beside Splink and goldenmatch: rows a second, F1, precision, memory.

    python -m bench match_scale            (100,000 and 1,000,000 rows)
    python -m bench.match_scale [ROWS] [--peers]

Half of the names are Chinese, half English; every fifth row has a noisy copy; name and city only. Each engine runs in a
process of its own, one after the other, on the same rows. The peers get an environment of their own, made for this
measurement; where they cannot be installed, that is said.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.environments import python_of
from bench.figure import Figure, Unavailable
from bench.match_rows import make

__all__ = ["make", "measure"]

PEERS = ("matching",)
THEIRS = ("splink", "goldenmatch")
SIZES = (100_000, 1_000_000)
_PATIENCE = 420
"""Seconds after which an engine is stopped."""

_ENGINES = Path(__file__).parent / "match_engines.py"


def run(engine: str, size: int, python: str = sys.executable) -> dict[str, Any]:
    """What one engine tells of itself; `{"failed": why}` where it did not come to an end."""
    quiet = os.environ | {"GOLDENMATCH_TELEMETRY": "0", "DO_NOT_TRACK": "1"}
    try:
        done = subprocess.run(
            [python, str(_ENGINES), engine, str(size)],
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
            env=quiet,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {_PATIENCE} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"engine"')]
    if done.returncode or not lines:
        return {"failed": (done.stderr.strip().splitlines() or ["no answer"])[-1][:200]}
    told: dict[str, Any] = json.loads(lines[-1])
    return told


def peers_of(size: int) -> dict[str, dict[str, Any]]:
    """What each peer tells of itself on the same rows, one after the other."""
    try:
        python = str(python_of("matching"))
    except Unavailable as error:
        return {engine: {"failed": str(error)} for engine in THEIRS}
    return {engine: run(engine, size, python) for engine in THEIRS}


def measure(folder: Path) -> list[Figure]:  # noqa: ARG001 - every measurement is handed one
    """100,000 rows beside the peers, and 1,000,000 rows of ours: the peers are not done with those while anybody waits."""
    return [*_figures(SIZES[0], peers_of(SIZES[0]), 28_000), *_figures(SIZES[1], {}, SIZES[1] / 120)]


def _figures(size: int, theirs: dict[str, dict[str, Any]], rate: float) -> list[Figure]:
    told, head = run("ours", size), f"dedupe {size:,} rows"
    if "failed" in told:
        raise RuntimeError(told["failed"])
    failed = "; ".join(f"{engine}: {said['failed']}" for engine, said in theirs.items() if "failed" in said)
    done = {engine: said for engine, said in theirs.items() if "failed" not in said}

    def beside(name: str) -> dict[str, float]:
        return {engine: said[name] for engine, said in done.items()}

    rates = {engine: round(size / said["seconds"]) for engine, said in done.items()}
    right = f"precision {told['precision']}, recall {told['recall']}"
    return [
        Figure(
            f"{head}, by the clock", round(size / told["seconds"]), "rows/s", rate, failed, rates, more=True
        ),
        Figure(f"{head}, CPU", told["processor_seconds"], "s", None, "", beside("processor_seconds")),
        Figure(f"{head}: F1", told["f1"], "", None, right, beside("f1"), more=True),
        Figure(f"{head}: peak memory", told["peak_mb"], "MB", 4096, "", beside("peak_mb")),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    parser.add_argument("--peers", action="store_true")
    options = parser.parse_args()
    print(json.dumps({"engine": "ours"} | run("ours", options.rows)))
    for engine, told in peers_of(options.rows).items() if options.peers else ():
        print(json.dumps({"engine": engine} | told))


if __name__ == "__main__":
    main()

"""Deduplicates invented names with noisy copies beside Splink and goldenmatch: rows a second, F1, precision, memory.

    python -m bench match_scale            (100,000 and 1,000,000 rows)
    python bench/match_scale.py [ROWS] [--peers]

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
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if __package__:
    from bench.figure import Figure
    from bench.match_rows import make
else:
    from figure import Figure  # type: ignore[no-redef]
    from match_rows import make  # type: ignore[no-redef]

__all__ = ["make", "measure"]

PEERS = ("splink>=5,<6", "goldenmatch>=3.22,<4", "goldenmatch-native", "pandas", "pyarrow")
SIZES = (100_000, 1_000_000)
_PATIENCE = 420
"""Seconds after which an engine is stopped."""

_ENGINES = Path(__file__).parent / "match_engines.py"


def peers_python() -> str | None:
    """The interpreter of the peers' own environment, made when first asked for; None where it cannot be."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "evergreen" / "bench-peers"
    python = base / "bin" / "python"
    if not (base / "made").exists():
        venv.create(base, clear=True, with_pip=True)
        done = subprocess.run(
            [python, "-m", "pip", "install", "-q", *PEERS], capture_output=True, text=True, check=False
        )
        if done.returncode:
            return None
        (base / "made").touch()
    return str(python)


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


def compare(sizes: tuple[int, ...], *, peers: bool) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Each engine on each size, one after the other."""
    theirs = peers_python() if peers else None
    for size in sizes:
        yield "ours", size, run("ours", size)
        for engine in ("splink", "goldenmatch") if peers else ():
            told = run(engine, size, theirs) if theirs else {"failed": "its packages could not be installed"}
            yield engine, size, told


def measure(folder: Path) -> list[Figure]:  # noqa: ARG001 - every measurement is handed one
    """Figures of all engines at both sizes; limits are those of ours."""
    figures: list[Figure] = []
    for engine, size, told in compare(SIZES, peers=True):
        head = f"dedupe {size:,} rows, {engine}"
        if "failed" in told:
            figures.append(Figure(head, 0, "rows", None, told["failed"]))
            continue
        limit = {"ours": {100_000: 100_000 / 28_000, 1_000_000: 120.0}}.get(engine, {}).get(size)
        note = f"{size / told['seconds']:,.0f} rows/s; processor {told['processor_seconds']} s"
        right = f"precision {told['precision']}, recall {told['recall']}"
        figures.append(Figure(head, told["seconds"], "s", limit, note))
        figures.append(Figure(f"{head}: F1", told["f1"], "", None, right))
        figures.append(
            Figure(f"{head}: peak memory", told["peak_mb"], "MB", 4096 if engine == "ours" else None)
        )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    parser.add_argument("--peers", action="store_true")
    options = parser.parse_args()
    for engine, _, told in compare((options.rows,), peers=options.peers):
        print(json.dumps({"engine": engine} | told))


if __name__ == "__main__":
    main()

"""Runs the measurements: every module of this folder with a `measure(folder) -> list[Figure]`, or those named."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import platform
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import bench
from bench.figure import Figure, Unavailable

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [m.name for m in pkgutil.iter_modules(bench.__path__) if m.name not in ("__main__", "figure")]
    parser.add_argument(
        "names", nargs="*", choices=[*names, []], help="measurements; all where none is named"
    )
    chosen = parser.parse_args().names or names
    figures: list[Figure] = []
    for name in chosen:
        module = importlib.import_module(f"bench.{name}")
        if not hasattr(module, "measure"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                figures += module.measure(Path(folder))
            except Unavailable as error:
                print(f"{name}: skipped, {error}")
    write(figures)
    print(table(figures))
    if any(f.limit is not None and f.value > f.limit for f in figures):
        sys.exit("A limit is exceeded; see the table.")


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    packages = {name: version(name) for name in ("duckdb", "prefect", "rapidfuzz", "lxml", "requests")}
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "at": f"{datetime.now(UTC):%F}",
        **packages,
    }


def write(figures: list[Figure]) -> None:
    RESULTS.mkdir(exist_ok=True)
    told = {"machine": machine(), "figures": [asdict(f) for f in figures]}
    (RESULTS / "figures.json").write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
    (RESULTS / "figures.md").write_text(table(figures) + "\n", encoding="utf-8")


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = [
        f"| {f.name} | {f.value:g} {f.unit} | {'' if f.limit is None else f'≤ {f.limit:g}'} | {f.note} |"
        for f in figures
    ]
    return "\n".join(["| what | measured | limit | note |", "|---|---|---|---|", *rows])


main()

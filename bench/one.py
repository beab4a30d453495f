"""Measures one module of this folder in this process and writes what it found to `results/NAME.json`.

    python -m bench.one NAME

Each measurement has a process of its own, so that none pays for another's memory and one that fails ends alone.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import resource
import sys
import tempfile
import time
import traceback
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from bench.environments import versions
from bench.figure import Figure, Unavailable

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("duckdb", "numpy", "rapidfuzz", "lxml", "requests", "prefect")


def main() -> None:
    name = sys.argv[1]
    module = importlib.import_module(f"bench.{name}")
    began, told = time.perf_counter(), ""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            figures = list(module.measure(Path(folder)))
        except Unavailable as error:
            told = f"skipped: {error}"
        except Exception as error:
            traceback.print_exc()
            told = f"failed: {type(error).__name__}: {error}"
    write(name, module, figures, told, time.perf_counter() - began)
    if told:
        print(f"{name}: {told}", file=sys.stderr)


def write(name: str, module: ModuleType, figures: list[Figure], told: str, wall: float) -> None:
    """Keeps the figures with the machine and the versions they were measured on."""
    RESULTS.mkdir(exist_ok=True)
    peers = {p: v for group in getattr(module, "PEERS", ()) for p, v in versions(group).items()}
    kept = {
        "name": name, "title": (module.__doc__ or name).strip().splitlines()[0].rstrip("."), "told": told,
        "at": f"{datetime.now(UTC):%F %H:%M} UTC", "wall": round(wall, 1), "cpu": round(used(), 1),
        "load": round(os.getloadavg()[0], 1), "machine": machine(), "peers": peers,
        "figures": [asdict(figure) for figure in figures],
    }  # fmt: skip
    (RESULTS / f"{name}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")


def machine() -> dict[str, str]:
    """What the figures were measured on: processor, cores, memory, Python, and the packages that do the heavy work."""
    with Path("/proc/meminfo").open(encoding="ascii") as file:
        memory = int(file.readline().split()[1]) / 1024**2
    return {
        "processor": processor(), "cores": str(os.cpu_count()), "memory": f"{memory:.0f} GiB",
        "system": platform.system() + " " + platform.release().split("-")[0], "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }  # fmt: skip


def processor() -> str:
    """The processor's name where the system tells it."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def used() -> float:
    """CPU seconds of this process and of all it has waited for."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


if __name__ == "__main__":
    main()

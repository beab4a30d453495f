"""How long `evergreen --help` takes, best and median of ten."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.figure import Figure


def measure(folder: Path) -> list[Figure]:
    command = [str(Path(sys.executable).with_name("evergreen")), "--help"]
    subprocess.run(command, check=True, capture_output=True)
    times = []
    for _ in range(10):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        times.append(time.perf_counter() - began)
    return [
        Figure("evergreen --help, median of 10", round(statistics.median(times), 3), "s", 0.3),
        Figure("evergreen --help, best of 10", round(min(times), 3), "s"),
    ]

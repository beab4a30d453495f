"""CPU of the fingerprint match on the 67-KB mean page, with and without selectors, and start-up with the full set.

The full set is the installed public one, or the one EVERGREEN_FINGERPRINTS names; without either, our own file alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

from bench.figure import Figure
from bench.site_pages import mean_pages
from enrichers.technographic.database import detector_for
from enrichers.technographic.surface import read_surface
from enrichers.web.charset import decode

_START = """
import resource, sys, time
from pathlib import Path
started = time.process_time()
from enrichers.technographic.database import detector_for
detector_for(Path(sys.argv[1]) if sys.argv[1] else None)
print(time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measure(folder: Path) -> list[Figure]:  # noqa: ARG001 - every measurement is given a folder
    """Milliseconds a page, and seconds and megabytes of a start with a warm cache."""
    given = os.environ.get("EVERGREEN_FINGERPRINTS", "")
    detector = detector_for(Path(given) if given else None)
    surfaces = [read_surface(decode(body, {}), url) for url, body in mean_pages()]
    for surface in surfaces[:20]:
        detector.detect(surface)
    note = f"{len(detector.fingerprints)} technologies, {len(surfaces)} pages"
    figures = [Figure("fingerprints, CPU a page", _milliseconds(detector, surfaces), "ms", 8.0, note)]
    detector._elements = SimpleNamespace(search=_nothing)  # type: ignore[assignment]
    figures.append(
        Figure("fingerprints without selectors, CPU a page", _milliseconds(detector, surfaces), "ms", 2.0)
    )
    detector_for.cache_clear()
    told = subprocess.run([sys.executable, "-c", _START, given], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, told.stdout.split())
    figures.append(Figure("fingerprints, start-up", round(seconds, 2), "s", 1.0, "cached"))
    figures.append(Figure("fingerprints, memory after start-up", round(megabytes), "MB", 200.0))
    return figures


def _milliseconds(detector: object, surfaces: list[object]) -> float:
    started = time.process_time()
    for surface in surfaces:
        detector.detect(surface)  # type: ignore[attr-defined]
    return round((time.process_time() - started) / len(surfaces) * 1000, 2)


def _nothing(*_: object) -> Iterator[object]:
    return iter(())

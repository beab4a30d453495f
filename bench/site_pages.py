"""Labelled pages for the measurements of the site reader; not a measurement itself."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figure import Unavailable

PAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "web" / "pages"


def labelled_pages() -> Iterator[tuple[dict[str, Any], bytes]]:
    """Truth and body of every labelled page. Raises Unavailable where there are none."""
    if not PAGES.is_dir():
        raise Unavailable(f"there are no labelled pages in {PAGES}")
    for path in sorted(PAGES.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        if not truth.get("template"):
            yield truth, gzip.decompress((PAGES / f"{truth['id']}.html.gz").read_bytes())


def mean_pages(size: int = 67_000) -> list[tuple[str, bytes]]:
    """Addresses and bodies of labelled pages, the smallest left out until their mean is `size` bytes."""
    pages = sorted(((truth["url"], body) for truth, body in labelled_pages()), key=lambda page: len(page[1]))
    total = sum(len(body) for _, body in pages)
    first = 0
    while total < size * (len(pages) - first):
        total -= len(pages[first][1])
        first += 1
    return pages[first:]

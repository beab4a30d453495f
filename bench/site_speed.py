"""CPU time a whole page costs: decoding, parsing and firmographics, technologies; one process, quiet machine or not."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from bench.figure import Figure
from bench.site_pages import mean_pages
from enrichers.firmographic.read import read_page, settle
from enrichers.firmographic.saved import technologies
from enrichers.web.charset import decode


def measure(folder: Path) -> list[Figure]:  # noqa: ARG001 - every measurement is given a folder
    """Milliseconds of CPU a page by stage, and pages a second on two cores that follow from them."""
    pages = mean_pages()
    technologies("<p></p>", None, {})  # compiles the fingerprints, once a process
    spent: Counter[str] = Counter()
    for url, body in pages:
        started = time.process_time()
        html = decode(body, {})
        decoded = time.process_time()
        settle([read_page(html, url)])
        read = time.process_time()
        technologies(html, url, {})
        spent.update(
            {
                "decode": decoded - started,
                "firmographics": read - decoded,
                "technologies": time.process_time() - read,
            }
        )
    count, size = len(pages), sum(len(body) for _, body in pages) / len(pages) / 1000
    figures = [
        Figure(f"{stage}, CPU a page", round(seconds / count * 1000, 2), "ms")
        for stage, seconds in spent.items()
    ]
    whole = sum(spent.values()) / count
    figures.append(
        Figure(
            "whole page, two cores", round(2 / whole, 1), "pages/s", note=f"{count} pages, mean {size:.0f} KB"
        )
    )
    return figures

"""Measures technology matching on saved pages: CPU per page, start-up, and that every prefilter gives `re`'s answer.

    python bench/tech_match.py PAGES [--fingerprints PATH] [--check]

PAGES is a folder of `*.html` or `*.html.gz` files. Peers are measured by their own command on the same folder.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

from enrichers.technographic import detector_for
from enrichers.technographic.matcher import Budget, TextMatcher
from enrichers.technographic.own import own_fingerprints
from enrichers.technographic.pattern import FLAGS, MAX_COST, cost
from enrichers.technographic.prefilter import LiteralPrefilter, fastest_prefilter
from enrichers.technographic.store import Store
from enrichers.technographic.surface import Surface, read_surface


def pages(folder: Path) -> Iterator[str]:
    for file in sorted([*folder.glob("*.html"), *folder.glob("*.html.gz")]):
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        yield content.decode("utf-8", "replace")


def milliseconds(start: float, count: int) -> float:
    return round((time.process_time() - start) / count * 1000, 2)


def check(surfaces: list[Surface]) -> dict[str, int]:
    """Compares both prefilters with plain `re` over our own patterns, page by page."""
    checked = differing = 0
    for part, attribute in (("script", "scripts"), ("url", "urls"), ("inline", "code"), ("html", "html")):
        entries = [
            (n, pattern)
            for n, fingerprint in enumerate(own_fingerprints())
            for pattern in fingerprint.texts.get(part, ())
            if cost(pattern.bounded) <= MAX_COST
        ]
        matchers = [
            TextMatcher(entries, Store(None), kind) for kind in (LiteralPrefilter, fastest_prefilter())
        ]
        naive = [(n, pattern, re.compile(pattern.bounded, FLAGS)) for n, pattern in entries]
        for surface in surfaces:
            value = getattr(surface, attribute)
            texts = [value] if isinstance(value, str) else list(value)
            wanted = [(n, p.source) for n, p, regex in naive if any(map(regex.search, texts))]
            for matcher in matchers:
                checked += 1
                differing += [(n, p.source) for n, p, _ in matcher.search(texts, Budget(60))] != wanted
    return {"checked": checked, "differing": differing}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--fingerprints", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    sources = list(pages(options.pages))
    start = time.process_time()
    detector = detector_for(options.fingerprints)
    started = round(time.process_time() - start, 3)
    start = time.process_time()
    surfaces = [read_surface(source) for source in sources]
    told: dict[str, object] = {
        "pages": len(sources),
        "mean_characters": sum(map(len, sources)) // max(1, len(sources)),
        "fingerprints": len(detector.fingerprints),
        "start_up_s": started,
        "surface_ms": milliseconds(start, len(sources)),
        "prefilter": fastest_prefilter().__name__,
    }
    for turn in ("first", "warm"):
        start = time.process_time()
        for surface in surfaces:
            detector.detect(surface)
        told[f"detect_{turn}_ms"] = milliseconds(start, len(sources))
    if options.check:
        told["identity"] = check(surfaces)
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()

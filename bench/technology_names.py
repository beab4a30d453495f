"""Names of technologies on saved pages by another engine, run with the interpreter of its own environment.

    PYTHON bench/technology_names.py ENGINE PAGES.jsonl

Prints `{"cpu": seconds, "start": seconds, "pages": {id: [names]}}`. Nothing of ours is imported here.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

Read = Callable[[str, str], Iterable[str]]


def wappalyzer() -> Read:
    """wappalyzer-python3 and python-Wappalyzer: the same interface over other data."""
    from Wappalyzer import Wappalyzer, WebPage  # noqa: PLC0415

    engine = Wappalyzer.latest()
    engine._get_implied_technologies = lambda detected: detected  # ours are not counted either
    return lambda url, html: engine.analyze(WebPage(url, html, {}))


def builtwith() -> Read:
    """Builtwith of PyPI, given the page instead of fetching it."""
    import builtwith as engine  # noqa: PLC0415

    def read(url: str, html: str) -> Iterable[str]:
        return {
            name for names in engine.builtwith(url, headers={"x": "y"}, html=html).values() for name in names
        }

    return read


def main() -> None:
    warnings.filterwarnings("ignore")
    began = time.process_time()
    read = {"wappalyzer": wappalyzer, "builtwith": builtwith}[sys.argv[1]]()
    start, found = time.process_time() - began, {}
    began = time.process_time()
    with Path(sys.argv[2]).open(encoding="utf-8") as file:
        for line in file:
            page = json.loads(line)
            try:
                found[page["id"]] = sorted(read(page["url"] or "https://page.example/", page["html"]))
            except Exception as error:
                print(page["url"], repr(error)[:200], file=sys.stderr)
                found[page["id"]] = []
    print(json.dumps({"cpu": time.process_time() - began, "start": start, "pages": found}))


if __name__ == "__main__":
    main()

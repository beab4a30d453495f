"""Technologies on labelled pages beside wappalyzer-python3, python-Wappalyzer and builtwith: precision, recall, CPU a page.

A name outside the vocabulary all engines share counts when found and is never missed. Each engine brings its own names and its own
fingerprints; what is only implied by another technology counts for none. Our own fingerprints were written with these pages at hand, so
ours are the figures of training; the speed is not.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.environments import python_of
from bench.figure import Figure, Unavailable
from bench.site_pages import labelled_pages
from enrichers.technographic import detect_technologies
from enrichers.web.charset import decode

PEERS = ("sites", "wappalyzer_old", "builtwith")
_ENGINES = {"wappalyzer-python3": ("sites", "wappalyzer"), "python-Wappalyzer": ("wappalyzer_old", "wappalyzer"), "builtwith": ("builtwith", "builtwith")}  # fmt: skip
_SCRIPT = Path(__file__).parent / "technology_names.py"
_MEASURES = ("precision", "recall", "F1")


def measure(folder: Path) -> list[Figure]:
    truths, listed = _pages(folder)
    names, spent = _ours(listed)
    ours = {language: _score(truths, names, language) for language in ("en", "zh")}
    theirs: dict[str, dict[str, tuple[float, ...]]] = defaultdict(dict)
    cpu, lacking = {}, []
    for engine, (group, kind) in _ENGINES.items():
        try:
            told = _asked(python_of(group), kind, listed)
        except Unavailable as error:
            lacking.append(str(error))
            continue
        cpu[engine] = round(told["cpu"] / len(truths) * 1000, 2)
        for language in ours:
            theirs[language][engine] = _score(truths, told["pages"], language)
    note = "; ".join(lacking)
    figures = [
        Figure(
            f"technologies {language}, {name}", round(ours[language][at], 3), "", None, note,
            {engine: round(scores[at], 3) for engine, scores in theirs[language].items()}, more=True,
        )
        for language in ours for at, name in enumerate(_MEASURES)
    ]  # fmt: skip
    return [
        *figures,
        Figure(
            "technologies, CPU a page",
            round(spent / len(truths) * 1000, 2),
            "ms",
            None,
            f"{len(truths)} pages",
            cpu,
        ),
    ]


def _pages(folder: Path) -> tuple[list[dict[str, Any]], Path]:
    """Truths of pages whose technologies are known, and a file of the pages as text."""
    truths, listed = [], folder / "pages.jsonl"
    with listed.open("w", encoding="utf-8") as file:
        for truth, body in labelled_pages():
            if truth["technologies"] is not None:
                truths.append(truth)
                file.write(
                    json.dumps({"id": truth["id"], "url": truth["url"], "html": decode(body, {})}) + "\n"
                )
    return truths, listed


def _ours(listed: Path) -> tuple[dict[str, list[str]], float]:
    detect_technologies(
        "<p></p>", None, {}
    )  # compiles the fingerprints, once a process, as the peers' start is left out too
    pages = [json.loads(line) for line in listed.open(encoding="utf-8")]
    began = time.process_time()
    found = {p["id"]: detect_technologies(p["html"], p["url"], {}) for p in pages}
    spent = time.process_time() - began
    return {key: [f.name for f in names if not f.implied] for key, names in found.items()}, spent


def _asked(python: Path, kind: str, listed: Path) -> dict[str, Any]:
    command = [str(python), str(_SCRIPT), kind, str(listed)]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    if said.returncode:
        raise Unavailable(f"{kind} fell over: {(said.stderr.strip().splitlines() or ['no words'])[-1][:200]}")
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return told


def _score(
    truths: list[dict[str, Any]], found: Mapping[str, list[str]], language: str
) -> tuple[float, float, float]:
    hit = wrong = missed = 0
    for truth in truths:
        if not truth["lang"].startswith(language):
            continue
        known = {_plain(item["name"]): bool(item["in_common_vocabulary"]) for item in truth["technologies"]}
        names = {_plain(name) for name in found[truth["id"]]}
        hit += len(names & known.keys())
        wrong += len(names - known.keys())
        missed += sum(common and name not in names for name, common in known.items())
    precision, recall = hit / max(1, hit + wrong), hit / max(1, hit + missed)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(r"\s*\(.*\)", "", text.lower()))

"""Saved pages, many at a time: the row `evergreen inspect IN.jsonl OUT.jsonl` writes for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from enrichers.firmographic.fact import Fact
from enrichers.firmographic.read import PageRead, read_page, settle
from enrichers.web.charset import decode

_PLURAL = {"phone": "phones", "email": "emails"}
_PARTS = frozenset({"street", "city", "region", "postcode", "country"})
_LEAST = 0.15
"""Below this confidence a reader is better off without the value."""


def inspect_row(row: Mapping[str, Any], folder: Path, fingerprints: Path | None = None) -> dict[str, Any]:
    """What a saved page `{id, file, url, headers}` says; `file` is relative to `folder`.

    `fingerprints` is a public set to use instead of the installed one.

    A row that cannot be read yields the same shape, empty, with `error`. Never raises for what a row holds.
    """
    blank: dict[str, Any] = {
        "id": row.get("id"),
        "error": None,
        "firmographics": {},
        "technologies": [],
        "links": {},
    }
    try:
        headers = {str(k).lower(): str(v) for k, v in (row.get("headers") or {}).items()}
        url = row.get("url") or None
        html = decode((folder / str(row["file"])).read_bytes(), headers)
    except (KeyError, OSError, AttributeError, TypeError, ValueError) as error:
        return blank | {"error": f"{type(error).__name__}: {error}"}
    try:
        read = read_page(html, url)
        found = {
            "firmographics": firmographics(settle([read])),
            "links": read.links,
            "condition": _condition(read),
        }
    except Exception as error:  # one bad page must not stop the others
        return blank | {"error": f"{type(error).__name__}: {error}"}
    try:
        return blank | found | {"technologies": technologies(html, url, headers, fingerprints)}
    except Exception as error:  # nor must one bad extractor hide what the others read
        return blank | found | {"error": f"technologies: {type(error).__name__}: {error}"}


def _condition(read: PageRead) -> str | None:
    return read.finding.condition.value if read.finding else None


def firmographics(fields: Mapping[str, Sequence[Fact]]) -> dict[str, list[dict[str, Any]]]:
    """Facts as plain objects, best first; parts of an address stand beside the whole."""
    shown: dict[str, list[dict[str, Any]]] = {}
    for field, facts in fields.items():
        items = [_plain(fact) for fact in facts if fact.confidence >= _LEAST or fact is facts[0]]
        shown[_PLURAL.get(field, field)] = items[: 10 if field in _PARTS else None]
    return shown


def _plain(fact: Fact) -> dict[str, Any]:
    item: dict[str, Any] = {
        "value": fact.value,
        "confidence": round(fact.confidence, 3),
        "evidence": fact.passage,
        "extractor": fact.rule,
    }
    for name, value in (("kind", fact.kind), ("canonical", fact.canonical), ("selector", fact.selector)):
        if value and value != fact.value:
            item[name] = value
    return item


def technologies(
    html: str, url: str | None, headers: Mapping[str, str] | None, fingerprints: Path | None = None
) -> list[dict[str, Any]]:
    """The technologies a page shows, as plain objects."""
    from enrichers.technographic import detect_technologies, detector_for  # noqa: PLC0415 - compiled on first use

    return [
        {
            "name": found.name, "version": found.version, "categories": list(found.categories), "confidence": round(found.confidence, 3),
            "evidence": found.evidence, "where": found.where, "implied": found.implied,
            "origin": found.origin.value,
        }
        for found in detect_technologies(html, url, headers, detector=detector_for(fingerprints))
    ]  # fmt: skip

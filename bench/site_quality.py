"""How right the site reader is on labelled pages: by field, by rule, and how honest its confidence is.

The confidences written into the extractors come from here: a rule's confidence is its precision.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.site_pages import labelled_pages
from enrichers.firmographic.fact import Fact
from enrichers.firmographic.read import read_page, settle
from enrichers.technographic import detect_technologies
from enrichers.web.charset import decode

_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


def measure(folder: Path) -> list[Figure]:  # noqa: ARG001 - every measurement is given a folder
    """Precision and recall by field, precision by rule, and names by confidence."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for truth, body in labelled_pages():
        found = settle([read_page(decode(body, {}), truth["url"])])
        _names(truth, found, counts)
        _lines(truth, found, counts)
        _mailboxes(truth, found, counts)
        _technologies(truth, body, counts)
    return [figure for name in sorted(counts) for figure in _figures(name, counts[name])]


def _figures(name: str, count: Counter[str]) -> list[Figure]:
    said, right, wanted = count["said"], count["right"], count["wanted"]
    figures = [Figure(f"{name} precision", round(right / said, 3) if said else 0.0, "", note=f"of {said}")]
    if wanted:
        figures.append(Figure(f"{name} recall", round(count["hit"] / wanted, 3), "", note=f"of {wanted}"))
    return figures


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _names(
    truth: dict[str, Any], found: dict[str, list[Fact]], counts: defaultdict[str, Counter[str]]
) -> None:
    accepted = {_plain(name) for name in truth["organisation_accept"] or ()}
    if not accepted:
        return
    first = [found[field][0] for field in ("name", "legal_name") if found.get(field)]
    counts["name, first answer"].update(
        said=bool(first), right=any(_plain(f.value) in accepted for f in first)
    )
    for fact in first:
        right = _plain(fact.value) in accepted
        counts[f"name, rule {fact.rule}"].update(said=1, right=right)
        counts[_bin("name", fact.confidence)].update(said=1, right=right)


def _bin(field: str, confidence: float) -> str:
    """The reliability bin of a value: what is said with 0.8 to 0.9 should be right that often."""
    return f"{field}, confidence {int(confidence * 10) / 10:.1f}"


def _technologies(truth: dict[str, Any], body: bytes, counts: defaultdict[str, Counter[str]]) -> None:
    if truth["technologies"] is None:
        return
    known = {_plain(item["name"]) for item in truth["technologies"]}
    for found in detect_technologies(decode(body, {}), truth["url"], {}):
        if not found.implied:
            right = _plain(found.name) in known
            counts["technology"].update(said=1, right=right)
            counts[_bin("technology", found.confidence)].update(said=1, right=right)
            counts[f"technology, shown by {found.where}"].update(said=1, right=right)


def _last_seven(text: str) -> str:
    bare = re.split(r"(?i)\s*(?:x|ext\.?|转|#)\s*\d+\s*$", text)[0]
    return re.sub(r"\D", "", bare.upper().translate(_KEYPAD))[-7:]


def _lines(
    truth: dict[str, Any], found: dict[str, list[Fact]], counts: defaultdict[str, Counter[str]]
) -> None:
    if not truth.get("phones") or not truth["id"].startswith(("en-ws", "zh-co")):
        return
    wanted, fax = {_last_seven(v) for v in truth["phones"]}, {_last_seven(v) for v in truth.get("fax", ())}
    said = {_last_seven(fact.value): fact for fact in found.get("phone", ()) if fact.kind != "fax"}
    counts["phone"].update(wanted=len(wanted), hit=len(wanted & set(said)))
    for line, fact in said.items():
        right = line in wanted | fax
        counts["phone"].update(said=1, right=right)
        counts[_bin("phone", fact.confidence)].update(said=1, right=right)
        counts[f"phone, rule {fact.rule}"].update(said=1, right=right)


def _mailboxes(
    truth: dict[str, Any], found: dict[str, list[Fact]], counts: defaultdict[str, Counter[str]]
) -> None:
    wanted = {
        match.group().lower()
        for text in truth.get("emails") or ()
        if (match := re.search(r"[\w.+-]+@[\w.-]+\w", text))
    }
    if not wanted:
        return
    said = {fact.canonical or fact.value: fact for fact in found.get("email", ())}
    counts["email"].update(wanted=len(wanted), hit=len(wanted & set(said)))
    for address, fact in said.items():
        counts["email"].update(said=1, right=address in wanted)
        counts[_bin("email", fact.confidence)].update(said=1, right=address in wanted)
        counts[f"email, rule {fact.rule}"].update(said=1, right=address in wanted)

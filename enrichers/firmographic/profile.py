"""Company-profile tables: `成立时间 | 2003年`, `会社名 | …`, `Employees | 120`, as table rows or definition lists.

The tree finds the tables whose labels are a company's; BeautifulSoup reads those few for their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bs4 import BeautifulSoup
from bs4.element import Tag
from lxml import etree

from accounts.values.registry import value_type
from enrichers.firmographic.fact import Fact
from enrichers.firmographic.page import Page, half_width
from enrichers.firmographic.words import read_yaml

_LEAST_LABELS = 2
"""Known labels from which a table is a company's profile and not somebody's product sheet."""
_MOST_TABLES = 6
_MOST_CHARACTERS = 60_000
_TRIM = " :：*·\u3000"


@cache
def _labels() -> re.Pattern[str]:
    groups = (f"(?P<{field}>{'|'.join(words)})" for field, words in read_yaml("profile.yml").items())
    return re.compile(rf"(?:{'|'.join(groups)})", re.IGNORECASE)


def _field_of(label: str) -> str | None:
    """The field a label names, or None."""
    match = _labels().fullmatch(re.sub(r"\s+", " ", half_width(label)).strip(_TRIM))
    return match.lastgroup if match else None


def profile(page: Page) -> list[Fact]:
    """The facts of the page's company-profile tables."""
    facts: list[Fact] = []
    for node in _candidates(page):
        pairs = [
            (field, value, label) for label, value in _pairs(node) if (field := _field_of(label)) and value
        ]
        if len({field for field, _, _ in pairs}) >= _LEAST_LABELS:
            facts += [
                fact
                for field, value, label in pairs
                if (fact := _fact(field, value, f"{label} | {value}", node)) is not None
            ]
    return facts


def _candidates(page: Page) -> list[etree._Element]:
    """Innermost tables and lists that hold at least two of the labels as lines of their own."""
    counts: dict[etree._Element, set[str]] = {}
    for line in page.lines:
        field = _field_of(line.plain) if 2 <= len(line.plain) <= 30 else None
        holder = next(line.node.iterancestors("table", "dl"), None) if field else None
        if holder is not None and field:
            counts.setdefault(holder, set()).add(field)
    return [node for node, fields in counts.items() if len(fields) >= _LEAST_LABELS][:_MOST_TABLES]


def _pairs(node: etree._Element) -> Iterator[tuple[str, str]]:
    """Label and value of each row: `th`/`td` neighbours, or `dt` and its `dd`."""
    markup = etree.tostring(node, encoding="unicode", method="html", with_tail=False)
    soup = BeautifulSoup(markup[:_MOST_CHARACTERS], "lxml")
    for row in soup.find_all("tr"):
        cells = [cell for cell in row.find_all(["th", "td"], recursive=False) if isinstance(cell, Tag)]
        for label, value in zip(cells[::2], cells[1::2], strict=False):
            yield _text(label), _text(value)
    for term in soup.find_all("dt"):
        sibling = term.find_next_sibling(["dt", "dd"])
        if isinstance(sibling, Tag) and sibling.name == "dd":
            yield _text(term), _text(sibling)


def _text(cell: Tag) -> str:
    return " ".join(cell.stripped_strings)[:300].strip(_TRIM)


def _fact(field: str, text: str, passage: str, node: etree._Element) -> Fact | None:
    """The fact a cell makes, or None where it is no value of its field."""
    value = half_width(text)
    if field == "founded":
        match = re.search(r"(?:1[89]|20)\d\d", value)
        value = match.group() if match else ""
    elif field == "employees":
        match = re.search(r"\d[\d,]*(?:\s*(?:-|–|~|至|to)\s*\d[\d,]*)?", value)
        value = match.group() if match else ""
    kind = (
        "name"
        if field == "legal_name"
        else {"founded": "year", "employees": "headcount", "uscc": "uscc"}.get(field, "text")
    )
    canonical = value_type(kind).canonical(value)
    return (
        Fact(field, value, 0.88, passage[:300], f"{field}.profile", node, None, canonical)
        if canonical
        else None
    )

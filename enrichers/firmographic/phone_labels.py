"""What the words beside a number say it is: phone, fax, mobile, a person's line, or no phone at all."""

from __future__ import annotations

import re
from functools import cache

from enrichers.firmographic.page import Line, Page, half_width
from enrichers.firmographic.words import read_yaml

_KINDS = ("fax", "toll_free", "mobile", "person", "phone", "not_phone")
_LETTERS = {"p": "phone", "f": "fax", "m": "mobile"}
_WORD = re.compile(r"\w")
_PHONE_AND = re.compile(r"(?i)(?:tel|phone|电\s*话|ph)\W{0,4}(?:and|&|/|or|和|及)?\W{0,4}$")


@cache
def _left_label() -> re.Pattern[str]:
    """The last label before a number; single letters only where they stand alone."""
    words = read_yaml("labels.yml")
    groups = [f"(?P<{kind}>{'|'.join(words[kind])})" for kind in _KINDS]
    return re.compile(
        rf"(?i)(?<![a-z])(?:{'|'.join(groups)}|(?P<p>(?<!\w)[tp](?=[\s.:]))|(?P<f>(?<!\w)f(?=[\s.:]))|(?P<m>(?<!\w)[mc](?=[.:])))(?![a-z])"
    )


@cache
def _right_label() -> re.Pattern[str]:
    words = read_yaml("labels.yml")
    groups = [f"(?P<{kind}>{'|'.join(words[kind])})" for kind in ("fax", "toll_free", "mobile", "person")]
    return re.compile(rf"(?i)^\s*[\-–(\[]?\s*(?:{'|'.join(groups)})\b\s*(?P<close>[)\]]|$|[,;|]|(?=\d))")


@cache
def headquarters_pattern() -> re.Pattern[str]:
    """Words that mark the head office."""
    return re.compile(rf"(?i)(?<![a-z])(?:{'|'.join(read_yaml('labels.yml')['headquarters'])})(?![a-z])")


def label_before(page: Page, line: Line, between: str, start: int) -> str | None:
    """The kind the nearest label names: on the same line, else alone on the line above, else at the head of the column."""
    found = last_label(between[-60:])
    if found:
        return found
    if start <= 3 or not _WORD.search(between):
        for above in page.before(line, 2):
            found = last_label(above.plain, alone=True) if len(above.plain) <= 40 else None
            if found:
                return found
            if _WORD.search(above.plain):
                break
        return _column_label(line)
    return _list_label(page, line)


def _list_label(page: Page, line: Line) -> str | None:
    """`Fax:` alone, and below it a list of numbers, each with words of its own."""
    for above in page.before(line, 4):
        if above.heading:
            return None
        if above.plain.rstrip().endswith((":", "：")) and len(above.plain) <= 20:
            found = last_label(above.plain, alone=True)
            return found if found == "fax" else None
    return None


def _column_label(line: Line) -> str | None:
    """The kind the head of a table's column names."""
    cell = next((node for node in (line.node, *line.node.iterancestors("td")) if node.tag == "td"), None)
    table = next(cell.iterancestors("table"), None) if cell is not None else None
    head = next(table.iter("tr"), None) if table is not None else None
    if cell is None or head is None or cell.getparent() is head:
        return None
    place = sum(1 for _ in cell.itersiblings("td", "th", preceding=True))
    cells = [node for node in head if node.tag in ("td", "th")]
    text = half_width(" ".join("".join(cells[place].itertext()).split())) if place < len(cells) else ""
    return last_label(text, alone=True) if 0 < len(text) <= 30 else None


def last_label(text: str, alone: bool = False) -> str | None:
    """The kind the last label of a text names; `alone` asks that nothing but the label ends it."""
    found = list(_left_label().finditer(text))
    if not found:
        return None
    last = found[-1]
    kind = next(name for name, value in last.groupdict().items() if value)
    kind = _LETTERS.get(kind, kind)
    rest = text[last.end() :]
    if alone and _WORD.search(rest):
        return None
    if kind == "fax" and _PHONE_AND.search(text[: last.start()]):
        return "phone"
    if kind in ("not_phone", "fax") and len(rest) > 25:
        return None
    return kind


def label_after(text: str) -> str | None:
    """The kind a label right after the number names: `(fax)`, `toll free`."""
    found = _right_label().match(text[:40])
    if not found:
        return None
    return next((name for name, value in found.groupdict().items() if value and name != "close"), None)

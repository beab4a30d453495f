"""Lists for people: a headline a line, what explains it indented under it; reads at 80 columns and at any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text


def console() -> Console:
    """A console on stdout that colours nothing by guessing."""
    return Console(highlight=False)


def headline(*parts: tuple[str, str] | str, indent: int = 2) -> Padding:
    """One line of the list; what does not fit goes on under it, deeper."""
    text = Text.assemble(*parts)
    return Padding(text, (0, 0, 0, indent))


def under(words: str, indent: int = 6) -> Padding:
    """What explains a headline."""
    return Padding(Text(words, style="dim"), (0, 0, 0, indent))


def title(words: str) -> Text:
    """The head of a list."""
    return Text(words, style="bold")


def more(shown: int, total: int) -> Text | None:
    """Says how many rows are not shown, or None."""
    return (
        Text(f"  … and {total - shown} more; --limit shows them", style="italic") if total > shown else None
    )


def value(text: str | None, style: str = "") -> tuple[str, str]:
    """A cell's text, or the word blank."""
    return (text, style) if text else ("blank", "dim")


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """A count with its noun.

    >>> plural(1, "field"), plural(2, "query", "queries")
    ('1 field', '2 queries')
    """
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"


def grouped(rows: Iterable[Mapping[str, Any]], key: str) -> dict[str, list[Mapping[str, Any]]]:
    """Rows by a key, groups in the order of their first row."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups

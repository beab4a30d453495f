"""The package's tables, read once: legal forms, marks, regions, trade words, abbreviations, shared hosts."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


def lines_of(name: str) -> list[str]:
    """The lines of a data file of this package, comments left out."""
    text = resources.files("matchers").joinpath("data", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV data file of this package."""
    return csv.DictReader(lines_of(name))


@cache
def legal_forms() -> Mapping[str, str]:
    """Folded spelling of a legal form → its kind."""
    return {row["spelling"]: row["kind"] for row in rows_of("legal_forms.csv")}


@cache
def exclusive_forms() -> frozenset[frozenset[str]]:
    """Pairs of kinds of legal form that one law keeps apart (AG and GmbH)."""
    laws: dict[str, set[str]] = {}
    for row in rows_of("exclusive_forms.csv"):
        laws.setdefault(row["law"], set()).add(row["kind"])
    return frozenset(frozenset((a, b)) for kinds in laws.values() for a in kinds for b in kinds if a != b)


@cache
def marks(where: str) -> frozenset[str]:
    """Security marks of one place in a name: `phrase`, `tail`, `head`, `cut` or `state`."""
    return frozenset(row["spelling"] for row in rows_of("marks.csv") if row["where"] == where)


@cache
def abbreviations() -> Mapping[str, str]:
    """Folded abbreviation → the word it stands for; an empty word means it says nothing."""
    found: dict[str, str] = {}
    for row in rows_of("abbreviations.csv"):
        found.setdefault(row["short"], row["long"])
    return found


@cache
def shared_hosts() -> frozenset[str]:
    """Registrable domains that many companies share."""
    return frozenset(lines_of("shared_hosts.txt"))


@dataclass(frozen=True, slots=True)
class Regions:
    """Chinese regions: Han and Latin spellings and one-character abbreviations → GB/T 2260 code."""

    han: Mapping[str, str]
    latin: Mapping[str, str]
    short: Mapping[str, str]
    named: Mapping[str, str]


@cache
def regions() -> Regions:
    """The table of Chinese regions; `named` maps a code to its Han name."""
    han: dict[str, str] = {}
    latin: dict[str, str] = {}
    short: dict[str, str] = {}
    named: dict[str, str] = {}
    for row in rows_of("regions.csv"):
        han.setdefault(row["han"], row["code"])
        named.setdefault(row["code"], row["han"])
        for spelling in row["latin"].lower().replace("'", "").split("|"):
            latin.setdefault(spelling.replace(" ", ""), row["code"])
        if row["abbreviation"]:
            short.setdefault(row["abbreviation"], row["code"])
    return Regions(han, latin, short, named)


@cache
def city_hints() -> Mapping[str, tuple[str, ...]]:
    """Character that short names put for a city or province → the regions it may stand for."""
    found = {row["character"]: tuple(row["codes"].split("|")) for row in rows_of("city_hints.csv")}
    return found | {char: (*found.get(char, ()), code) for char, code in regions().short.items()}


def same_region(left: str, right: str) -> bool:
    """True when two region codes agree: equal, or one is the other's province.

    >>> same_region("440000", "440300"), same_region("440100", "440300")
    (True, False)
    """
    if left == right:
        return True
    return left[:2] == right[:2] and "0000" in (left[2:], right[2:])


@dataclass(frozen=True, slots=True)
class Trades:
    """Trade words: Han word → English words, and the English words that any row knows."""

    english_of: Mapping[str, frozenset[str]]
    english: frozenset[str]
    longest: int
    ends: Mapping[str, tuple[int, ...]]
    """Last character of a word → the lengths, longest first, of the words it ends."""
    begins: Mapping[str, tuple[int, ...]]
    """First character of a word → the lengths, longest first, of the words it begins."""


@cache
def trades() -> Trades:
    """The table of trade words."""
    found = {row["han"]: frozenset(row["english"].split("|")) for row in rows_of("trades.csv")}
    english = frozenset().union(*found.values())
    return Trades(found, english, max(map(len, found)), lengths_by(found, -1), lengths_by(found, 0))


def lengths_by(words: Iterable[str], at: int) -> Mapping[str, tuple[int, ...]]:
    """Character at a place of a word → the lengths, longest first, of the words that have it there."""
    found: dict[str, set[int]] = {}
    for word in words:
        found.setdefault(word[at], set()).add(len(word))
    return {char: tuple(sorted(lengths, reverse=True)) for char, lengths in found.items()}


@cache
def meanings() -> Mapping[str, frozenset[str]]:
    """Han word used in brands → its everyday English meanings."""
    return {row["han"]: frozenset(row["english"].split("|")) for row in rows_of("meanings.csv")}


@cache
def meaning_lengths() -> Mapping[str, tuple[int, ...]]:
    """First character of a word of `meanings` → the lengths, longest first."""
    return lengths_by(meanings(), 0)

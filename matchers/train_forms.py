"""Pairs of Latin names that differ in legal form only, which labelled lists hold too few of."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from matchers.names import Name, parse
from matchers.tables import exclusive_forms, rows_of

ONE_IN = 6
"""Of the names that have one of the forms, one in so many is used: enough to learn one weight from."""


def form_pairs(names: Iterable[tuple[str, Name]]) -> Iterator[tuple[str, Name, Name, int]]:
    """(company, name, the same name with a form that excludes its own, 0), and the same with its own form respelt, 1."""
    spelled = {(row["law"], row["kind"]): row["spelling"] for row in rows_of("exclusive_forms.csv")}
    for company, name in names:
        if not name.latin or len(name.latin.forms) != 1 or zlib.crc32(name.folded.encode()) % ONE_IN:
            continue
        [own] = name.latin.forms
        for (law, kind), spelling in spelled.items():
            if (law, own) not in spelled:
                continue
            core = " ".join(name.latin.tokens).upper()
            if frozenset((own, kind)) in exclusive_forms():
                yield company, name, parse(f"{core} {spelling}"), 0
            elif kind == own:
                yield company, name, parse(f"{core} {spelling}"), 1

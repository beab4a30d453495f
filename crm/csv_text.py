"""Cuts delimited text into raw rows and raw cells, and quotes cells: no character is lost or moved.

Reads what spreadsheets write (RFC 4180 and its usual loosenings): a cell that starts with a quote runs to the closing
quote and may hold delimiters, line ends and doubled quotes; a quote inside an unquoted cell is an ordinary character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from crm.headers import fold

_EOL = re.compile(r"\r\n|\n|\r")
_SEP_LINE = re.compile(r"(?i)sep=(.)")
DELIMITERS = (",", ";", "\t", "|")


@dataclass(slots=True)
class RawRow:
    """One record: its text without the line end, its line end (empty at the end of a file), its line number."""

    text: str
    end: str
    line: int

    @property
    def is_blank(self) -> bool:
        """True for a line that holds nothing but white space."""
        return not self.text.strip()


class UnclosedQuote(ValueError):
    """A quote is opened and never closed; `line` is where."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line} opens a quote that is never closed")


def cell_pattern(delimiter: str) -> re.Pattern[str]:
    """One raw cell, quoted or not; possessive, so that hostile text costs linear time."""
    d = re.escape(delimiter)
    return re.compile(rf'"[^"]*+(?:""[^"]*+)*+"[^{d}\r\n]*+|(?!")[^{d}\r\n]*+')


def cut_rows(text: str, delimiter: str) -> Iterator[RawRow]:
    """All records in order; joined again they are the text. Raises UnclosedQuote."""
    pattern, position, line = cell_pattern(delimiter), 0, 1
    while position < len(text):
        found = _EOL.search(text, position)
        stop, inner = found.start() if found else len(text), 0
        if text.find('"', position, stop) >= 0:
            stop = _end_of_record(text, position, delimiter, pattern, line)
            inner = len(_EOL.findall(text, position, stop))
            found = _EOL.match(text, stop)
        end = found.group() if found else ""
        yield RawRow(text[position:stop], end, line)
        line += 1 + inner
        position = stop + len(end)


def _end_of_record(text: str, position: int, delimiter: str, pattern: re.Pattern[str], line: int) -> int:
    while True:
        cell = pattern.match(text, position)
        if cell is None:
            raise UnclosedQuote(line)
        position = cell.end()
        if not text.startswith(delimiter, position):
            return position
        position += len(delimiter)


def cut_cells(row: str, delimiter: str) -> list[str]:
    """The raw cells of one record; joined by the delimiter they are the record."""
    if '"' not in row:
        return row.split(delimiter)
    pattern, position, cells = cell_pattern(delimiter), 0, []
    while True:
        cell = pattern.match(row, position)
        if cell is None:
            raise UnclosedQuote(0)
        cells.append(cell.group())
        position = cell.end()
        if position >= len(row):
            return cells
        position += len(delimiter)


def unquote(raw: str) -> str:
    """The value of a raw cell.

    >>> unquote('"a ""b"" c"')
    'a "b" c'
    """
    if not raw.startswith('"'):
        return raw
    close = _closing_quote(raw)
    return raw[1:close].replace('""', '"') + raw[close + 1 :]


def _closing_quote(raw: str) -> int:
    position = 1
    while True:
        position = raw.index('"', position)
        if raw[position + 1 : position + 2] != '"':
            return position
        position += 2


def quote(value: str, delimiter: str, *, always: bool = False) -> str:
    """A value as a raw cell; quoted where it must be, or where its cell was quoted before (`always`)."""
    must = always or value != value.strip() or any(c in value for c in (delimiter, '"', "\r", "\n"))
    doubled = value.replace('"', '""')
    return f'"{doubled}"' if must else value


def separator_line(text: str) -> str | None:
    """The delimiter that a leading `sep=;` line (Excel) declares, or None."""
    found = _SEP_LINE.fullmatch(_EOL.split(text, maxsplit=1)[0].strip('"')) if text else None
    return found.group(1) if found else None


def sniff_delimiter(text: str, known: frozenset[str]) -> str:
    """The delimiter whose header line names most columns we know, then whose rows agree best in width.

    `known` are folded header names (`crm.headers.fold`).
    """
    head = _head(text)
    best, best_score = ",", (-1, -1.0)
    for delimiter in DELIMITERS:
        rows: list[list[str]] = []
        with suppress(UnclosedQuote):  # the head may end inside a quoted cell
            rows.extend(cut_cells(r.text, delimiter) for r in cut_rows(head, delimiter) if not r.is_blank)
        if not rows:
            continue
        width = len(rows[0])
        named = sum(fold(unquote(cell)) in known for cell in rows[0])
        agree = sum(len(row) == width for row in rows) / len(rows)
        score = (named, agree * (width - 1))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _head(text: str, lines: int = 50, limit: int = 200_000) -> str:
    """The first lines of a text, cut at a line end."""
    position = 0
    for _ in range(lines):
        found = _EOL.search(text, position, limit)
        if found is None:
            return text[:limit]
        position = found.end()
    return text[:position]

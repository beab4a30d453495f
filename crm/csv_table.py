"""A delimited file as a table of cells that gives back every byte nobody touched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from accounts.errors import CrmRefused
from crm.csv_text import (
    RawRow,
    UnclosedQuote,
    cut_cells,
    cut_rows,
    quote,
    separator_line,
    sniff_delimiter,
    unquote,
)  # fmt: skip
from crm.encoding import Decoded, decode

#: Before-images: `=raw text` of a cell; `<n` of a row with n cells, too few; `+n/w` of a column that was added beside
#: w others, to a row of n cells.
RAW, SHORT, ADDED = "=", "<", "+"


class CsvTable:
    """Rows and cells of a CSV file. Rows are cut into cells only when asked for; untouched rows stay as they came.

    Row numbers count records after the header, blank lines included; `line_of` gives the line in the file.
    """

    def __init__(self, decoded: Decoded, delimiter: str, rows: list[RawRow], header: int) -> None:
        self._decoded, self._delimiter, self._header = decoded, delimiter, header
        self._lead, self._rows = rows[: header + 1], rows[header + 1 :]
        self.headers = [unquote(raw) for raw in cut_cells(rows[header].text, delimiter)]
        self.warnings: tuple[str, ...] = ()
        if decoded.guessed:
            self.warnings = (
                f"The encoding was guessed to be {decoded.encoding}; [crm] encoding settles it.",
            )

    @classmethod
    def read(
        cls,
        data: bytes,
        path: Path,
        known: frozenset[str],
        encoding: str | None = None,
        delimiter: str | None = None,
    ) -> CsvTable:
        """The table in a file's bytes. Raises CrmRefused: undecodable, empty, or a quote never closed."""
        decoded = decode(data, path, encoding)
        sep = separator_line(decoded.text)
        delimiter = delimiter or sep or sniff_delimiter(decoded.text, known)
        try:
            rows = list(cut_rows(decoded.text, delimiter))
        except UnclosedQuote as error:
            raise CrmRefused(
                f"{path}: {error}, so the rows after it cannot be told apart.",
                remedy="Close the quote, or double it inside a quoted cell.",
                crm="file",
            ) from None
        header = next((i for i, r in enumerate(rows) if not r.is_blank and not (sep and i == 0)), None)
        if header is None:
            raise CrmRefused(
                f"{path} is empty: there is no header line.", remedy="Export the accounts again.", crm="file"
            )
        return cls(decoded, delimiter, rows, header)

    def __len__(self) -> int:
        return len(self._rows)

    def line_of(self, row: int) -> int:
        """The line of the file on which a record starts, from 1."""
        return self._rows[row].line

    def cells(self, row: int) -> list[str]:
        """The values of a record; a blank line has none."""
        raw = self._rows[row]
        if raw.is_blank:
            return []
        return [unquote(cell) for cell in cut_cells(raw.text, self._delimiter)]

    def problem(self, value: str) -> str | None:
        """Why this file cannot hold a value, in words, or None."""
        try:
            value.encode(self._decoded.encoding)
        except UnicodeEncodeError as error:
            return (
                f"{value[error.start]!r} cannot be written in the file's encoding, {self._decoded.encoding}"
            )
        return "holds a NUL character" if "\0" in value else None

    def forbids(self, row: int, column: int) -> str | None:
        """None: no cell of a text file is special."""
        return None

    def image(self, row: int, column: int | None) -> str:
        """What puts a cell back exactly: its raw text, or that there was no such cell; None: no such column yet."""
        cells = cut_cells(self._rows[row].text, self._delimiter)
        if column is None:
            return f"{ADDED}{len(cells)}/{len(self.headers)}"
        return RAW + cells[column] if column < len(cells) else f"{SHORT}{len(cells)}"

    def put(self, row: int, column: int, value: str) -> None:
        """Sets one cell, quoted as it was; a row too short is filled up with empty cells."""
        cells = self._padded(row, column)
        cells[column] = quote(value, self._delimiter, always=cells[column].startswith('"'))
        self._rows[row].text = self._delimiter.join(cells)

    def restore(self, row: int, column: int, image: str) -> None:
        """Puts one cell back to its before-image; a row that was shorter is shortened where nothing else came in."""
        cells = self._padded(row, column)
        cells[column] = image[1:] if image.startswith(RAW) else ""
        if not image.startswith(RAW):
            had, _, width = image[1:].partition("/")
            was_short = image.startswith(SHORT) or int(had) < int(width)
            if was_short and not any(cells[int(had) :]):
                del cells[int(had) :]
        self._rows[row].text = self._delimiter.join(cells)

    def _padded(self, row: int, column: int) -> list[str]:
        cells = cut_cells(self._rows[row].text, self._delimiter)
        return cells + [""] * (column + 1 - len(cells))

    def overlong(self) -> Sequence[int]:
        """Lines of rows with more cells than the header: no column can be added beside those."""
        width = len(self.headers)
        return [
            r.line for r in self._rows if len(cut_cells(r.text, self._delimiter)) > width and not r.is_blank
        ]

    def add_column(self, header: str) -> int:
        """Adds a column at the end, empty in every full row; returns its number."""
        width = len(self.headers)
        for raw in (self._lead[-1], *self._rows):
            if not raw.is_blank and len(cut_cells(raw.text, self._delimiter)) == width:
                raw.text += self._delimiter
        self._lead[-1].text += quote(header, self._delimiter)
        self.headers.append(header)
        return width

    def drop_column_if_blank(self, column: int) -> bool:
        """Takes out a column nobody filled, header and all; False where somebody did."""
        cut = [[] if r.is_blank else cut_cells(r.text, self._delimiter) for r in self._rows]
        if any(cells[column : column + 1] not in ([], [""]) for cells in cut):
            return False
        head = cut_cells(self._lead[-1].text, self._delimiter)
        for raw, cells in zip((self._lead[-1], *self._rows), (head, *cut), strict=True):
            if column < len(cells):
                del cells[column]
                raw.text = self._delimiter.join(cells)
        del self.headers[column]
        return True

    def to_bytes(self) -> bytes:
        """The whole file."""
        text = "".join(r.text + r.end for r in (*self._lead, *self._rows))
        return self._decoded.encode(text)

"""One sheet of an Excel workbook as a table of cells: only the cells written are touched.

Formulas, styles, dates, charts, macros and every other sheet stay; of the file's parts only the sheet itself is written
anew. A cell that holds a formula, lies in a merged range or on a protected sheet is never written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from crm.xlsx_package import MAIN, Element, Package, refused
from crm.xlsx_values import Reader

RAW, ABSENT, ADDED = "=", "<", "+"

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class XlsxTable:
    """Rows and cells of a worksheet; row numbers count the rows after the header that hold anything."""

    warnings: tuple[str, ...] = ()

    def __init__(self, package: Package, part: str) -> None:
        self._package, self._part, self._reader = package, part, Reader.of(package)
        sheet = package.xml(part)
        data = None if sheet is None else sheet.find(f"{MAIN}sheetData")
        if sheet is None or data is None:
            raise refused(package.path, "has no cells on its sheet")
        self._sheet = sheet
        _number_rows(data)
        rows = [(row, _cells_of(row)) for row in data.iterchildren(f"{MAIN}row")]
        filled = [
            (row, cells) for row, cells in rows if any(self._reader.text(c).strip() for c in cells.values())
        ]
        if not filled:
            raise refused(package.path, "is empty: there is no header row")
        (self._head, head), self._rows = filled[0], filled[1:]
        self.headers = self._texts(head)
        self._protected = _is_protected(sheet)
        self._merged = [_range_of(merged.get("ref", "")) for merged in sheet.iter(f"{MAIN}mergeCell")]

    @classmethod
    def read(cls, data: bytes, path: Path, sheet: str | None = None) -> XlsxTable:
        """The first visible sheet, or the one named. Raises CrmRefused: damaged, a zip bomb, no such sheet, empty."""
        package = Package(data, path)
        sheets = package.sheets()
        found = [part for name, part, visible in sheets if (name == sheet if sheet is not None else visible)]
        if not found:
            names = ", ".join(repr(name) for name, _, _ in sheets) or "none"
            raise refused(path, f"has no sheet {sheet!r}; its sheets are {names}")
        return cls(package, found[0])

    def __len__(self) -> int:
        return len(self._rows)

    def line_of(self, row: int) -> int:
        """The number of a row as Excel shows it."""
        return int(self._rows[row][0].get("r", "0")) or row + 2

    def cells(self, row: int) -> list[str]:
        """The texts of a row's cells, gaps filled with blanks."""
        return self._texts(self._rows[row][1])

    def _texts(self, cells: dict[int, Element]) -> list[str]:
        return [self._reader.text(cells[n]) if n in cells else "" for n in range(max(cells, default=-1) + 1)]

    def problem(self, value: str) -> str | None:
        """Why a workbook cannot hold a value, in words, or None."""
        return "holds a control character" if _UNPRINTABLE.search(value) else None

    def forbids(self, row: int, column: int) -> str | None:
        """Why a cell must not be written, in words, or None."""
        if self._protected:
            return "The sheet is protected."
        cell = self._rows[row][1].get(column)
        if cell is not None and cell.find(f"{MAIN}f") is not None:
            return "The cell holds a formula, which is kept."
        line = self.line_of(row)
        for left, top, right, bottom in self._merged:
            if left <= column <= right and top <= line <= bottom:
                return "The cell is part of a merged range."
        return None

    def image(self, row: int, column: int | None) -> str:
        """The cell's XML, or that there was no such cell or column."""
        if column is None:
            return ADDED
        cell = self._rows[row][1].get(column)
        return ABSENT if cell is None else RAW + etree.tostring(cell, encoding="unicode", with_tail=False)

    def put(self, row: int, column: int, value: str) -> None:
        """Sets one cell's value and keeps its style; a number stays a number, anything else is text."""
        element, cells = self._rows[row]
        cell = cells.get(column)
        if cell is None:
            cell = self._insert(element, cells, column)
        numeric = cell.get("t", "n") == "n" and cell.find(f"{MAIN}v") is not None
        as_number = _PLAIN_NUMBER.fullmatch(value) and (numeric or self._is_numeric(column))
        _set_value(cell, value, as_number=bool(as_number))

    def restore(self, row: int, column: int, image: str) -> None:
        """Puts a cell's XML back; a cell that did not exist goes."""
        element, cells = self._rows[row]
        now = cells.pop(column, None)
        if image.startswith(RAW):
            former = etree.fromstring(image[1:])
            if now is None:
                now = self._insert(element, cells, column)
            element.replace(now, former)
            cells[column] = former
        elif now is not None:
            element.remove(now)

    def overlong(self) -> Sequence[int]:
        """Numbers of rows with more cells than the header."""
        width = len(self.headers)
        return [self.line_of(n) for n, (_, cells) in enumerate(self._rows) if max(cells, default=-1) >= width]

    def add_column(self, header: str) -> int:
        """Adds a header at the end; its cells come with their values."""
        column = len(self.headers)
        head = _cells_of(self._head)
        _set_value(self._insert(self._head, head, column), header, as_number=False)
        self.headers.append(header)
        self._fit_dimension()
        return column

    def drop_column_if_blank(self, column: int) -> bool:
        """Takes out the header and empty cells of a column nobody filled; columns after it stay where they are."""
        columns = [cells[column] for _, cells in self._rows if column in cells]
        if any(self._reader.text(cell) or cell.find(f"{MAIN}f") is not None for cell in columns):
            return False
        for element, cells in [(self._head, _cells_of(self._head)), *self._rows]:
            cell = cells.pop(column, None)
            if cell is not None:
                element.remove(cell)
        self.headers[column] = ""
        while self.headers and not self.headers[-1]:
            self.headers.pop()
        self._fit_dimension()
        return True

    def to_bytes(self) -> bytes:
        """The whole workbook; formulas that hang on what was written are worked out anew when it is opened."""
        self._package.put(self._part, self._sheet)
        book = self._package.xml("xl/workbook.xml")
        if "xl/calcChain.xml" in self._package and book is not None:
            calculation = book.find(f"{MAIN}calcPr")
            if calculation is not None and calculation.get("fullCalcOnLoad") != "1":
                calculation.set("fullCalcOnLoad", "1")
                self._package.put("xl/workbook.xml", book)
        return self._package.to_bytes()

    def _insert(self, row: Element, cells: dict[int, Element], column: int) -> Element:
        """A new cell at its place in the row."""
        cell = etree.Element(f"{MAIN}c", {"r": f"{column_name(column)}{row.get('r', '')}"})
        before = max((n for n in cells if n < column), default=None)
        if before is None:
            row.insert(0, cell)
        else:
            cells[before].addnext(cell)
        cells[column] = cell
        row.attrib.pop("spans", None)  # only a hint, and wrong by now
        return cell

    def _is_numeric(self, column: int) -> bool:
        """True when the column's first filled cell is a number."""
        for _, cells in self._rows:
            cell = cells.get(column)
            if cell is not None and cell.find(f"{MAIN}v") is not None:
                return str(cell.get("t", "n")) == "n"
        return False

    def _fit_dimension(self) -> None:
        dimension = self._sheet.find(f"{MAIN}dimension")
        if dimension is not None:
            widest = max((n for _, cells in self._rows for n in cells), default=0)
            last = self._rows[-1][0].get("r", "1") if self._rows else self._head.get("r", "1")
            dimension.set("ref", f"A1:{column_name(max(widest, len(self.headers) - 1))}{last}")


def column_name(column: int) -> str:
    """A column's letters.

    >>> column_name(0), column_name(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _number_rows(data: Element) -> None:
    """Gives rows their numbers where a writer left them out (§18.3.1.73 allows it)."""
    number = 0
    for row in data.iterchildren(f"{MAIN}row"):
        number = int(row.get("r") or number + 1)
        row.set("r", str(number))


def _cells_of(row: Element) -> dict[int, Element]:
    """A row's cells by column; cells without a reference follow the one before."""
    cells: dict[int, Element] = {}
    column = -1
    for cell in row.iterchildren(f"{MAIN}c"):
        found = _REFERENCE.fullmatch(cell.get("r", ""))
        column = _column_number(found.group(1)) if found else column + 1
        if not found:
            cell.set("r", f"{column_name(column)}{row.get('r')}")
        cells[column] = cell
    return cells


def _range_of(reference: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of `A1:B3`; columns from 0, rows as Excel shows them."""
    corners = [_REFERENCE.fullmatch(corner) for corner in reference.split(":")]
    places = [(_column_number(c.group(1)), int(c.group(2))) for c in corners if c is not None] or [(-1, -1)]
    return (*places[0], *places[-1])


def _is_protected(sheet: Element) -> bool:
    protection = sheet.find(f"{MAIN}sheetProtection")
    return protection is not None and protection.get("sheet") in ("1", "true")


def _set_value(cell: Element, value: str, *, as_number: bool) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    if not value:
        return
    if as_number:
        etree.SubElement(cell, f"{MAIN}v").text = value
        return
    cell.set("t", "inlineStr")
    text = etree.SubElement(etree.SubElement(cell, f"{MAIN}is"), f"{MAIN}t")
    text.text = value
    text.set(_SPACE, "preserve")

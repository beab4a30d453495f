"""Lists as CSV and XLSX that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

#: A cell that begins with one of these is run as a formula by spreadsheets (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def plain_cell(value: Any) -> str | int | float | None:
    """A value as a cell: numbers stay numbers, text that could be a formula gets an apostrophe in front."""
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    text = _text(value)
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) else text


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "; ".join(map(_text, value))
    return "".join(c for c in str(value) if c >= " " or c in "\n\t")[:32_000]


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """UTF-8 with a byte order mark, as Excel expects."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([plain_cell(row.get(c)) for c in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A workbook of one sheet; texts are written as texts."""
    out = io.BytesIO()
    quiet = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(out, quiet) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column, bold)
        for line, row in enumerate(rows, 1):
            for at, column in enumerate(columns):
                _write(sheet, line, at, plain_cell(row.get(column)))
    return out.getvalue()


def _write(sheet: Any, line: int, at: int, value: str | int | float | None) -> None:
    if isinstance(value, (int, float)):
        sheet.write_number(line, at, value)
    elif value is not None:
        sheet.write_string(line, at, value)

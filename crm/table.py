"""A table of cells in a file, whatever its format; and its rows as accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from accounts.account import Account, Actor, FieldHistory
from accounts.catalogue import Catalogue
from accounts.config import CrmConfig
from accounts.errors import CrmRefused
from crm.csv_table import CsvTable
from crm.dates import read_instant
from crm.headers import Columns, find_columns, fold, known_headers
from crm.history import actor_of
from crm.safety import CLEAR_MARK, blank_or
from crm.swap import digest
from crm.xlsx_package import refused
from crm.xlsx_table import XlsxTable

_HELD = frozenset({"1", "true", "yes", "y", "x", "hold", "on", "是", "锁定"})
_CLEARED = FieldHistory(None, None, Actor.PERSON)


class Table(Protocol):
    """Rows and cells of a file; see `crm.csv_table.CsvTable` for what each method promises."""

    headers: list[str]
    warnings: tuple[str, ...]

    def __len__(self) -> int: ...
    def line_of(self, row: int) -> int:
        """The line of the file on which a row starts."""
        ...

    def cells(self, row: int) -> list[str]:
        """The values of a row."""
        ...

    def problem(self, value: str) -> str | None:
        """Why this file cannot hold a value, or None."""
        ...

    def forbids(self, row: int, column: int) -> str | None:
        """Why a cell must not be written, or None."""
        ...

    def image(self, row: int, column: int | None) -> str:
        """What puts a cell back exactly."""
        ...

    def put(self, row: int, column: int, value: str) -> None:
        """Sets one cell."""
        ...

    def restore(self, row: int, column: int, image: str) -> None:
        """Puts one cell back to its before-image."""
        ...

    def overlong(self) -> Sequence[int]:
        """Lines of rows beside which no column can be added."""
        ...

    def add_column(self, header: str) -> int:
        """Adds a column at the end."""
        ...

    def drop_column_if_blank(self, column: int) -> bool:
        """Takes out a column nobody filled."""
        ...

    def to_bytes(self) -> bytes:
        """The whole file."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file as read at one time: its digest and bytes, its table, what its columns mean, each account's row.

    `numbers` maps a folded header to its column.
    """

    fingerprint: str
    data: bytes
    table: Table
    columns: Columns
    rows: Mapping[str, int]
    numbers: Mapping[str, int]

    def text(self, row: int, column: int | None) -> str | None:
        """The text of a cell as it stands, None where there is no such cell."""
        if column is None:
            return None
        cells = self.table.cells(row)
        return cells[column] if column < len(cells) else None


def load(path: Path, data: bytes, catalogue: Catalogue, config: CrmConfig) -> Loaded:
    """Reads a file's bytes. Raises CrmRefused naming rows where its shape forbids going on."""
    table = _read(path, data, catalogue, config)
    columns = find_columns(table.headers, catalogue, config, path.name)
    overlong = table.overlong() if columns.addable else ()
    if overlong:
        lines = _some([str(line) for line in overlong])
        warning = f"No column can be added: rows are longer than the header (line {lines})."
        columns = replace(columns, addable={}, warnings=(*columns.warnings, warning))
    numbers = {fold(header): n for n, header in reversed(list(enumerate(table.headers)))}
    return Loaded(digest(data), data, table, columns, _index(path, table, columns.key), numbers)


def _read(path: Path, data: bytes, catalogue: Catalogue, config: CrmConfig) -> Table:
    if data.startswith(b"PK\x03\x04"):
        sheet = config.options.get("sheet")
        return XlsxTable.read(data, path, None if sheet is None else str(sheet))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise refused(path, "is a workbook of the old kind (.xls), or one with a password")
    return CsvTable.read(data, path, known_headers(catalogue, config), config.encoding, config.delimiter)


def _index(path: Path, table: Table, key: int) -> dict[str, int]:
    """The row of each account; lines that are wholly blank are no accounts."""
    rows: dict[str, int] = {}
    blank: list[int] = []
    twice: list[str] = []
    for row in range(len(table)):
        cells = table.cells(row)
        name = cells[key].strip() if key < len(cells) else ""
        if not name:
            if any(cell.strip() for cell in cells):
                blank.append(table.line_of(row))
        elif name in rows:
            twice.append(f"{name!r} on lines {table.line_of(rows[name])} and {table.line_of(row)}")
        else:
            rows[name] = row
    header = table.headers[key].strip()
    if twice:
        raise CrmRefused(
            f"{path} has accounts with the same {header}: {_some(twice)}.",
            remedy=f"Give each row a {header} of its own, or merge the rows in the CRM.",
            crm="file",
        )
    if blank:
        raise CrmRefused(
            f"{path} has rows without {header}: line {_some([str(line) for line in blank])}.",
            remedy=f"Fill in their {header}, or take the rows out.",
            crm="file",
        )
    return rows


def _some(items: Sequence[str], most: int = 5) -> str:
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def account_in(loaded: Loaded, account_id: str, config: CrmConfig, now: datetime) -> Account:
    """One row as an account.

    What the record tells of its last change is its history as a whole; a cell that reads `#N/A` is blank because a
    person wants it so.
    """
    columns, cells = loaded.columns, loaded.table.cells(loaded.rows[account_id])

    def cell(column: int | None) -> str:
        return cells[column] if column is not None and column < len(cells) else ""

    by = cell(columns.modified_by).strip() or None
    at = read_instant(cell(columns.modified), now)
    actor = actor_of(by, frozenset(config.machine_users), config.our_user)
    told = FieldHistory(None, None, Actor.UNKNOWN) if actor is Actor.OURS else FieldHistory(at, by, actor)
    values: dict[str, str] = {}
    history: dict[str, FieldHistory] = {"": told}
    for field, column in columns.fields.items():
        text = blank_or(cell(column))
        if text is not None:
            values[field] = text
        elif cell(column).strip() == CLEAR_MARK:
            history[field] = _CLEARED
    return Account(
        account_id, values, at, by, history,
        held=cell(columns.hold).strip().casefold() in _HELD,
    )  # fmt: skip

"""A second output: only the cells that changed, as a CSV for a CRM's import wizard."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from accounts.change import WriteOutcome, WriteStatus
from crm.safety import CLEAR_MARK, formula_problem


@dataclass(frozen=True, slots=True)
class ImportFile:
    """What was written: its path, its rows and columns, and cells left out because a spreadsheet would run them."""

    path: Path
    rows: int
    columns: tuple[str, ...]
    skipped: tuple[WriteOutcome, ...] = ()


def write_import_file(path: Path, outcomes: Iterable[WriteOutcome], key: str = "id") -> ImportFile:
    """Writes the changed cells of written outcomes, one row an account: UTF-8 with BOM, comma, CRLF.

    A blank cell means *leave alone*, `#N/A` *clear*. No cell holds anything a spreadsheet would run as a formula.
    """
    rows: dict[str, dict[str, str]] = {}
    skipped: list[WriteOutcome] = []
    for outcome in outcomes:
        change = outcome.change
        if outcome.status is not WriteStatus.WRITTEN:
            continue
        if any(formula_problem(text or "") for text in (change.value, change.account_id)):
            skipped.append(outcome)
            continue
        rows.setdefault(change.account_id, {})[change.column] = change.value or CLEAR_MARK
    columns = tuple(dict.fromkeys(name for row in rows.values() for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([key, *columns])
    writer.writerows([name, *(row.get(column, "") for column in columns)] for name, row in rows.items())
    draft = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.write_bytes(text.getvalue().encode("utf-8-sig"))
    draft.replace(path)
    return ImportFile(path, len(rows), columns, tuple(skipped))

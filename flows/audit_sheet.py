"""The sheet of an audit: a CSV for spreadsheets, written without formulas and read back as people leave it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from accounts.errors import ConfigError
from crm.safety import formula_problem
from flows.auditing import Judged

COLUMNS = (
    "account_id", "account", "field", "value", "source", "url", "passage", "written", "right", "note",
    "sheet", "stands_for", "key",
)  # fmt: skip
_YES = frozenset({"y", "yes", "1", "true", "right", "ok", "✓", "✔", "是", "对", "對", "正确", "正確"})
_NO = frozenset({"n", "no", "0", "false", "wrong", "x", "✗", "✘", "否", "不", "错", "錯", "错误", "錯誤"})
_LONGEST = 32_000  # what a spreadsheet's cell holds


def write_sheet(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Writes a sample to check by hand: UTF-8 with BOM, the column `right` blank. A sheet that is there stays.

    Raises ConfigError where the file exists or cannot be written.
    """
    drawn = list(rows)
    name = hashlib.sha256(repr([(r["account_id"], r["field"], r["key"]) for r in drawn]).encode()).hexdigest()
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in drawn:
        told = (row["account_id"], row["account_name"], row["field"], row["value"], row["source"], row["url"])
        last = (
            "yes" if row["written"] else "",
            "",
            "",
            name[:16],
            f"{row['stratum'] / row['drawn']:.6g}",
            row["key"],
        )
        writer.writerow([_safe(str(v or "")) for v in (*told, row["passage"], *last)])
    try:
        with path.open("xb") as file:
            file.write(text.getvalue().encode("utf-8-sig", "replace"))
    except FileExistsError:
        raise ConfigError(
            f"{path} is already there.",
            remedy="Give another name; a filled-in sheet is not written over.",
            path=path,
        ) from None
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.", remedy="Give another place.", path=path
        ) from error
    return path


def _safe(text: str) -> str:
    """A cell that no spreadsheet runs: what begins like a formula gets an apostrophe before it."""
    tidied = " ".join(text.split())[:_LONGEST]
    return f"'{tidied}" if formula_problem(tidied) else tidied


def read_sheet(path: Path) -> tuple[str, list[Judged], int]:
    """A filled-in sheet: its name, the judged values, and how many were left blank.

    Raises ConfigError naming the line: no such file, a column missing, an answer that is neither yes nor no.
    """
    rows = csv.DictReader(io.StringIO(text := _text(path), newline=""), delimiter=_delimiter(text))
    rows.fieldnames = [(name or "").strip() for name in rows.fieldnames or ()]
    missing = {"field", "source", "right"} - set(rows.fieldnames)
    if missing:
        raise ConfigError(
            f"{path} is no sheet of `evergreen audit --sample`: it has no column {', '.join(sorted(missing))}.",
            remedy="Draw a sheet with --sample N, fill in the column `right` with y or n, and read that.",
            path=path,
        )
    judged, blank, name = [], 0, ""
    for row in rows:
        answer = (row["right"] or "").strip().casefold()
        name = name or (row.get("sheet") or "").strip()
        if not answer:
            blank += 1
        elif answer in _YES or answer in _NO:
            judged.append(_judged(row, right=answer in _YES))
        else:
            raise ConfigError(
                f"{path}, line {rows.line_num}: {row['right'][:40]!r} under `right` is neither yes nor no.",
                remedy="Write y or n (是 or 否), or leave it blank.",
                path=path,
            )
    return name or hashlib.sha256(text.encode()).hexdigest()[:16], judged, blank


def _judged(row: Mapping[str, str | None], *, right: bool) -> Judged:
    account, key = ((row.get(name) or "").strip().removeprefix("'") for name in ("account_id", "key"))
    told = (row["field"] or "", row["source"] or "")
    return Judged(*told, right, _weight(row.get("stands_for")), account, key)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.",
            remedy="Draw a sheet with --sample N first.",
            path=path,
        ) from error
    for encoding in (
        ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030", "cp1252")
    ):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError(f"{path} is no text file.", remedy="Save the sheet as CSV (UTF-8).", path=path)


def _delimiter(text: str) -> str:
    """Spreadsheets save with what their country separates lists by."""
    head = text.split("\n", 1)[0]
    return max(",;\t", key=head.count)


def _weight(text: str | None) -> float:
    try:
        weight = float(text or 1)
    except ValueError:
        return 1.0
    return weight if 0 < weight < 1e12 else 1.0

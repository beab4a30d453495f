"""EDGAR's daily index: who filed what on a day, in one request for all accounts.

Source: https://www.sec.gov/search-filings/edgar-search-assistance/accessing-edgar-data; weekends and holidays have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.errors import SourceBroken
from enrichers.readers import reader
from enrichers.shapes import day

INDEX = "https://www.sec.gov/Archives/edgar/daily-index/{year}/QTR{quarter}/form.{day:%Y%m%d}.idx"
_COLUMNS = ("Form Type", "Company Name", "CIK", "Date Filed", "File Name")
_RULE = re.compile(r"^-{20,}\s*$")


@dataclass(frozen=True, slots=True)
class Filing:
    """One line of an index; `cik` has no leading zeros."""

    form: str
    name: str
    cik: str
    filed: date | None
    path: str


def index_address(on: date) -> str:
    """Where the index of a day is.

    >>> index_address(date(2026, 11, 20))
    'https://www.sec.gov/Archives/edgar/daily-index/2026/QTR4/form.20261120.idx'
    """
    return INDEX.format(year=on.year, quarter=(on.month + 2) // 3, day=on)


def working_days(until: date, count: int) -> list[date]:
    """The last days before `until` that are no weekend, newest first: a day's index is whole the day after."""
    days: list[date] = []
    on = until
    while len(days) < count:
        on -= timedelta(days=1)
        if on.weekday() < 5:
            days.append(on)
    return days


def parse_index(body: bytes) -> Iterator[Filing]:
    """The filings of an index; an empty one holds none. Raises SourceBroken where the body is no index.

    The columns are of fixed width, told by the head of the file, which differs from year to year.
    """
    lines = body.decode("latin-1").splitlines()
    head = next((n for n, line in enumerate(lines[:40]) if all(c in line for c in _COLUMNS)), None)
    if head is None:
        raise SourceBroken("The answer is not an index of EDGAR.")
    starts = [lines[head].index(column) for column in _COLUMNS]
    for line in lines[head + 1 :]:
        if _RULE.match(line) or not line.strip():
            continue
        form, name, cik, filed, path = (
            line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)
        )
        if cik.isdecimal() and path:
            yield Filing(
                form,
                name,
                str(int(cik)),
                day(f"{filed[:4]}-{filed[4:6]}-{filed[6:8]}" if filed.isdecimal() else filed),
                path,
            )


@reader("edgar-daily")
def read_index(body: bytes) -> Iterator[dict[str, Any]]:
    """Records of a daily index: one a filing."""
    return (
        {"form": f.form, "name": f.name, "cik": f.cik, "filed": f.filed, "path": f.path}
        for f in parse_index(body)
    )

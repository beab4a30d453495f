"""Every list as CSV or XLSX."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from console.pages.duplicates import proposals
from console.pages.overview import coverage, newest_runs
from console.pages.queue import filtered, open_questions
from console.pages.stale import stale_rows, wanted_of
from console.rendering import NotFound, Page, Reads
from console.sheets import as_csv, as_xlsx

router = APIRouter(include_in_schema=False)
MOST = 50_000
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Rows = Sequence[Mapping[str, Any]]


def _runs(page: Page) -> Rows:
    return [
        {"run_id": r.id, "kind": r.kind, "status": r.status.value, "started_at": r.started_at, "finished_at": r.finished_at, **r.counts, "error": r.error}
        for r in newest_runs(page.reading)
    ]  # fmt: skip


def _review(page: Page) -> Rows:
    return filtered(open_questions(page), {n: page.given(n) for n in ("field", "kind", "code")})


def _cells(page: Page) -> Rows:
    given = {
        "run_id": page.given("run"),
        "verdict": page.given("verdict") or None,
        "field": page.given("field") or None,
    }
    return page.reading.ask("run_cells", given | {"limit": MOST, "offset": 0})


def _undo(page: Page) -> Rows:
    given = {
        "run_id": page.given("run"),
        "account": page.given("account") or None,
        "field": page.given("field") or None,
    }
    return page.reading.ask("undo", given | {"limit": MOST})


def _decisions(page: Page) -> Rows:
    return [
        {"at": d.at, "by": d.by, "action": d.action.value, "account_id": d.account_id, "field": d.field, "item": d.item_id,
         "proposed": d.proposed_key, "note": d.note, "carried_out_by": d.carried_out_by}
        for d in page.site.said().history
    ]  # fmt: skip


def _duplicates(page: Page) -> Rows:
    return [
        {"group": n, "shares": g["fields"], "values": g["values"], **account}
        for n, g in enumerate(proposals(page), 1)
        for account in g["accounts"]
    ]


LISTS: Mapping[str, Callable[[Page], Rows]] = {
    "stale": lambda page: stale_rows(page.reading, wanted_of(page), MOST),
    "review": _review, "runs": _runs, "cells": _cells, "undo": _undo, "decisions": _decisions, "duplicates": _duplicates,
    "coverage": lambda page: coverage(page.reading),
    "accounts": lambda page: page.reading.ask("accounts", {"words": page.given("q") or None, "limit": MOST, "offset": 0}),
    "sources": lambda page: page.reading.ask("sources"),
}  # fmt: skip


@router.get("/export/{name}.{kind}")
def export(page: Reads, name: str, kind: str) -> Response:
    """A list as a file to keep."""
    if name not in LISTS or kind not in _TYPES:
        raise NotFound
    rows = LISTS[name](page)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    body = as_csv(columns, rows) if kind == "csv" else as_xlsx(name, columns, rows)
    headers = {"Content-Disposition": f'attachment; filename="evergreen-{name}.{kind}"'}
    return Response(body, media_type=_TYPES[kind], headers=headers)

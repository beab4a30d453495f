"""The stale list: what can no longer be trusted, worst first by value at stake, and a backfill of a selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from accounts.errors import ConfigError
from console.rendering import AdminWrites, Page, Reads
from console.snapshots import Reading
from warehouse.store import sql

router = APIRouter(include_in_schema=False)
FILTERS = ("field", "status", "country", "industry", "owner", "editor")
_ROWS = 50
#: Bytes of one argument on a command line.
_MOST_ARGUMENT = 100_000
_MOST_ACCOUNTS = 5000


def stale_rows(reading: Reading, wanted: dict[str, str], limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """A page of the stale list."""
    prepare(reading)
    return reading.ask(
        "stale", {k: wanted.get(k) or None for k in FILTERS} | {"limit": limit, "offset": offset}
    )


def prepare(reading: Reading) -> None:
    """Makes the table behind the list, once per snapshot."""

    def make() -> bool:
        with reading.hand() as hand:
            hand.run(sql("console_stale_table"))
        return True

    reading.once("stale_now", make)


def wanted_of(page: Page) -> dict[str, str]:
    """The filters a page was asked with."""
    return {name: page.given(name) for name in FILTERS}


@router.get("/stale")
def stale(page: Reads) -> Response:
    """The stale list."""
    reading, wanted = page.reading, wanted_of(page)
    at = int(page.given("at")) if page.given("at").isdigit() else 0
    rows = stale_rows(reading, wanted, _ROWS, at)
    sums = _sums(reading, wanted)
    return page.show(
        "stale", rows=rows, wanted=wanted, at=at, size=_ROWS, sums=sums, choices=_choices(reading),
        labels=_labels(page), backfill=min(sums["accounts"], 200),
    )  # fmt: skip


def _labels(page: Page) -> dict[str, str]:
    rows = page.reading.once(
        "labels", lambda: page.reading.rows("SELECT name AS field, label_en, label_zh FROM field_spec")
    )
    return {row["field"]: page.words.label(row) for row in rows}


def _where() -> str:
    return " AND ".join(
        f"(${name}::VARCHAR IS NULL OR {'changed_by' if name == 'editor' else name} = ${name})"
        for name in FILTERS
    )


def _sums(reading: Reading, wanted: dict[str, str]) -> dict[str, Any]:
    def make() -> dict[str, Any]:
        row = reading.row(
            "SELECT count(*) AS fields, count(DISTINCT account_id) AS accounts, coalesce(sum(stake), 0) AS stake, "
            "count(*) FILTER (status = 'expired') AS expired, count(*) FILTER (status = 'contradicted') AS contradicted, "
            f"count(*) FILTER (status = 'invalid') AS invalid FROM stale_now WHERE {_where()}",
            {k: wanted.get(k) or None for k in FILTERS},
        )
        return row or {}

    return reading.once(("stale_sums", tuple(sorted(wanted.items()))), make)


def _choices(reading: Reading) -> dict[str, list[str]]:
    def make() -> dict[str, list[str]]:
        columns = {"editor": "changed_by"}
        return {
            name: [
                r["v"]
                for r in reading.rows(
                    f"SELECT {columns.get(name, name)} AS v FROM stale_now WHERE v IS NOT NULL GROUP BY v "
                    "ORDER BY count(*) DESC LIMIT 60"
                )
            ]
            for name in FILTERS
        }

    return reading.once("stale_choices", make)


@router.get("/stale/backfill")
def preview(page: Reads) -> Response:
    """What a backfill of the selection would touch and cost."""
    reading, wanted = page.reading, wanted_of(page)
    accounts = _accounts(page, wanted)
    fields = [wanted["field"]] if wanted["field"] else []
    return page.show(
        "backfill", wanted=wanted, limit=len(accounts), asked=_limit(page), accounts=accounts[:20], fields=fields,
        labels=_labels(page), touched=_touched(reading, accounts, fields), costs=_costs(reading, len(accounts)),
        locked=_locked(page, accounts, fields),
    )  # fmt: skip


@router.post("/stale/backfill")
def start(page: AdminWrites) -> Response:
    """Starts the backfill."""
    wanted = wanted_of(page)
    ids = [a["account_id"] for a in _accounts(page, wanted)]
    where = "id IN (" + ", ".join("'" + i.replace("'", "''") + "'" for i in ids) + ")"
    if not ids or len(where.encode()) > _MOST_ARGUMENT:
        raise ConfigError("This selection is empty or too large.", remedy="Choose fewer accounts at once.")
    fields = [f"--fields={wanted['field']}"] if wanted["field"] else []
    apply = ["--apply"] if page.given("apply") == "yes" else []
    job = page.site.jobs.start(
        "backfill", [f"--where={where}", *fields, "--no-prefect", *apply], page.person.name
    )
    return page.go(f"/jobs/{job.id}")


def _limit(page: Page) -> int:
    text = page.given("limit")
    return min(_MOST_ACCOUNTS, int(text)) if text.isdigit() and int(text) else 200


def _accounts(page: Page, wanted: dict[str, str]) -> list[dict[str, Any]]:
    """The accounts of the selection, most at stake first."""
    prepare(page.reading)
    return page.reading.rows(
        "SELECT account_id, any_value(account_name) AS name, count(*) AS fields, sum(stake) AS stake FROM stale_now "
        f"WHERE {_where()} GROUP BY account_id ORDER BY stake DESC, account_id LIMIT $limit",
        {k: wanted.get(k) or None for k in FILTERS} | {"limit": _limit(page)},
    )


def _touched(
    reading: Reading, accounts: Sequence[dict[str, Any]], fields: Sequence[str]
) -> list[dict[str, Any]]:
    return reading.rows(
        "SELECT status, count(*) AS n FROM staleness WHERE list_contains($ids::VARCHAR[], account_id) "
        "AND (len($fields::VARCHAR[]) = 0 OR list_contains($fields, field)) GROUP BY status ORDER BY n DESC",
        {"ids": [a["account_id"] for a in accounts], "fields": list(fields)},
    )


def _costs(reading: Reading, accounts: int) -> list[dict[str, Any]]:
    """What asking each source about so many accounts comes to, by the newest call about each account: older ones are forgotten,
    all but those that cost money."""

    def make() -> list[dict[str, Any]]:
        return reading.rows(
            "SELECT source, avg(requests) AS requests, avg(cost) AS cost, avg(seconds) AS seconds FROM ("
            "SELECT * FROM source_call QUALIFY row_number() OVER (PARTITION BY account_id, source ORDER BY noted_at DESC) = 1) "
            "GROUP BY source ORDER BY source"
        )

    return [
        {"source": r["source"], "calls": accounts, "requests": round((r["requests"] or 0) * accounts),
         "cost": round((r["cost"] or 0) * accounts, 2), "seconds": (r["seconds"] or 0) * accounts}
        for r in reading.once("source_costs", make)
    ]  # fmt: skip


def _locked(page: Page, accounts: Sequence[dict[str, Any]], fields: Sequence[str]) -> int:
    decided = page.site.said().decided
    names = list(fields) or [f.name for f in page.site.catalogue]
    return sum(decided.said(a["account_id"], f).locked for a in accounts for f in names)

"""What can no longer be trusted: a status and a reason per account and field, and the work that follows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.golden import Freshness, Staleness
from accounts.run import FieldNeed, WorkItem
from warehouse.store import Warehouse, sql


def refresh_staleness(
    warehouse: Warehouse, now: datetime, asked: Iterable[tuple[str, str]] = ()
) -> dict[str, int]:
    """Judges every field the CRM has a column for; returns counts by status. `asked` are (account, field) of a backfill."""
    with warehouse.transaction():
        warehouse.run("CREATE OR REPLACE TEMP TABLE asked (account_id VARCHAR, field VARCHAR)")
        warehouse.append("asked", ({"account_id": a, "field": f} for a, f in asked))
        warehouse.run("CREATE OR REPLACE TEMP VIEW ours AS " + sql("ours"))
        warehouse.run("CREATE OR REPLACE TEMP VIEW contradicted AS " + sql("contradicted"))
        warehouse.run("CREATE OR REPLACE TEMP TABLE judged AS " + sql("staleness"), {"now": now})
        warehouse.run("DELETE FROM staleness")
        warehouse.run("INSERT INTO staleness BY NAME SELECT * FROM judged")
        warehouse.run("DROP TABLE judged; DROP TABLE asked")
    rows = warehouse.rows("SELECT status, count(*) AS n FROM staleness GROUP BY status")
    return {row["status"]: row["n"] for row in rows}


def stale_fields(
    warehouse: Warehouse, *, field: str | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Expired, contradicted, invalid and missing fields as rows, worst first."""
    return warehouse.rows(sql("stale_list") + (f" LIMIT {int(limit)}" if limit else ""), {"field": field})


def staleness_from(row: Mapping[str, Any]) -> Staleness:
    """The state a row of `staleness` tells."""
    return Staleness(
        row["account_id"],
        row["field"],
        Freshness(row["status"]),
        row["reason"],
        row["age_days"],
        row["ttl_days"],
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """What a source can fill, and after how many days it is worth asking again."""

    source: str
    fields: frozenset[str]
    every_days: int


def work_list(warehouse: Warehouse, now: datetime, offers: Iterable[Offer]) -> Iterator[WorkItem]:
    """Accounts to look at, greatest expected benefit first, with the fields that want it.

    A field counts while some source that could fill it has not answered for the account within its `every_days`
    (a failed call is no answer).
    """
    with warehouse.transaction():
        offer(warehouse, offers)
    yield from work_items(warehouse.stream(sql("work_list"), {"now": now}))


def offer(warehouse: Warehouse, offers: Iterable[Offer]) -> None:
    """Makes the temporary table `provides` that work lists read: what each source can fill, and how often."""
    rows = [
        {"source": o.source, "field": f, "every_days": o.every_days} for o in offers for f in sorted(o.fields)
    ]
    warehouse.run("CREATE OR REPLACE TEMP TABLE provides (source VARCHAR, field VARCHAR, every_days INTEGER)")
    warehouse.append("provides", rows)


def work_items(rows: Iterable[Mapping[str, Any]]) -> Iterator[WorkItem]:
    """The work items that rows of a work list tell. Words that many of them share are held once."""
    held: dict[Any, Any] = {}
    for row in rows:
        needs = tuple(_need(n, held) for n in json.loads(row["needs"]))
        told = (row.get("expected", 0.0), row.get("requests", 0.0), row.get("days"), row.get("urgent", False))
        yield WorkItem(row["account_id"], needs, row["benefit"], *told)


def _need(told: Mapping[str, Any], held: dict[Any, Any]) -> FieldNeed:
    name, reason, sources = told["field"], told["reason"], tuple(told["sources"])
    shared = [held.setdefault(word, word) for word in (name, reason, sources)]
    need = FieldNeed(shared[0], Freshness(told["status"]), shared[1], shared[2], told.get("chance", 0.0))
    same: FieldNeed = held.setdefault(need, need)
    return same

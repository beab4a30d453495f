"""What can no longer be trusted: a status and a reason per account and field, and the work that follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        sources = offer(warehouse, offers)
        warehouse.script("work_list", {"now": now})
    yield from work_items(warehouse, sources)


def offer(warehouse: Warehouse, offers: Iterable[Offer]) -> list[str]:
    """Makes the temporary table `provides` that work lists read: what each source can fill, and how often.

    Returns the sources in order: the n-th has the bit 2 ** n, so that a set of them is one number (at most 126).
    """
    known = list(offers)
    sources = sorted({o.source for o in known})
    rows = [
        {"source": o.source, "field": f, "every_days": o.every_days, "bit": str(1 << sources.index(o.source))}
        for o in known
        for f in sorted(o.fields)
    ]
    warehouse.run(
        "CREATE OR REPLACE TEMP TABLE provides (source VARCHAR, field VARCHAR, every_days INTEGER, bit HUGEINT)"
    )
    warehouse.append("provides", rows)
    return sources


def work_items(warehouse: Warehouse, sources: Sequence[str]) -> Iterator[WorkItem]:
    """The work items of `need` and `price`, best first; what many accounts share is held once.

    Nothing else may be asked of the warehouse until they are read to the end.
    """
    kinds = {row["kind"]: _need(row, sources) for row in warehouse.rows(sql("work_list_kinds"))}
    for row in warehouse.stream(sql("work_list_items")):
        needs = tuple([kinds[kind] for kind in row["needs"]])
        yield WorkItem(
            row["account_id"],
            needs,
            row["benefit"],
            row["expected"],
            row["requests"],
            row["days"],
            row["urgent"],
        )
    warehouse.run("DROP TABLE need; DROP TABLE price")


def _need(row: Mapping[str, Any], sources: Sequence[str]) -> FieldNeed:
    due = tuple(name for place, name in enumerate(sources) if row["sources"] >> place & 1)
    return FieldNeed(row["field"], Freshness(row["status"]), row["reason"], due, row["chance"])

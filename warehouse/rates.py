"""What past looks tell of how often the world changes, as the warehouse keeps it, and the work list that follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from accounts.run import WorkItem
from warehouse.staleness import Offer, offer, work_items
from warehouse.store import Warehouse, sql


def note_looks(warehouse: Warehouse, run_id: str, offers: Iterable[Offer]) -> None:
    """Counts the looks of a run that had a look before them, and what they met; once a run, after survivorship."""
    with warehouse.transaction():
        offer(warehouse, offers)
        _segment(warehouse)
        warehouse.run("DELETE FROM field_look WHERE run_id = $run_id", {"run_id": run_id})
        warehouse.run("INSERT INTO field_look BY NAME " + sql("learn_looks"), {"run_id": run_id})


def looks_by_kind(warehouse: Warehouse) -> list[dict[str, Any]]:
    """All looks: segment, source, field, blank, days, looks, changes."""
    return warehouse.rows(
        "SELECT segment, source, field, blank, days, sum(looks)::BIGINT AS looks, sum(changes)::BIGINT AS changes "
        "FROM field_look GROUP BY ALL ORDER BY ALL"
    )


def account_histories(warehouse: Warehouse) -> list[dict[str, Any]]:
    """How long each account was watched, how often something was new, how often that was due: see `account_history.sql`."""
    with warehouse.transaction():
        _segment(warehouse)
    return warehouse.rows(sql("account_history"))


def keep_rates(warehouse: Warehouse, rates: Iterable[Mapping[str, Any]]) -> None:
    """Puts newly learned rates in place of the old."""
    warehouse.replace("change_rate", rates)


def work_list_by_rate(
    warehouse: Warehouse, now: datetime, offers: Iterable[Offer], paces: Iterable[Mapping[str, Any]]
) -> Iterator[WorkItem]:
    """Accounts to look at, most undetected change removed per request first; new and contradicted ones before all.

    `paces` are rows of account_id, source, pace. See `work_list_by_rate.sql`.
    """
    with warehouse.transaction():
        sources = offer(warehouse, offers)
        _segment(warehouse)
        warehouse.run("CREATE OR REPLACE TEMP TABLE pace (account_id VARCHAR, source VARCHAR, pace DOUBLE)")
        warehouse.append("pace", paces)
        warehouse.script("work_list_by_rate", {"now": now})
    yield from work_items(warehouse, sources)


def _segment(warehouse: Warehouse) -> None:
    warehouse.run("CREATE OR REPLACE TEMP TABLE segment AS " + sql("segment"))

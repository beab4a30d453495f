"""The golden record: survivorship over touched accounts, and its history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.golden import GoldenValue
from warehouse.rows import golden_from
from warehouse.store import Warehouse, sql

#: Accounts settled at a time, so that memory does not grow with their number.
AT_ONCE = 20_000


def settle_golden(warehouse: Warehouse, run_id: str, account_ids: Iterable[str], now: datetime) -> int:
    """Recomputes the golden record of these accounts; returns how many fields it now holds for them."""
    touched = list(dict.fromkeys(account_ids))
    with warehouse.transaction():
        return sum(
            _settle(warehouse, run_id, touched[start : start + AT_ONCE], now)
            for start in range(0, len(touched), AT_ONCE)
        )


def _settle(warehouse: Warehouse, run_id: str, account_ids: list[str], now: datetime) -> int:
    warehouse.run("CREATE OR REPLACE TEMP TABLE touched (account_id VARCHAR)")
    warehouse.append("touched", ({"account_id": a} for a in account_ids))
    warehouse.run("CREATE OR REPLACE TEMP TABLE survivor AS " + sql("survive"), {"now": now})
    warehouse.script("keep_golden", {"run_id": run_id, "now": now})
    count = warehouse.value("SELECT count(*) FROM survivor")
    warehouse.run("DROP TABLE survivor; DROP TABLE touched")
    return int(count)


def golden_as_of(warehouse: Warehouse, account_id: str, at: datetime | None = None) -> list[GoldenValue]:
    """The golden record of an account, now or as it stood at a time (UTC)."""
    rows = warehouse.rows(
        "SELECT * FROM golden WHERE account_id = $id AND (CASE WHEN $at::TIMESTAMP IS NULL THEN valid_to IS NULL "
        "ELSE valid_from <= $at AND coalesce(valid_to > $at, true) END) ORDER BY field",
        {"id": account_id, "at": at},
    )
    return [golden_from(row) for row in rows]


def golden_of_run(warehouse: Warehouse, run_id: str, account_id: str) -> list[GoldenValue]:
    """The golden record of an account as a run left it."""
    ended = warehouse.value(
        "SELECT coalesce(finished_at, started_at) FROM run WHERE id = $id", {"id": run_id}
    )
    return golden_as_of(warehouse, account_id, ended)

"""The claims that something speaks to, and what was learned of their sources, as the warehouse keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from warehouse.store import Warehouse, sql

#: Accounts that are enough to learn from; of more, one in so many is asked.
ENOUGH = 20_000


def spoken_claims(
    warehouse: Warehouse, now: datetime, judged: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Claims that a person, a steward or another source speaks to, as `claims.sql` gives them.

    `judged` are stewards' words: account_id, field, key, good.
    """
    accounts = warehouse.value("SELECT count(*) FROM crm_account")
    with warehouse.transaction():
        warehouse.run("CREATE OR REPLACE TEMP VIEW ours AS " + sql("ours"))
        warehouse.run(
            "CREATE OR REPLACE TEMP TABLE judged (account_id VARCHAR, field VARCHAR, key VARCHAR, good BOOLEAN)"
        )
        warehouse.append("judged", judged)
    return warehouse.rows(sql("claims"), {"now": now, "one_in": max(1, accounts // ENOUGH)})


def keep_reliability(warehouse: Warehouse, rows: Iterable[Mapping[str, Any]]) -> None:
    """Puts what was learned anew in place of the old."""
    warehouse.replace("reliability", rows)

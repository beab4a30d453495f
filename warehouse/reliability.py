"""The claims that something speaks to, and what was learned of their sources, as the warehouse keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from warehouse.store import Warehouse, sql

#: Accounts that are enough to learn from; of more, one in so many is asked.
ENOUGH = 20_000
#: A shift stays as it was until it would move by more (log-odds; 0.05 moves 0.80 to 0.81).
STEADY = 0.05


def spoken_claims(
    warehouse: Warehouse, now: datetime, judged: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Claims that a person, a steward or another source speaks to, as `claims.sql` gives them, as they are read.

    Nothing else may be asked of the warehouse meanwhile. `judged` are words of stewards and auditors: account_id, field, key, good.
    """
    accounts = warehouse.value("SELECT count(*) FROM crm_account")
    with warehouse.transaction():
        warehouse.run("CREATE OR REPLACE TEMP VIEW ours AS " + sql("ours"))
        warehouse.run(
            "CREATE OR REPLACE TEMP TABLE judged (account_id VARCHAR, field VARCHAR, key VARCHAR, good BOOLEAN)"
        )
        warehouse.append("judged", judged)
    yield from warehouse.stream(sql("claims"), {"now": now, "one_in": max(1, accounts // ENOUGH)})


def keep_reliability(warehouse: Warehouse, rows: Iterable[Mapping[str, Any]]) -> None:
    """Puts what was learned anew in place of the old. A shift that hardly moved stays as it was: no value changes for that."""
    former = {
        (r["source"], r["field"]): r
        for r in warehouse.rows("SELECT source, field, shift, coalesce(sure, shift) AS sure FROM reliability")
    }
    warehouse.replace(
        "reliability", [_steady(row, former.get((row["source"], row["field"]))) for row in rows]
    )


def _steady(row: Mapping[str, Any], former: Mapping[str, float] | None) -> dict[str, Any]:
    old = former or {"shift": 0.0, "sure": 0.0}
    kept = {
        name: old[name] if abs(row[name] - old[name]) < STEADY else row[name] for name in ("shift", "sure")
    }
    return dict(row) | kept


def audited(warehouse: Warehouse) -> list[dict[str, Any]]:
    """What people found on sheets of audits: account_id, field, key, good; the newest word on each value."""
    return warehouse.rows(
        "SELECT account_id, field, key, arg_max(good, noted_at) AS good FROM audited WHERE key <> '' "
        "GROUP BY account_id, field, key ORDER BY ALL"
    )

"""What is known of who belongs to whom, what accounts are also called, and which of them may be one, as the warehouse keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from warehouse.store import Warehouse, sql


def learn_aliases(warehouse: Warehouse, run_id: str, now: datetime) -> None:
    """Takes in what accepted records taught about names, domains and numbers; twice over the same records adds nothing."""
    warehouse.script("learn_aliases", {"run_id": run_id, "now": now})


def known_aliases(warehouse: Warehouse, account_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Names, domains and numbers of some accounts from records that are still accepted, as `known_aliases.sql` gives them."""
    return warehouse.rows(sql("known_aliases"), {"accounts": list(account_ids)}) if account_ids else []


def stated_parents(warehouse: Warehouse) -> list[dict[str, Any]]:
    """The golden values of `parent` and `ultimate_parent` with their passages."""
    return warehouse.rows(sql("stated_parents"))


def accounts_and_values(warehouse: Warehouse, fields: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of account_id, field and value for some fields of all accounts, by account."""
    return warehouse.rows(
        "SELECT account_id, field, value FROM crm_value WHERE value IS NOT NULL AND list_contains($fields, field) "
        "ORDER BY account_id, field",
        {"fields": list(fields)},
    )


def filled_cells(warehouse: Warehouse) -> dict[str, int]:
    """How many cells of each account hold something."""
    rows = warehouse.rows("SELECT account_id, count(value) AS filled FROM crm_value GROUP BY account_id")
    return {row["account_id"]: row["filled"] for row in rows}


def keep_hierarchy(warehouse: Warehouse, rows: Iterable[Mapping[str, Any]]) -> None:
    """Puts the edges found anew in place of the old."""
    warehouse.replace("hierarchy_edge", rows)


def keep_proposals(warehouse: Warehouse, rows: Iterable[Mapping[str, Any]]) -> None:
    """Puts the proposals found anew in place of the old."""
    warehouse.replace("merge_proposal", rows)

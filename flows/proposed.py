"""The merges the last night proposed, read from the published snapshot."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.config import load_config
from warehouse.snapshot import open_snapshot
from warehouse.store import sql


@dataclass(frozen=True, slots=True)
class Proposed:
    """Groups worst first, each with the account to keep and its members; and how many edges of each kind there are."""

    groups: list[dict[str, Any]]
    edges: dict[str, int]


def proposed(config_path: Path) -> Proposed:
    """What the last night proposed. Raises WarehouseError where no night has been run yet."""
    snapshot = open_snapshot(load_config(config_path).home)
    try:
        rows = snapshot.rows(sql("proposals"))
        kinds = Counter(row["kind"] for row in snapshot.rows("SELECT kind FROM hierarchy_edge"))
    finally:
        snapshot.close()
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        group = groups.setdefault(row["group_id"], {"keep": "", "name": "", "members": []})
        if row["keep"]:
            group |= {"keep": row["account_id"], "name": row["name"] or ""}
        else:
            told = ("account_id", "name", "probability", "reason")
            group["members"].append({name: row[name] for name in told})
    return Proposed(list(groups.values()), dict(kinds))

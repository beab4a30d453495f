"""The merges the last night proposed, read from the published snapshot, without what stewards have judged since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.config import load_config
from warehouse.decisions import DecisionStore
from warehouse.snapshot import open_snapshot
from warehouse.standing import Decided
from warehouse.store import sql


@dataclass(frozen=True, slots=True)
class Proposed:
    """Groups worst first, each with the account to keep and its members; how many edges of each kind there are.

    `to_merge` are pairs that a steward called the same and that the CRM still holds apart.
    """

    groups: list[dict[str, Any]]
    edges: dict[str, int]
    to_merge: list[dict[str, Any]]


def proposed(config_path: Path) -> Proposed:
    """What the last night proposed and nobody has judged. Raises WarehouseError where no night has been run yet."""
    home = load_config(config_path).home
    decided = Decided(DecisionStore(home).all())
    snapshot = open_snapshot(home)
    try:
        rows = snapshot.rows(sql("proposals"))
        kinds = Counter(row["kind"] for row in snapshot.rows("SELECT kind FROM hierarchy_edge"))
        here = {row["account_id"] for row in snapshot.rows("SELECT account_id FROM crm_account")}
    finally:
        snapshot.close()
    return Proposed(grouped(rows, decided), dict(kinds), to_merge(decided, here))


def grouped(rows: Iterable[Mapping[str, Any]], decided: Decided) -> list[dict[str, Any]]:
    """Rows of `proposals.sql` as groups, members that were judged against the kept account left out, empty groups too."""
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        group = groups.setdefault(row["group_id"], {"keep": "", "name": "", "members": []})
        if row["keep"]:
            group |= {"keep": row["account_id"], "name": row["name"] or ""}
        elif frozenset((row["account_id"], row["other_id"])) not in decided.pairs:
            told = ("account_id", "name", "probability", "reason")
            group["members"].append({name: row[name] for name in told})
    return [group for group in groups.values() if group["members"]]


def to_merge(decided: Decided, here: Collection[str]) -> list[dict[str, Any]]:
    """Pairs that were called the same, both of which the CRM still holds; newest word first."""
    said = [d for d in decided.pairs.values() if d.extras["what"] == "same"]
    return [
        {
            "account_id": d.account_id, "name": d.extras["account_name"], "other_id": d.proposed_key,
            "other_name": d.extras["other_name"], "by": d.by, "at": d.at.isoformat(), "note": d.note, "id": d.item_id,
        }
        for d in sorted(said, key=lambda d: d.at, reverse=True)
        if d.account_id in here and d.proposed_key in here
    ]  # fmt: skip

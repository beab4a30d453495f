"""A steward's word on an item, kept in the store of its own; never waits for the nightly writer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from accounts.catalogue import Catalogue
from accounts.change import ReviewAction, ReviewDecision, ReviewItem
from accounts.clock import SystemClock
from accounts.config import load_config
from accounts.errors import ConfigError
from flows.services import catalogue_for
from warehouse.decisions import DecisionStore
from warehouse.reviews import find_item
from warehouse.snapshot import open_snapshot
from warehouse.standing import WHOLE_ACCOUNT


def decide_item(config_path: Path, name: str, action: str, by: str, note: str = "") -> dict[str, Any]:
    """Keeps a decision on an item (its id or an unambiguous beginning), or on ACCOUNT:FIELD for locks.

    Raises ConfigError for an item nobody asked about, or a beginning that fits several.
    """
    config = load_config(config_path)
    item = _item(config.home, name)
    if item is None:
        decision = _on_field(config.home, catalogue_for(config), name, action, by, note)
        proposed = None
    else:
        decision = ReviewDecision(
            item.id, ReviewAction(action), by, SystemClock().now(), item.account_id, item.field, item.proposed_key, note,
            extras={"kind": item.kind},
        )  # fmt: skip
        proposed = item.proposed
    DecisionStore(config.home).add(decision)
    return {
        "id": decision.item_id, "action": action, "account_id": decision.account_id, "field": decision.field,
        "proposed": proposed, "by": by,
    }  # fmt: skip


def _item(home: Path, name: str) -> ReviewItem | None:
    with open_snapshot(home) as snapshot:
        found = find_item(snapshot, name)
    if len(found) > 1:
        raise ConfigError(f"{len(found)} items begin with {name!r}.", remedy="Give more of the id.", key=name)
    return found[0] if found else None


def _on_field(home: Path, catalogue: Catalogue, name: str, action: str, by: str, note: str) -> ReviewDecision:
    account, _, field = name.rpartition(":")
    if not account or action not in ("lock", "unlock"):
        raise ConfigError(
            f"There is no review item {name!r}.", remedy="`evergreen review list` shows them.", key=name
        )
    if field != WHOLE_ACCOUNT:
        field = catalogue[field].name
    with open_snapshot(home) as snapshot:
        if snapshot.value("SELECT 1 FROM crm_account WHERE account_id = $a", {"a": account}) is None:
            raise ConfigError(
                f"There is no account {account!r}.", remedy="Give its id as the CRM has it.", key=account
            )
    return ReviewDecision(name, ReviewAction(action), by, SystemClock().now(), account, field, "", note)

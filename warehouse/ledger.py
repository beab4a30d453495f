"""The write ledger: what we meant to write, what became of it, and what has been taken back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from accounts.change import Change, ChangeSet, LedgerEntry, WriteOutcome, WriteStatus
from accounts.clock import Clock
from warehouse.rows import change_from, change_row
from warehouse.store import Warehouse


class DuckLedger:
    """`accounts.protocols.WriteLedger` over the warehouse; every method is durable on return."""

    def __init__(self, warehouse: Warehouse, clock: Clock) -> None:
        self._warehouse = warehouse
        self._clock = clock

    def plan(self, change_set: ChangeSet) -> None:
        """Keeps a change set with every verdict and reason; keeping the same one twice changes nothing."""
        with self._warehouse.transaction():
            self._warehouse.run("DELETE FROM change WHERE change_set_id = $id", {"id": change_set.id})
            self._warehouse.append(
                "change",
                (
                    change_row(c)
                    | {
                        "change_set_id": change_set.id,
                        "run_id": change_set.run_id,
                        "noted_at": change_set.created_at,
                    }
                    for c in change_set.changes
                ),
            )

    def intend(self, run_id: str, changes: Sequence[Change], at: datetime) -> None:
        """Notes that these changes are about to be sent."""
        self._warehouse.append(
            "intent",
            ({"run_id": run_id, "change_id": c.id, "change": change_row(c), "noted_at": at} for c in changes),
        )

    def settle(self, run_id: str, outcomes: Sequence[WriteOutcome]) -> None:
        """Notes what became of changes: their intents are closed, and what is written anew is no longer undone."""
        known = [o.change.id for o in outcomes if o.status is not WriteStatus.UNKNOWN]
        written = [o.change.id for o in outcomes if o.status is WriteStatus.WRITTEN]
        with self._warehouse.transaction():
            self._warehouse.append("outcome", (_outcome_row(run_id, o) for o in outcomes))
            for table, ids in (("intent", known), ("undone", written)):
                self._warehouse.run(
                    f"DELETE FROM {table} WHERE run_id = $run_id AND list_contains($ids, change_id)",
                    {"run_id": run_id, "ids": ids},
                )

    def unsettled(self) -> Sequence[tuple[str, Change]]:
        """Intents without an outcome, each with its run id, oldest first."""
        rows = self._warehouse.rows("SELECT run_id, change FROM intent ORDER BY noted_at, rowid")
        found = {(row["run_id"], row["change"]): change_from(json.loads(row["change"])) for row in rows}
        return [(run_id, change) for (run_id, _), change in found.items()]

    def written(self, run_id: str) -> Sequence[LedgerEntry]:
        """What a run wrote, oldest first, with before-images."""
        rows = self._warehouse.rows(
            "SELECT o.*, u.undone_by FROM outcome o LEFT JOIN undone u USING (run_id, change_id) "
            "WHERE o.run_id = $run_id AND o.status = 'written' ORDER BY o.noted_at, o.change_id",
            {"run_id": run_id},
        )
        return [LedgerEntry(row["run_id"], _outcome_from(row), row["undone_by"]) for row in rows]

    def mark_undone(self, run_id: str, change_ids: Sequence[str], undone_by: str) -> None:
        """Notes that an undo run has put these back."""
        now = self._clock.now()
        self._warehouse.append(
            "undone",
            (
                {"run_id": run_id, "change_id": change_id, "undone_by": undone_by, "noted_at": now}
                for change_id in change_ids
            ),
        )

    def confirm(self, run_id: str, confirmations: Iterable[dict[str, Any]]) -> int:
        """Notes that the world agrees with what the CRM holds (account_id, field, key, sources, noted_at)."""
        return self._warehouse.append("confirmation", ({"run_id": run_id, **c} for c in confirmations))


def _outcome_row(run_id: str, outcome: WriteOutcome) -> dict[str, Any]:
    change = outcome.change
    return {
        "run_id": run_id, "change_id": change.id, "account_id": change.account_id, "field": change.field,
        "status": outcome.status.value, "value": change.value, "value_key": change.value_key, "base": change.base,
        "found": outcome.found, "read_back": outcome.read_back, "before_image": outcome.before_image,
        "message": outcome.message, "change": change_row(change), "noted_at": outcome.at,
    }  # fmt: skip


def _outcome_from(row: dict[str, Any]) -> WriteOutcome:
    return WriteOutcome(
        change_from(json.loads(row["change"])), WriteStatus(row["status"]), row["noted_at"], row["found"],
        row["read_back"], row["before_image"], row["message"] or "",
    )  # fmt: skip

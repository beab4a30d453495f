"""What people decide: a small SQLite store of its own, so that deciding never waits for the nightly writer.

Decisions are appended, never changed; the newest word on an item counts. The next run or `apply` carries them out.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from accounts.change import ReviewAction, ReviewDecision
from warehouse.side_file import open_side_file

_SCHEMA = """
CREATE TABLE IF NOT EXISTS decision (
    item_id TEXT NOT NULL, action TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, account_id TEXT NOT NULL,
    field TEXT NOT NULL, proposed_key TEXT NOT NULL, note TEXT NOT NULL, extras TEXT NOT NULL, carried_out_by TEXT
)
"""
_REMEDY = "Check free space and permissions; a damaged file can be restored with `evergreen restore`."


class DecisionStore:
    """The stewards' words, in `decisions.sqlite` beside the warehouse; safe for several processes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "decisions.sqlite"
        folder.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.execute(_SCHEMA)

    def add(self, decision: ReviewDecision) -> None:
        """Keeps one decision."""
        with self._open() as db:
            db.execute(
                "INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    decision.item_id, decision.action.value, decision.by, decision.at.astimezone(UTC).isoformat(),
                    decision.account_id, decision.field, decision.proposed_key, decision.note,
                    json.dumps(decision.extras, ensure_ascii=False), decision.carried_out_by,
                ),
            )  # fmt: skip

    def all(self) -> list[ReviewDecision]:
        """Every decision that stands, oldest first: not those taken back, and none that leave the question open."""
        return _standing(self.history())

    def history(self) -> list[ReviewDecision]:
        """Everything anybody has said, oldest first."""
        with self._open() as db:
            rows = db.execute("SELECT * FROM decision ORDER BY at, rowid").fetchall()
            return [
                ReviewDecision(
                    r[0], ReviewAction(r[1]), r[2], datetime.fromisoformat(r[3]), r[4], r[5], r[6], r[7], r[9],
                    json.loads(r[8]),
                )
                for r in rows
            ]  # fmt: skip

    def carried_out(self, item_id: str, run_id: str) -> None:
        """Notes that a run acted on what was decided about an item."""
        with self._open() as db:
            db.execute("UPDATE decision SET carried_out_by = ? WHERE item_id = ?", (run_id, item_id))

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_side_file(
            self._path, what="The decisions", remedy=_REMEDY, foreign=(ValueError, TypeError)
        )


def _standing(history: Iterable[ReviewDecision]) -> list[ReviewDecision]:
    """What is left when each `withdraw` has taken back the newest word on its item that no run has acted on."""
    standing: dict[int, ReviewDecision] = {}
    on_item: dict[str, list[int]] = defaultdict(list)
    for number, decision in enumerate(history):
        words = on_item[decision.item_id]
        if decision.action is ReviewAction.WITHDRAW:
            if words and not standing[words[-1]].carried_out_by:
                del standing[words.pop()]
        elif decision.action is not ReviewAction.UNSURE:
            standing[number] = decision
            words.append(number)
    return list(standing.values())

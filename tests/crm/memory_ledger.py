"""The write ledger in memory, and the same with a kill switch for crashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from accounts.change import Change, ChangeKind, ChangeSet, LedgerEntry, Standing, WriteOutcome, WriteStatus


class MemoryLedger:
    """Implements `accounts.protocols.WriteLedger`."""

    def __init__(self) -> None:
        self.plans: list[ChangeSet] = []
        self.open: list[tuple[str, Change]] = []
        self.outcomes: list[tuple[str, WriteOutcome]] = []
        self.undone: dict[tuple[str, str], str] = {}

    def plan(self, change_set: ChangeSet) -> None:
        self.plans.append(change_set)

    def intend(self, run_id: str, changes: Sequence[Change], at: datetime) -> None:
        self.open += [(run_id, change) for change in changes]

    def settle(self, run_id: str, outcomes: Sequence[WriteOutcome]) -> None:
        settled = {(run_id, o.change.id) for o in outcomes}
        self.open = [(run, c) for run, c in self.open if (run, c.id) not in settled]
        self.outcomes += [(run_id, o) for o in outcomes]
        for outcome in outcomes:  # written again after an undo: no longer undone
            if outcome.status is WriteStatus.WRITTEN:
                self.undone.pop((run_id, outcome.change.id), None)

    def unsettled(self) -> Sequence[tuple[str, Change]]:
        return tuple(self.open)

    def written(self, run_id: str) -> Sequence[LedgerEntry]:
        return tuple(
            LedgerEntry(run, o, self.undone.get((run, o.change.id)))
            for run, o in self.outcomes
            if run == run_id and o.status is WriteStatus.WRITTEN
        )

    def mark_undone(self, run_id: str, change_ids: Sequence[str], undone_by: str) -> None:
        self.undone |= {(run_id, change_id): undone_by for change_id in change_ids}

    def standing(self, account_id: str, field: str) -> Standing:
        """What the ledger knows of a field, as the warehouse would tell `decide`."""
        ours: WriteOutcome | None = None
        undone: set[str] = set()
        for run, outcome in self.outcomes:
            change = outcome.change
            if (change.account_id, change.field) != (
                account_id,
                field,
            ) or outcome.status is not WriteStatus.WRITTEN:
                continue
            if change.kind is ChangeKind.RESTORE:
                continue
            if (run, change.id) in self.undone:
                undone.add(change.value_key)
            else:
                ours = outcome
        if ours is None:
            return Standing(undone_keys=frozenset(undone))
        change = ours.change
        return Standing(
            ours_key=change.held_key or change.value_key, ours_at=ours.at, meant_key=change.value_key,
            undone_keys=frozenset(undone),
        )  # fmt: skip


class Killed(BaseException):
    """The process dies here."""


class KillingLedger(MemoryLedger):
    """Dies just before it notes outcomes (`die_in="settle"`) or intents (`"intend"`)."""

    def __init__(self) -> None:
        super().__init__()
        self.die_in: str | None = None

    def intend(self, run_id: str, changes: Sequence[Change], at: datetime) -> None:
        if self.die_in == "intend":
            raise Killed
        super().intend(run_id, changes, at)
        if self.die_in == "send":
            raise Killed

    def settle(self, run_id: str, outcomes: Sequence[WriteOutcome]) -> None:
        if self.die_in == "settle" and any(o.status is WriteStatus.WRITTEN for o in outcomes):
            raise Killed
        super().settle(run_id, outcomes)


def aged(outcome: WriteOutcome, at: datetime) -> WriteOutcome:
    """The outcome at another time."""
    return replace(outcome, at=at)

"""A small night over any CRM: pull, decide every field, apply; what the flows do, with the ledger in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from accounts.account import Account
from accounts.change import ChangeSet
from accounts.clock import FixedClock
from accounts.golden import Freshness, GoldenValue, Staleness
from crm.apply import ApplyReport, apply_change_set
from crm.base import Crm
from crm.history import Seen, history_of
from crm.plan import build_change_set
from crm.settle import settle_unknown
from crm.view import FieldView
from tests.crm.build import CATALOGUE, file_crm
from tests.crm.memory_ledger import MemoryLedger

FIELDS = ("phone", "city")


@dataclass
class CrmNights:
    """Remembers what each pull saw, as the warehouse does: when a value came to stand there, who was asked what."""

    open: Callable[[datetime], Crm]
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    seen: dict[tuple[str, str], tuple[str | None, Seen]] = field(default_factory=dict)
    cleared: set[tuple[str, str]] = field(default_factory=set)
    last: datetime | None = None
    run: int = 0

    def plan(self, truth: Mapping[tuple[str, str], GoldenValue], now: datetime) -> ChangeSet:
        """Settles what a crash left, pulls, decides."""
        self.run += 1
        crm = self.open(now)
        settle_unknown(crm, self.ledger, FixedClock(now))
        schema, accounts = crm.describe(), crm.pull().accounts
        columns = {name: column.name for name in FIELDS if (column := schema.column_of(name)) is not None}
        views = [
            self._view(crm, a, name, column, truth.get((a.id, name)), now)
            for a in accounts
            for name, column in columns.items()
        ]
        self.last = now
        return build_change_set(
            views, run_id=f"run-{self.run}", crm=crm.kind, created_at=now, accounts=len(accounts), limit=1.0
        )

    def night(self, truth: Mapping[tuple[str, str], GoldenValue], now: datetime) -> ApplyReport:
        """One whole night."""
        plan = self.plan(truth, now)
        return apply_change_set(self.open(now), self.ledger, plan, FixedClock(now))

    def _view(
        self, crm: Crm, account: Account, name: str, column: str, said: GoldenValue | None, now: datetime
    ) -> FieldView:
        spec, current = CATALOGUE[name], account.get(name)
        key = spec.value_type.key(current) if current else ""
        seen = self._look(account.id, name, current, now)
        history = history_of(account, name, seen)
        cleared = (account.id, name) in self.cleared
        standing = replace(self.ledger.standing(account.id, name), cleared_by_person=cleared)
        ours = bool(standing.ours_key) and standing.ours_key == key
        age = None if history.changed_at is None else (now - history.changed_at).days
        if current is None:
            status = Freshness.MISSING
        elif spec.value_type.problem(current):
            status = Freshness.INVALID
        else:
            expired = age is not None and age >= spec.ttl_days and not ours
            status = Freshness.EXPIRED if expired else Freshness.FRESH if age is not None else Freshness.DUE
        return FieldView(
            account, spec, column, current, key, said, Staleness(account.id, name, status, status, age, spec.ttl_days),
            history, standing, now, held_as=crm.held_as(name, said.value) if said else None,
        )  # fmt: skip

    def _look(self, account_id: str, name: str, current: str | None, now: datetime) -> Seen:
        before = self.seen.get((account_id, name))
        if before is None:
            seen = Seen(now)
        elif before[0] == current:
            seen = before[1]
        else:
            seen = Seen(now, self.last)
            if current is None:
                self.cleared.add((account_id, name))
        if current is not None:
            self.cleared.discard((account_id, name))
        self.seen[account_id, name] = (current, seen)
        return seen


class Nights(CrmNights):
    """Nights over a file."""

    def __init__(self, path: Path, ledger: MemoryLedger | None = None) -> None:
        super().__init__(lambda now: file_crm(path, FixedClock(now)), ledger or MemoryLedger())

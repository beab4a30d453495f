"""A CRM across a network, in memory: no precondition, a field history, a call budget, and faults on demand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from accounts.account import Account, Actor, FieldHistory
from accounts.change import Change, WriteOutcome, WriteStatus
from accounts.errors import CrmUnavailable
from crm.base import CallBudget, Capabilities, Column, FieldEvent, Prepared, Pull, Schema
from tests.crm.build import NOW


@dataclass
class RemoteCrm:
    """`cells` is the CRM's state. `reject` maps account ids to the vendor's words; hooks run just before a write."""

    cells: dict[str, dict[str, str]]
    batch_size: int = 200
    kind: str = "remote"
    reject: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    die_after_commit: int = 0
    calls_left: int | None = None
    before_write: Callable[[], None] = lambda: None
    stored: Callable[[str], str] = lambda text: text
    log: list[str] = field(default_factory=list)
    history: list[FieldEvent] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(precondition=False, history=True, batch_size=self.batch_size)

    def describe(self) -> Schema:
        return Schema(
            "id", tuple(Column(name, name) for name in ("phone", "city") if name not in self.hidden)
        )

    def pull(self, cursor: str | None = None) -> Pull:
        return Pull(tuple(map(self._account, self.cells)), "c", complete=True, fingerprint=str(self.cells))

    def read(self, ids: Collection[str]) -> Mapping[str, Account]:
        self._call("read")
        return {i: self._account(i) for i in ids if i in self.cells}

    def prepare(self, changes: Sequence[Change]) -> Prepared:
        known = {column.name for column in self.describe().columns}
        refused = [
            WriteOutcome(c, WriteStatus.INVALID, NOW, message="no such column")
            for c in changes
            if c.column not in known
        ]
        return Prepared(tuple(c for c in changes if c.column in known), tuple(refused))

    def send(self, changes: Sequence[Change]) -> Sequence[WriteOutcome]:
        self._call("send")
        self.before_write()
        outcomes = []
        for change in changes:
            if change.account_id in self.reject:
                said = self.reject[change.account_id]
                outcomes.append(WriteOutcome(change, WriteStatus.REJECTED, NOW, message=said))
                continue
            self.edit(
                change.account_id, change.field, change.value and self.stored(change.value), "evergreen"
            )
            outcomes.append(WriteOutcome(change, WriteStatus.WRITTEN, NOW))
        if self.die_after_commit:
            self.die_after_commit -= 1
            raise CrmUnavailable("The line went dead.", crm=self.kind)
        return outcomes

    def holds(self, change: Change, text: str | None) -> bool:
        return (text or "") == (self.stored(change.value) if change.value else "")

    def held_as(self, field: str, value: str) -> str:
        return self.stored(value)

    def events(self, ids: Collection[str], since: datetime) -> Sequence[FieldEvent]:
        self._call("events")
        return [e for e in self.history if e.account_id in ids and e.at >= since]

    def install(self, fields: Sequence[str]) -> Sequence[str]:
        """Nothing: this CRM has all its fields."""
        return ()

    def budget(self) -> CallBudget | None:
        return None if self.calls_left is None else CallBudget(self.calls_left)

    def edit(self, account: str, name: str, value: str | None, by: str = "maya", at: datetime = NOW) -> None:
        """Anybody's edit, ours included."""
        old = self.cells[account].get(name)
        actor = Actor.OURS if by == "evergreen" else Actor.PERSON
        self.history.append(FieldEvent(account, name, old, value, by, actor, at))
        self.cells[account] = {k: v for k, v in {**self.cells[account], name: value}.items() if v}

    def _account(self, account_id: str) -> Account:
        told = {
            e.field: FieldHistory(e.at, e.by, e.actor) for e in self.history if e.account_id == account_id
        }
        return replace(
            Account(account_id, dict(self.cells[account_id])), history=told, held=account_id in self.held
        )

    def _call(self, what: str) -> None:
        self.log.append(what)
        if self.calls_left is not None:
            self.calls_left -= 1

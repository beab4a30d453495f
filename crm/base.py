"""What every CRM offers the engine, whatever is behind it: a file, a web API, a bulk job.

A connector reads accounts (`pull` by cursor, `read` by id), tells its columns (`describe`), and writes single
cells (`prepare`, then `send`). Everything else (policies, ledger, resume, undo) is the engine's and the same for all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from accounts.account import Account, Actor
from accounts.change import Change, WriteOutcome


@dataclass(frozen=True, slots=True)
class Column:
    """One column or property of the CRM.

    `name` is the CRM's own, `field` the catalogue field it holds (None: not one of ours), `type` the catalogue's
    name of the value type. `exists` is False for a column that the first write would add. `options` are the values
    of a pick list, empty where any text goes; `max_length` is in characters.
    """

    name: str
    field: str | None = None
    type: str = "text"
    writable: bool = True
    exists: bool = True
    options: tuple[str, ...] = ()
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """The CRM's columns, which one is the key, and what is odd about them (`warnings`, in words)."""

    key: str
    columns: tuple[Column, ...]
    warnings: tuple[str, ...] = ()

    def column_of(self, field: str) -> Column | None:
        """The column that holds a catalogue field, or None."""
        return next((c for c in self.columns if c.field == field), None)

    def missing(self, fields: Iterable[str]) -> tuple[str, ...]:
        """Those of the fields that have no column yet."""
        held = {c.field for c in self.columns if c.exists}
        return tuple(name for name in fields if name not in held)


@dataclass(frozen=True, slots=True)
class Pull:
    """Accounts as read at one time.

    `complete`: these are all accounts there are; False: only those changed since the cursor handed in (which a
    connector reads with overlap, so the same account may come again). `cursor` is opaque: hand it back next time.
    `fingerprint` changes whenever what was read changes. `gone` are ids deleted or merged away since the cursor.
    """

    accounts: tuple[Account, ...]
    cursor: str | None
    complete: bool
    fingerprint: str
    gone: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the engine may count on.

    `precondition`: `send` itself refuses to write over anything but a change's `base` (file lock, ETag); without
    it the engine re-reads just before and looks again just after. `history`: `events` tells who changed which
    field when. `batch_size`: changes in one `send`; where `by_account`, accounts, with all the changes of each.

    `own_columns` are ours alone, nobody else writes them: they are sent without a guard, `own_batch` accounts at a time.
    `calls_a_batch` must be left of a metered budget for another batch: re-read, send, read back.
    """

    precondition: bool
    history: bool
    batch_size: int
    by_account: bool = False
    own_columns: frozenset[str] = frozenset()
    own_batch: int = 0
    calls_a_batch: int = 3


@dataclass(frozen=True, slots=True)
class FieldEvent:
    """One change of one field as the CRM's own history tells it; `at` in UTC, None is blank."""

    account_id: str
    field: str
    old: str | None
    new: str | None
    by: str
    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """Changes checked against the schema: `ready` ones carry their before-image, `refused` are never sent."""

    ready: tuple[Change, ...] = ()
    refused: tuple[WriteOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class CallBudget:
    """What is left of a metered API, for this run's share of it; `resets_at` in UTC."""

    calls_left: int
    resets_at: datetime | None = None


class Crm(Protocol):
    """A CRM. Methods raise CrmUnavailable (out of reach) or CrmRefused (its shape forbids going on)."""

    @property
    def kind(self) -> str:
        """The kind's name, as in `[crm] kind`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What the engine may count on."""
        ...

    def describe(self) -> Schema:
        """The columns there are (and could be added), mapped to catalogue fields."""
        ...

    def pull(self, cursor: str | None = None) -> Pull:
        """All accounts, or those changed since a cursor of an earlier pull."""
        ...

    def read(self, ids: Collection[str]) -> Mapping[str, Account]:
        """These accounts as they stand now; an id that is gone is left out."""
        ...

    def prepare(self, changes: Sequence[Change]) -> Prepared:
        """Checks changes against the schema and attaches before-images; writes nothing."""
        ...

    def send(self, changes: Sequence[Change]) -> Sequence[WriteOutcome]:
        """Writes one batch and tells what became of every change, in order; one bad row never loses the others.

        An outcome's `read_back` is "" for a cell found blank, None where the connector did not look: then the engine
        does. May raise CrmUnavailable when it cannot tell what became of any; the engine then reads back, too.
        """
        ...

    def holds(self, change: Change, text: str | None) -> bool:
        """True when a text read from the CRM is the change's value, normalised as this CRM normalises."""
        ...

    def held_as(self, field: str, value: str) -> str:
        """The text this CRM would hold for a value of a catalogue field: its pick-list entry, its format."""
        ...

    def events(self, ids: Collection[str], since: datetime) -> Sequence[FieldEvent]:
        """The field history of accounts since a time, oldest first; empty where the CRM keeps none."""
        ...

    def install(self, fields: Sequence[str]) -> Sequence[str]:
        """Creates columns for catalogue fields that have none; returns the names made. Never changes an existing one."""
        ...

    def budget(self) -> CallBudget | None:
        """What is left of the call budget, or None where calls are free."""
        ...

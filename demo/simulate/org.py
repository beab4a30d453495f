"""The state of a simulated CRM: properties, accounts, users, every edit of every field, and faults to meet."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

US, HUMAN, MACHINE = "evergreen", "maya", "import"


@dataclass(slots=True)
class Trait:
    """A property of the account object. `type` is the vendor's name; `options` are a pick list's active values."""

    name: str
    type: str
    label: str = ""
    length: int = 255
    options: tuple[str, ...] = ()
    restricted: bool = False
    writable: bool = True
    custom: bool = False
    tracked: bool = True
    normalise: Callable[[Any], Any] | None = None


@dataclass(slots=True)
class Entry:
    """One account: values by property name, blanks left out."""

    id: str
    values: dict[str, Any]
    created: datetime
    modified: datetime
    modified_by: str
    version: int = 1
    deleted: datetime | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one property."""

    at: datetime
    id: str
    name: str
    old: Any
    new: Any
    by: str


class Refusal(Exception):
    """A write that the CRM refuses; `code` is one of those below, each simulator has the vendor's words for it."""

    def __init__(self, code: str, message: str, names: tuple[str, ...] = ()) -> None:
        self.code, self.message, self.names = code, message, names
        super().__init__(message)


LOCKED, HELD, INVALID, GONE, UNKNOWN, READ_ONLY, TOO_LONG, NOT_LISTED, WRONG_TYPE, DUPLICATE = (
    "locked", "held", "invalid", "gone", "unknown", "read_only", "too_long", "not_listed", "wrong_type", "duplicate",
)  # fmt: skip


@dataclass(slots=True)
class Faults:
    """What goes wrong, set by tests and by `evergreen simulate`'s owner.

    `locks`: writes of a record that meet a row lock, counted down. `throttle`, `expire`, `html`, `fail`: so many of the next
    requests get 429, an expired token, a proxy's page with status 200, a 503. `calls_left` is the daily limit.
    `hang_after_commit`: so many of the next writing requests are done and never answered. `lag`: searches do not see
    writes younger than this. `refuse` maps a property to a validation rule's words, `reject` a record to some row error.
    `approval` are records in approval; `hidden` properties our user may not see, `read_only` not write. `before_write` runs once
    before the next writing request: a person's edit between read and write; `after_write` after it.
    """

    locks: dict[str, int] = field(default_factory=dict)
    throttle: int = 0
    retry_after: float = 0.0
    expire: int = 0
    html: int = 0
    fail: int = 0
    calls_left: int | None = None
    calls_limit: int = 100_000
    hang_after_commit: int = 0
    lag: timedelta = timedelta()
    refuse: dict[str, str] = field(default_factory=dict)
    reject: dict[str, str] = field(default_factory=dict)
    duplicates: set[str] = field(default_factory=set)
    approval: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    read_only: set[str] = field(default_factory=set)
    before_write: Callable[[], None] | None = None
    after_write: Callable[[], None] | None = None


class OrgClock:
    """The CRM's own clock: stands still until it is moved; every write moves it a little. Without a start, the machine's."""

    def __init__(self, start: datetime | None = None, tick: timedelta = timedelta(seconds=1)) -> None:
        self._start, self._tick, self._moved = start, tick, timedelta()

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        if self._start is None:
            return datetime.now(UTC)
        return self._start + self._moved

    def tick(self) -> datetime:
        """Moves on by one tick and gives the time."""
        self._moved += self._tick
        return self.now()

    def advance(self, by: timedelta) -> None:
        """Moves on."""
        self._moved += by


class Org:
    """Accounts and what may be done to them; every refusal is a `Refusal`."""

    def __init__(
        self, traits: Iterable[Trait], clock: OrgClock | None = None, id_of: Callable[[int], str] = str
    ) -> None:
        self.traits = {trait.name: trait for trait in traits}
        self.clock = clock or OrgClock()
        self.entries: dict[str, Entry] = {}
        self.edits: list[Edit] = []
        self.faults = Faults()
        self.writes = 0
        self._edits_of: dict[str, list[Edit]] = {}
        self._numbers, self._id_of = itertools.count(1), id_of

    def add(self, values: Mapping[str, Any], by: str = MACHINE, at: datetime | None = None) -> str:
        """A new account; returns its id."""
        name, now = self._id_of(next(self._numbers)), at or self.clock.now()
        kept = {k: v for k, v in values.items() if v not in (None, "")}
        self.entries[name] = Entry(name, kept, now, now, by)
        return name

    def live(self) -> list[Entry]:
        """The accounts that are neither deleted nor merged away."""
        return [entry for entry in self.entries.values() if entry.deleted is None]

    def find(self, name: str) -> Entry | None:
        """A live account."""
        entry = self.entries.get(name)
        return entry if entry is not None and entry.deleted is None else None

    def visible(self) -> list[Trait]:
        """The properties our user may see."""
        return [trait for trait in self.traits.values() if trait.name not in self.faults.hidden]

    def may_write(self, trait: Trait) -> bool:
        """True where our user may write a property."""
        return trait.writable and trait.name not in self.faults.read_only | self.faults.hidden

    def edit(self, name: str, values: Mapping[str, Any], by: str = HUMAN) -> None:
        """A person's edit, or any write that is not checked: values as they are stored, None to clear."""
        entry = self.entries[name]
        now = self.clock.tick()
        changed = {k: v for k, v in values.items() if entry.values.get(k) != (None if v == "" else v)}
        for key, value in changed.items():
            new = None if value == "" else value
            edit = Edit(now, name, key, entry.values.get(key), new, by)
            self.edits.append(edit)
            self._edits_of.setdefault(name, []).append(edit)
            if new is None:
                entry.values.pop(key, None)
            else:
                entry.values[key] = new
        entry.modified, entry.modified_by, entry.version = now, by, entry.version + 1

    def write(self, name: str, values: Mapping[str, Any], by: str = US) -> None:
        """A write over the API, with everything the CRM checks. Raises Refusal; then nothing of it is written."""
        entry = self.find(name)
        if entry is None:
            raise Refusal(GONE, "entity is deleted" if name in self.entries else "no such record")
        if self.faults.locks.get(name, 0) > 0:
            self.faults.locks[name] -= 1
            raise Refusal(LOCKED, "unable to obtain exclusive access to this record")
        if name in self.faults.approval:
            raise Refusal(HELD, "the record is locked in an approval process")
        if name in self.faults.duplicates:
            raise Refusal(DUPLICATE, "a duplicate record was found")
        if name in self.faults.reject:
            raise Refusal(INVALID, self.faults.reject[name])
        self.edit(name, {key: self._checked(key, value) for key, value in values.items()}, by)
        self.writes += 1

    @contextmanager
    def transaction(self, names: Iterable[str]) -> Iterator[None]:
        """All writes to these accounts within, or, where one is refused, none."""
        edits, writes = len(self.edits), self.writes
        before = {
            n: replace(e, values=dict(e.values)) for n in names if (e := self.entries.get(n)) is not None
        }
        try:
            yield
        except Exception:
            for edit in reversed(self.edits[edits:]):
                self._edits_of[edit.id].remove(edit)
            del self.edits[edits:]
            self.entries.update(before)
            self.writes = writes
            raise

    def history(self, name: str) -> list[Edit]:
        """The edits of tracked properties of one account, oldest first."""
        return [edit for edit in self._edits_of.get(name, ()) if self.traits[edit.name].tracked]

    def delete(self, name: str, merged_into: str | None = None) -> None:
        """Deletes an account, or merges it away."""
        entry = self.entries[name]
        entry.deleted = entry.modified = self.clock.tick()
        entry.merged_into = merged_into

    def _checked(self, key: str, value: Any) -> Any:
        trait = self.traits.get(key)
        if trait is None or key in self.faults.hidden:
            raise Refusal(UNKNOWN, f"no such field: {key}", (key,))
        if not self.may_write(trait):
            raise Refusal(READ_ONLY, f"field is not writeable: {key}", (key,))
        if key in self.faults.refuse:
            raise Refusal(INVALID, self.faults.refuse[key], (key,))
        if value in (None, ""):
            return None
        if trait.options and trait.restricted and value not in trait.options:
            raise Refusal(NOT_LISTED, f"bad value for restricted picklist field: {value}", (key,))
        if isinstance(value, str) and len(value) > trait.length:
            raise Refusal(
                TOO_LONG, f"{trait.label or key}: data value too large (max length={trait.length})", (key,)
            )
        return trait.normalise(value) if trait.normalise is not None else value

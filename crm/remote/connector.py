"""The base of every connector to a web API: all of `crm.base.Crm`, over the few calls in which vendors differ.

A connector implements the methods from `properties` to `left`; everything else (mapping, checks, batching by account, retries
of locked rows, re-reading before a retry, read-back, history) is here and the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from time import sleep as real_sleep
from typing import Any, ClassVar

from accounts.account import Account, Actor
from accounts.catalogue import Catalogue
from accounts.change import Change, ChangeKind, WriteOutcome, WriteStatus
from accounts.clock import Clock
from accounts.config import Config
from accounts.errors import CrmRefused
from crm.base import CallBudget, Capabilities, Column, FieldEvent, Prepared, Pull, Schema
from crm.history import actor_of
from crm.merge import same_text
from crm.remote.checks import change_problem
from crm.remote.delivery import Delivery
from crm.remote.fitness import Misfit, misfits
from crm.remote.formats import Unfit, Wire, decode, encode, is_true, read_moment
from crm.remote.mapping import FieldMapping, MappedField, load_mapping
from crm.remote.meter import CallMeter
from crm.remote.options import Options
from crm.remote.reading import account_of, event_of, fingerprint_of
from crm.remote.records import Left, Property, PropertyEvent, Record, Row, RowResult
from crm.remote.shaped import lay_around

#: How far back the history of values is read at a full pull: the longest human hold of the shipped catalogue.
_HISTORY = timedelta(days=365)


class RemoteCrm(ABC):
    """A CRM behind a web API. Raises CrmUnavailable, CrmRefused as the protocol says."""

    kind: ClassVar[str]
    #: How the vendor writes values.
    wire: ClassVar[Wire] = Wire()
    #: Accounts in one writing call, and in one call of `records`.
    rows_a_call: ClassVar[int] = 100
    reads_a_call: ClassVar[int] = 100
    #: True where `write` refuses rows whose `seen.version` is no longer the newest.
    precondition: ClassVar[bool] = False
    #: True where `history` or `records` tell who changed which property.
    keeps_history: ClassVar[bool] = False
    #: Accounts whose own-lane properties one `write_own` takes; 0: they go with `write`.
    own_rows: ClassVar[int] = 0
    #: Calls a batch takes: re-read, write, read back.
    calls_a_batch: ClassVar[int] = 3
    #: Changes may become visible this late: an incremental pull reads so far back before its cursor.
    overlap: ClassVar[timedelta] = timedelta(minutes=10)

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        lay_around(cls)

    def __init__(self, config: Config, catalogue: Catalogue, clock: Clock) -> None:
        self.config, self.catalogue, self.clock = config, catalogue, clock
        extras = config.crm.options.get("extras", {})
        self.mapping: FieldMapping = load_mapping(self.kind, catalogue, config.crm.columns, extras)
        self.meter = CallMeter(config.crm.budget_share)
        self.sleep, self.jitter = real_sleep, Random()
        self.unmapped: Counter[tuple[str, str]] = Counter()
        self._properties: Mapping[str, Property] | None = None
        self._fresh: dict[str, Record] = {}
        self._pulled: tuple[Record, ...] = ()

    # -- what a connector implements ---------------------------------------------------------------------------

    @abstractmethod
    def properties(self) -> Iterable[Property]:
        """All properties of the account object that our user may see."""

    @abstractmethod
    def pages(self, names: Sequence[str], since: datetime | None) -> Iterator[Sequence[Record]]:
        """All accounts, or those changed at or after a time, page by page, with these properties."""

    @abstractmethod
    def records(self, ids: Sequence[str], names: Sequence[str]) -> Iterable[Record]:
        """At most `reads_a_call` accounts as they stand now, with their newest history where it comes free of charge."""

    @abstractmethod
    def write(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """Writes at most `rows_a_call` rows in one go and tells what became of each, in order.

        CrmOutcomeUnknown may be raised where it cannot be told: all rows are then read back.
        """

    def write_own(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """The same for at most `own_rows` rows of properties that are ours alone, where there is a cheaper way."""
        found: list[RowResult] = []
        for start in range(0, len(rows), self.rows_a_call):
            found += self.write(rows[start : start + self.rows_a_call])
        return found

    def gone(self, since: datetime) -> Iterable[str]:
        """Ids deleted or merged away since a time, where the CRM tells."""
        return ()

    def history(self, ids: Collection[str] | None, since: datetime) -> Iterable[PropertyEvent]:
        """Changes of mapped properties since a time, of these accounts or (None) of all, oldest first."""
        return ()

    def create(self, fields: Sequence[MappedField]) -> Sequence[str]:
        """Makes properties for these fields and grants our user access; returns their names."""
        raise CrmRefused(
            f"Properties of {self.kind} cannot be made through its API.", crm=self.kind,
            remedy="Let an administrator make " + ", ".join(m.property for m in fields) + ".",
        )  # fmt: skip

    def left(self) -> Left | None:
        """What is left of the daily call limit, asked of the CRM; here what the owner allows a run, where it is set."""
        allowed = int(Options(self.config).number("calls_a_run", 0))
        return Left(max(0, allowed - self.meter.made)) if allowed else None

    def our_names(self) -> frozenset[str]:
        """Names our own user goes by in the CRM's histories, beside `[crm] our_user`."""
        return frozenset()

    # -- the protocol ------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """What the engine may count on."""
        own = frozenset(m.property for m in self.mapping.lane("own"))
        return Capabilities(
            self.precondition, self.keeps_history, self.rows_a_call, by_account=True,
            own_columns=own, own_batch=self.own_rows or self.rows_a_call,
            calls_a_batch=self.calls_a_batch,
        )  # fmt: skip

    def describe(self) -> Schema:
        """The mapped columns, then the others; what does not fit, and what `setup-crm` would make, as warnings."""
        self._properties = None
        there = self.schema()
        columns: list[Column] = []
        warnings = [str(m) for m in self.misfits() if not self._creatable(m)]
        makable = [m.property for m in self.misfits() if self._creatable(m)]
        if makable:
            warnings.append(
                f"Not there yet: {', '.join(makable)}. `evergreen setup-crm` makes what our user may make."
            )
        for mapped in self.mapping:
            prop = there.get(mapped.property)
            kind = self.catalogue[mapped.field].type
            if prop is not None:
                options = tuple(prop.options) if prop.restricted else ()
                columns.append(
                    Column(
                        prop.name,
                        mapped.field,
                        kind,
                        prop.writable,
                        options=options,
                        max_length=prop.max_length,
                    )
                )
            elif not mapped.create:
                columns.append(Column(mapped.property, mapped.field, kind, writable=False, exists=False))
        columns += [
            Column(p.name, None, p.shape.value, False) for p in there.values() if not self.mapping.at(p.name)
        ]
        return Schema("id", tuple(columns), tuple(warnings))

    def pull(self, cursor: str | None = None) -> Pull:
        """All accounts, or those changed since the cursor less an overlap, with who changed what where that is kept."""
        since = read_moment(cursor) if cursor else None
        start = since - self.overlap if since else None
        found: dict[str, Record] = {}
        for page in self.pages(self._names(), start):
            found.update((record.id, record) for record in page)
        events = self._events_by_id(None, start or self.clock.now() - _HISTORY) if self.keeps_history else {}
        self._pulled = tuple(found.values())
        accounts = tuple(
            account_of(self, r, events.get(r.id, ()) if r.events is None else r.events)
            for r in found.values()
        )
        stamps = [r.modified_at for r in found.values() if r.modified_at is not None]
        newest = max([*stamps, *([since] if since else [])], default=None)
        gone = tuple(self.gone(start)) if start else ()
        return Pull(
            accounts, newest.isoformat() if newest else None, since is None, fingerprint_of(accounts),
            tuple(i for i in gone if i not in found),
        )  # fmt: skip

    def read(self, ids: Collection[str]) -> Mapping[str, Account]:
        """These accounts as they stand now; an id that is gone is left out."""
        return {
            record.id: account_of(self, record, record.events or ())
            for record in self.read_records(ids).values()
        }

    def prepare(self, changes: Sequence[Change]) -> Prepared:
        """Checks changes against mapping and types. Raises CrmRefused, listing all of them, when one needs a misfit."""
        wrong = {m.field: m for m in self.misfits()}
        if any(c.field in wrong and c.column == wrong[c.field].property for c in changes):
            told = " ".join(str(m) for m in wrong.values() if not self._creatable(m) or _needed(m, changes))
            raise CrmRefused(
                f"{len(wrong)} mapped fields do not fit {self.kind}: {told}", crm=self.kind,
                remedy="Nothing was written. `evergreen check` shows the list.",
            )  # fmt: skip
        ready: list[Change] = []
        refused: list[WriteOutcome] = []
        for change in changes:
            problem = change_problem(self, change)
            if problem is not None:
                refused.append(WriteOutcome(change, WriteStatus.INVALID, self.clock.now(), message=problem))
            elif change.kind is not ChangeKind.RESTORE and self.holds(change, change.base):
                base = change.base or ""
                refused.append(WriteOutcome(change, WriteStatus.UNCHANGED, self.clock.now(), base, base))
            else:
                ready.append(change)
        return Prepared(tuple(ready), tuple(refused))

    def send(self, changes: Sequence[Change]) -> Sequence[WriteOutcome]:
        """Writes one batch, reads it back, and tells what became of every change, in order."""
        return Delivery(self).send(changes)

    def holds(self, change: Change, text: str | None) -> bool:
        """True when a text is what the CRM would hold for the change's value."""
        if change.value is None:
            return not (text or "").strip()
        if same_text(text, change.value):
            return True
        return change.kind is not ChangeKind.RESTORE and same_text(
            text, self.held_as(change.field, change.value)
        )

    def held_as(self, field: str, value: str) -> str:
        """The text the CRM would hold for a value: through the pick-list mapping, the type and the server's habits."""
        if field not in self.mapping:
            return value
        mapped = self.mapping[field]
        text, prop = mapped.translated(value), self.schema().get(mapped.property)
        if prop is None:
            return text
        try:
            return decode(prop, encode(self.wire, prop, text)) or ""
        except Unfit:
            return text

    def events(self, ids: Collection[str], since: datetime) -> Sequence[FieldEvent]:
        """The field history of accounts since a time, oldest first; what the last read brought along is not asked again."""
        if not self.keeps_history:
            return ()
        told = [self._fresh[i] for i in ids if i in self._fresh and self._fresh[i].events is not None]
        asked = set(ids) - {record.id for record in told}
        raw = [event for record in told for event in record.events or () if event.at >= since]
        raw += list(self.history(asked, since)) if asked else []
        found = [event for event in (event_of(self, event) for event in raw) if event is not None]
        return sorted(found, key=lambda event: event.at)

    def install(self, fields: Sequence[str]) -> Sequence[str]:
        """Makes the properties that are missing and ours to make; returns their names."""
        there = self.schema()
        wanted = [self.mapping[f] for f in fields if f in self.mapping]
        missing = [m for m in wanted if m.property not in there and m.create]
        made = tuple(self.create(missing)) if missing else ()
        self._properties = None
        return made

    def wrongs(self) -> Iterator[tuple[str, str, str | None]]:
        """Values people have ticked as wrong, as the last pull found them: account, field, who changed the record last."""
        ticks = {
            m.removeprefix("wrong_"): name
            for m, name in self.mapping.extras.items()
            if m.startswith("wrong_")
        }
        for record in self._pulled:
            for field, name in ticks.items():
                if is_true(record.properties.get(name)):
                    yield record.id, field, record.modified_by

    def budget(self) -> CallBudget | None:
        """What is left of this run's share of the calls."""
        if self.meter.budget() is None:
            left = self.left()
            if left is not None:
                self.meter.told(left)
        return self.meter.budget()

    # -- what the base shares with its delivery ----------------------------------------------------------------

    def schema(self) -> Mapping[str, Property]:
        """The properties by name, asked once."""
        if self._properties is None:
            self._properties = {p.name: p for p in self.properties()}
        return self._properties

    def misfits(self) -> tuple[Misfit, ...]:
        """Mapped fields the CRM cannot take."""
        return misfits(self.mapping, self.schema(), self.catalogue)

    def read_records(self, ids: Collection[str]) -> dict[str, Record]:
        """These accounts as they stand now, kept as what was seen last."""
        wanted, names = sorted(set(ids)), self._names()
        found: dict[str, Record] = {}
        for start in range(0, len(wanted), self.reads_a_call):
            found.update(
                (record.id, record)
                for record in self.records(wanted[start : start + self.reads_a_call], names)
            )
        found = {i: found[i] for i in wanted if i in found}
        for i in wanted:
            self._fresh.pop(i, None)
        self._fresh.update(found)
        return found

    def read_many(self, ids: Collection[str], since: datetime) -> dict[str, Record]:
        """The same for many accounts that were all changed at or after a time: page by page, which costs fewer calls."""
        if len(ids) <= 3 * self.reads_a_call:
            return self.read_records(ids)
        wanted = set(ids)
        found: dict[str, Record] = {}
        for page in self.pages(self._names(), since - self.overlap):
            found.update((record.id, record) for record in page if record.id in wanted)
        missing = wanted - set(found)
        return found | (self.read_records(missing) if missing else {})

    def seen(self, account_id: str) -> Record | None:
        """The account as it was read last."""
        return self._fresh.get(account_id)

    def text(self, record: Record, field: str) -> str | None:
        """A catalogue field's text in a record."""
        mapped = self.mapping[field]
        prop = self.schema().get(mapped.property)
        return decode(prop, record.properties.get(mapped.property)) if prop else None

    def hands_of(self, name: str | None, told: Actor | None) -> Actor:
        """What kind of hands a user of the CRM stands for."""
        if name is not None and name.strip().casefold() in {n.casefold() for n in self.our_names()}:
            return Actor.OURS
        found = actor_of(name, frozenset(self.config.crm.machine_users), self.config.crm.our_user)
        return told if told is not None and found is not Actor.OURS else found

    # -- private -----------------------------------------------------------------------------------------------

    def _names(self) -> tuple[str, ...]:
        there = self.schema()
        names = [m.property for m in self.mapping if m.property in there]
        hold = self.config.crm.hold_column
        extras = [
            name for name in (*self.mapping.extras.values(), hold) if name is not None and name in there
        ]
        return tuple(dict.fromkeys([*names, *extras]))

    def _creatable(self, misfit: Misfit) -> bool:
        return misfit.absent and self.mapping[misfit.field].create

    def _events_by_id(self, ids: Collection[str] | None, since: datetime) -> dict[str, list[PropertyEvent]]:
        found: dict[str, list[PropertyEvent]] = {}
        for event in self.history(ids, since):
            found.setdefault(event.id, []).append(event)
        return found


def _needed(misfit: Misfit, changes: Sequence[Change]) -> bool:
    return any(change.field == misfit.field for change in changes)


lay_around(RemoteCrm)

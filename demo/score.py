"""Counts, against the truth, what nights did to the CRM: per field, precision and recall."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.catalogue import shipped_catalogue
from demo.changes import CHANGED_FIELDS, Event, Happening
from demo.crm_export import JUDGED, Row
from demo.sites import Condition
from demo.truth import Truth, truths_of
from demo.world import World

Cell = tuple[str, str]
"""Account id and field."""
#: A planted change counts as found when it is written or asked about by the second night after it.
WITHIN = 2


@dataclass(slots=True)
class Share:
    """So many of so many."""

    part: int = 0
    whole: int = 0

    def add(self, good: bool) -> None:
        """Counts one more."""
        self.whole += 1
        self.part += good

    @property
    def rate(self) -> float | None:
        """Between 0 and 1, or None of nothing."""
        return self.part / self.whole if self.whole else None


@dataclass(slots=True)
class Tally:
    """One field's counts.

    `fill` and `replace`: of what was written, right. `filled`: of the blanks whose value stood on a site, filled right
    within two nights; `renewed`: the same of wrong values that are old or invalid and nobody's own. `flag`: of the
    standing values replaced, asked about or said to be contradicted, wrong. `flagged`: of such wrong values, flagged.
    `planted`: of the cells a change made wrong while a site shows it, written or asked about rightly within two
    nights. `clobbered`: cells of people that we changed; `harmed`: right values made wrong; `restyled`: right values
    written in another form.
    """

    fill: Share = field(default_factory=Share)
    filled: Share = field(default_factory=Share)
    replace: Share = field(default_factory=Share)
    renewed: Share = field(default_factory=Share)
    flag: Share = field(default_factory=Share)
    flagged: Share = field(default_factory=Share)
    planted: Share = field(default_factory=Share)
    clobbered: int = 0
    harmed: int = 0
    restyled: int = 0


@dataclass(slots=True)
class Wanted:
    """A cell that ought to be put right by a night, and how; `event` is what made it wrong, where that was planted."""

    how: str
    by: int
    event: Event | None = None


@dataclass
class Scorer:
    """Follows the nights of one world; for the reader it keeps what was written wrong, doubted though right, or missed."""

    world: World
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in JUDGED})
    mistakes: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    doubted: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    missed: list[tuple[int, str, str, str]] = field(default_factory=list)
    _wanted: dict[Cell, list[Wanted]] = field(default_factory=dict)
    _flagged: set[tuple[str, str, str]] = field(default_factory=set)
    _found: dict[Event, bool] = field(default_factory=dict)

    @property
    def happenings(self) -> dict[Happening, Share]:
        """Of each kind of planted change that a site shows, how many were found in all their fields."""
        shares = {kind: Share() for kind in CHANGED_FIELDS}
        for event, found in self._found.items():
            shares[event.kind].add(found)
        return shares

    def told_missed(self) -> list[tuple[int, str, str, str]]:
        """What was missed, planted changes first and blanks last."""
        order = {"filled": 2, "renewed": 1, "flagged": 1}
        return sorted(self.missed, key=lambda missed: order.get(missed[3], 0))

    def expect(self, rows: Iterable[Row], events: Collection[Event]) -> None:
        """Notes, before a night, what it and the next ought to find: first what stands wrong, later what was planted."""
        changed: dict[int, list[Event]] = {}
        for event in events:
            changed.setdefault(event.number, []).append(event)
        for row in rows:
            if row.number is None:
                continue
            if not self.world.night:
                self._want(row, JUDGED, None)
            for event in changed.get(row.number, ()):
                self._want(row, CHANGED_FIELDS.get(event.kind, ()), event)

    def _want(self, row: Row, names: Iterable[str], event: Event | None) -> None:
        truths = truths_of(self.world, self.world.firm(row.number or 0))
        for name in names:
            how = self._planted(row, name, truths[name]) if event else self._how(row, name, truths[name])
            if how:
                wanted = Wanted(how, self.world.night + WITHIN - 1, event)
                self._wanted.setdefault((row.id, name), []).append(wanted)

    def _planted(self, row: Row, name: str, truth: Truth) -> str | None:
        """A change is looked for where it made a cell wrong and the site the record names shows it tonight."""
        shown = truth.visible or (name == "website" and self._shows_loss(row))
        wrong = bool(row.cells[name]) and not truth.agrees(row.cells[name])
        return "planted" if shown and wrong and self._reachable(row, name) else None

    def _shows_loss(self, row: Row) -> bool:
        """True where the site itself says that it is its company's no longer."""
        condition = self.world.site(self.world.firm(row.number or 0)).condition
        return condition in (Condition.PARKED, Condition.LEADS_AWAY)

    def _how(self, row: Row, name: str, truth: Truth) -> str | None:
        text = row.cells[name]
        if not truth.visible or truth.agrees(text) or self._protected(row, name):
            return None
        if not self._reachable(row, name):
            return None
        if not text:
            return "filled"
        spec = shipped_catalogue()[name]
        return "renewed" if self._replaceable(row, name, truth) and not spec.sensitive else "flagged"

    def _reachable(self, row: Row, name: str) -> bool:
        """True where the record names a site, or a register knows the company."""
        return bool(row.cells["website"]) or (name != "website" and self._listed(row))

    def _listed(self, row: Row) -> bool:
        return row.number is not None and self.world.firm(row.number).cik > 0

    def _replaceable(self, row: Row, name: str, truth: Truth) -> bool:
        spec = shipped_catalogue()[name]
        stamp = row.cells["last_modified"]
        age = (self.world.now() - datetime.fromisoformat(stamp)).days if stamp else 0
        return age >= spec.ttl_days or spec.problem(row.cells[name], truth.hints) is not None

    def _protected(self, row: Row, name: str) -> bool:
        """True where a person's hand is on the cell."""
        at = row.typed.get(name)
        return at is not None and self.world.now() - at <= timedelta(days=shipped_catalogue()[name].hold_days)

    def judge(
        self, rows: Iterable[Row], after: Mapping[str, Mapping[str, str]], asked: Mapping[Cell, str]
    ) -> None:
        """Counts what a night did: `rows` are as before it, `after` as it left them.

        `asked` are the cells it flags, with the value it proposes, blank where it has none.
        """
        for row in rows:
            truths = truths_of(self.world, self.world.firm(row.number)) if row.number is not None else {}
            for name in JUDGED:
                self._judge(row, name, truths.get(name), after[row.id][name], asked.get((row.id, name)))

    def _judge(self, row: Row, name: str, truth: Truth | None, text: str, asked: str | None) -> None:
        tally, before = self.tallies[name], row.cells[name]
        right = truth is not None and truth.agrees(text)
        was_right = truth is not None and truth.agrees(before)
        protected = self._protected(row, name)
        if text != before:
            tally.clobbered += protected
            (tally.replace if before else tally.fill).add(right)
            tally.harmed += bool(before) and was_right and not right
            tally.restyled += bool(before) and was_right and right
            if not right:
                self.mistakes.append((self.world.night, row.id, name, before, text))
        flag = (row.id, name, before)
        if before and not protected and flag not in self._flagged and (asked is not None or text != before):
            self._flagged.add(flag)
            tally.flag.add(not was_right)
            if was_right:
                self.doubted.append((self.world.night, row.id, name, before, asked or text))
        self._settle(tally, (row.id, name), truth, right, asked)

    def _settle(self, tally: Tally, cell: Cell, truth: Truth | None, right: bool, asked: str | None) -> None:
        flagged = asked is not None
        proposed = flagged and truth is not None and (truth.agrees(asked or "") or not truth.values)
        for wanted in self._wanted.pop(cell, []):
            done = right or (flagged and wanted.how == "flagged") or (proposed and wanted.how == "planted")
            if done or self.world.night >= wanted.by:
                self._count(tally, cell, wanted, done, right or flagged)
            else:
                self._wanted.setdefault(cell, []).append(wanted)

    def _count(self, tally: Tally, cell: Cell, wanted: Wanted, done: bool, flagged: bool) -> None:
        share: Share = getattr(tally, wanted.how)
        share.add(done)
        if wanted.how == "renewed":
            tally.flagged.add(flagged)
        if wanted.event:
            self._found[wanted.event] = done and self._found.get(wanted.event, True)
        if not done:
            what = wanted.event.kind if wanted.event else wanted.how
            self.missed.append((self.world.night, *cell, what))

    def close(self) -> None:
        """Counts as missed what was not found when the nights ended, though some of it had one night only."""
        for cell, waiting in self._wanted.items():
            for wanted in waiting:
                self._count(self.tallies[cell[1]], cell, wanted, done=False, flagged=False)
        self._wanted.clear()

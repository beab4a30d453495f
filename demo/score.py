"""Counts, against the truth, what nights did to the CRM: per field, precision and recall."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.catalogue import shipped_catalogue
from demo.changes import CHANGED_FIELDS, Event
from demo.crm_export import JUDGED, Row
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
    standing values replaced or asked about, wrong. `flagged`: of such wrong values, replaced or asked about. `planted`:
    of changes that happened and stood on a site, found within two nights. `clobbered`: cells of people that we changed;
    `harmed`: right values made wrong; `restyled`: right values written in another form.
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
    """A cell that ought to be put right by a night, and how."""

    how: str
    by: int


@dataclass
class Scorer:
    """Follows the nights of one world; `mistakes` keeps what was written wrong, for the reader."""

    world: World
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in JUDGED})
    mistakes: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    missed: list[tuple[int, str, str, str]] = field(default_factory=list)
    _wanted: dict[Cell, list[Wanted]] = field(default_factory=dict)

    def expect(self, rows: Iterable[Row], events: Collection[Event]) -> None:
        """Notes, before a night, what it and the next ought to find: on the first night blanks and rot, later what was planted."""
        changed: dict[int, set[str]] = {}
        for event in events:
            changed.setdefault(event.number, set()).update(CHANGED_FIELDS.get(event.kind, ()))
        for row in rows:
            if row.number is None or (self.world.night and row.number not in changed):
                continue
            truths = truths_of(self.world, self.world.firm(row.number))
            for name in changed[row.number] if self.world.night else JUDGED:
                how = self._how(row, name, truths[name], planted=self.world.night > 0)
                if how:
                    self._wanted.setdefault((row.id, name), []).append(
                        Wanted(how, self.world.night + WITHIN - 1)
                    )

    def _how(self, row: Row, name: str, truth: Truth, *, planted: bool) -> str | None:
        text = row.cells[name]
        if not truth.visible or truth.agrees(text) or self._protected(row, name):
            return None
        if not row.cells["website"] and not (name != "website" and self._listed(row)):
            return None  # nothing leads to the site, and no register knows the company
        if planted:
            return "planted" if text else None
        if not text:
            return "filled"
        spec = shipped_catalogue()[name]
        return "renewed" if self._replaceable(row, name, truth) and not spec.sensitive else "flagged"

    def _listed(self, row: Row) -> bool:
        return row.number is not None and self.world.firm(row.number).cik > 0

    def _replaceable(self, row: Row, name: str, truth: Truth) -> bool:
        spec = shipped_catalogue()[name]
        stamp = row.cells["last_modified"]
        age = (self.world.now() - datetime.fromisoformat(stamp)).days if stamp else 0
        return age >= spec.ttl_days or spec.value_type.problem(row.cells[name], truth.hints) is not None

    def _protected(self, row: Row, name: str) -> bool:
        """True where a person's hand is on the cell."""
        at = row.typed.get(name)
        return at is not None and self.world.now() - at <= timedelta(days=shipped_catalogue()[name].hold_days)

    def judge(
        self, rows: Iterable[Row], after: Mapping[str, Mapping[str, str]], asked: Collection[Cell]
    ) -> None:
        """Counts what a night did: `rows` are as before it, `after` as it left them, `asked` what it holds for review."""
        for row in rows:
            truths = truths_of(self.world, self.world.firm(row.number)) if row.number is not None else {}
            for name in JUDGED:
                self._judge(row, name, truths.get(name), after[row.id][name], (row.id, name) in asked)

    def _judge(self, row: Row, name: str, truth: Truth | None, text: str, asked: bool) -> None:
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
        if before and not protected and (asked or text != before):
            tally.flag.add(not was_right)
        self._settle(tally, (row.id, name), right, asked)

    def _settle(self, tally: Tally, cell: Cell, right: bool, asked: bool) -> None:
        waiting = self._wanted.pop(cell, [])
        for wanted in waiting:
            done = right or (asked and wanted.how in ("planted", "flagged"))
            if done or self.world.night >= wanted.by:
                share: Share = getattr(tally, wanted.how)
                share.add(done)
                if wanted.how == "renewed":
                    tally.flagged.add(right or asked)
                if not done:
                    self.missed.append((self.world.night, *cell, wanted.how))
            else:
                self._wanted.setdefault(cell, []).append(wanted)

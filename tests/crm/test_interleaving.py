"""Thousands of nights in any order: human edits, runs, crashes, stewards, undos, on a real file.

The model keeps for each cell what stands there and since when it is a person's. What must hold after every step: the
file reads as the model says, to the byte; no human edit is lost; a run right after a run writes nothing. An edit that
puts back, before anybody looked, what had stood there cannot be told from none, and counts as none.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.change import ChangeKind, ChangeSet, WriteStatus
from accounts.clock import FixedClock
from accounts.errors import ConfigError
from crm.apply import ApplyReport, apply_change_set
from crm.csv_text import quote
from crm.undo import apply_undo, plan_undo
from tests.crm.build import CATALOGUE, NOW, file_crm, golden
from tests.crm.memory_ledger import Killed, KillingLedger
from tests.crm.night import FIELDS, Nights

ACCOUNTS = ("A1", "A2", "A3")
CELLS = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(FIELDS))
HUMAN = {
    "phone": ["020 7946 0001", "020 7946 0002", "12", None],
    "city": ["Leeds", "Ripon, North", 'Le "Mans"', None],
}
WORLD = {"phone": ["+442079460101", "+442079460102"], "city": ["York", "宁波"]}
MOMENTS = st.sampled_from(["intend", "send", "settle"])


class Interleaving(RuleBasedStateMachine):
    """Cells of three accounts; `human` are those a person set last, with the time."""

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "accounts.csv"
        self.cells: dict[tuple[str, str], str | None] = {}
        for cell in [(a, f) for a in ACCOUNTS for f in FIELDS]:
            self.cells[cell] = data.draw(st.sampled_from(HUMAN[cell[1]]))
        self.path.write_text(self.render(), encoding="utf-8", newline="")
        self.ledger = KillingLedger()
        self.nights = Nights(self.path, self.ledger)
        self.truth = {}
        self.now = NOW
        self.human: dict[tuple[str, str], datetime] = {}
        self.human_when_seen: dict[tuple[str, str], datetime] = {}
        self.undos = 0

    def render(self) -> str:
        lines = ['id,name,"phone",city;x,city,notes\r\n']
        for account in ACCOUNTS:
            phone, city = self.cells[account, "phone"] or "", quote(self.cells[account, "city"] or "", ",")
            lines.append(f'{account},"Firm, {account}","{phone}",=keep,{city},  n \r\n')
        return "\n".join([*lines, ",,,,,\n"])

    @rule(cell=CELLS, data=st.data())
    def the_world_changes(self, cell: tuple[str, str], data: st.DataObject) -> None:
        self.truth[cell] = golden(cell[1], data.draw(st.sampled_from(WORLD[cell[1]])), observed_at=self.now)

    @rule(cell=CELLS, data=st.data())
    def a_person_edits(self, cell: tuple[str, str], data: st.DataObject) -> None:
        self.take(cell, data.draw(st.sampled_from(HUMAN[cell[1]])))

    def take(self, cell: tuple[str, str], value: str | None) -> None:
        if self.cells[cell] != value:
            self.human[cell] = self.now
            if self.cannot_be_told(cell, value):
                self.human.pop(cell)
                self.human |= {c: at for c, at in self.human_when_seen.items() if c == cell}
        self.cells[cell] = value
        self.path.write_text(self.render(), encoding="utf-8", newline="")

    def cannot_be_told(self, cell: tuple[str, str], value: str | None) -> bool:
        key = CATALOGUE[cell[1]].value_type.key(value) if value else ""
        ours = self.ledger.standing(*cell).ours_key
        meant = {c.value_key for _, c in self.ledger.unsettled() if (c.account_id, c.field) == cell}
        if value and key in {ours, *meant}:
            return True
        if ours and not meant:
            return False
        return cell not in self.nights.seen or self.nights.seen[cell][0] == value

    def plan(self) -> ChangeSet:
        self.human_when_seen = dict(self.human)
        return self.nights.plan(self.truth, self.now)

    def night(self, plan: ChangeSet) -> ApplyReport:
        return apply_change_set(file_crm(self.path), self.ledger, plan, FixedClock(self.now))

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def a_night(self) -> None:
        before = dict(self.cells)
        self.learn(self.night(self.plan()).outcomes, before)
        again = self.night(self.plan())
        assert again.outcomes == (), "a second run is silent"

    @rule(cell=CELLS, data=st.data())
    def a_night_with_an_edit_in_the_middle(self, cell: tuple[str, str], data: st.DataObject) -> None:
        plan = self.plan()
        self.take(cell, data.draw(st.sampled_from(HUMAN[cell[1]])))
        before = dict(self.cells)
        report = self.night(plan)
        self.learn(report.outcomes, before)

    @rule(moment=MOMENTS)
    def a_night_that_dies(self, moment: str) -> None:
        plan = self.plan()
        if not plan.writes:
            return
        self.ledger.die_in = moment
        try:
            self.night(plan)
        except Killed:
            pass
        else:
            raise AssertionError("it should have died")
        finally:
            self.ledger.die_in = None
        if moment == "settle":
            for change in plan.writes:
                self.wrote(
                    change.account_id, change.field, change.value, self.cells[change.account_id, change.field]
                )

    @rule(run=st.integers(0, 30))
    def an_undo(self, run: int) -> None:
        if not self.nights.run:
            return
        name, crm = f"run-{run % self.nights.run + 1}", file_crm(self.path)
        self.undos += 1
        try:
            plan = plan_undo(self.ledger, crm, name, undo_run_id=f"undo-{self.undos}", now=self.now)
        except ConfigError:
            return
        report = apply_undo(crm, self.ledger, plan, name, FixedClock(self.now))
        for outcome in report.outcomes:
            assert outcome.status is WriteStatus.WRITTEN
            assert outcome.change.kind is ChangeKind.RESTORE
            cell = (outcome.change.account_id, outcome.change.field)
            assert cell not in self.human or outcome.found == self.wrote_by(name, cell), (
                "undo restores only ours"
            )
            self.cells[cell] = outcome.change.value
            self.human.pop(cell, None)

    def wrote_by(self, run: str, cell: tuple[str, str]) -> str | None:
        entries = [e.outcome.change for e in self.ledger.written(run)]
        return next((c.value for c in reversed(entries) if (c.account_id, c.field) == cell), None)

    def learn(self, outcomes: object, before: dict[tuple[str, str], str | None]) -> None:
        for outcome in outcomes:  # type: ignore[attr-defined]
            change = outcome.change
            if outcome.status is WriteStatus.WRITTEN:
                self.wrote(
                    change.account_id, change.field, change.value, before[change.account_id, change.field]
                )

    def wrote(self, account: str, field: str, value: str | None, over: str | None) -> None:
        """A person's value is replaced after the field's hold at the earliest; what a person cleared, never."""
        edited = self.human.pop((account, field), None)
        if edited is not None:
            held = timedelta(days=CATALOGUE[field].hold_days)
            assert over is not None and self.now - edited >= held, (
                f"an edit was clobbered: {over!r} by {value!r}"
            )
        self.cells[account, field] = value

    @invariant()
    @precondition(lambda self: hasattr(self, "path"))
    def the_file_is_what_the_model_says_to_the_byte(self) -> None:
        assert self.path.read_bytes().decode("utf-8") == self.render()

    @invariant()
    @precondition(lambda self: hasattr(self, "path"))
    def the_ledger_equals_the_crm(self) -> None:
        """Where the ledger says a value is ours and no person came after, it stands there."""
        if self.ledger.unsettled():
            return
        for cell, value in self.cells.items():
            ours = self.ledger.standing(*cell).ours_key
            if ours and cell not in self.human:
                assert value is not None, f"the ledger has {ours}, the CRM nothing"

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


Interleaving.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TestInterleaving = Interleaving.TestCase

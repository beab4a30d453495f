"""Nights in any order on every simulated CRM: human edits before, during and after our writes, lost answers, crashes, undos.

The model keeps for each cell what stands there and since when it is a person's. After every step the CRM reads as the model
says: no human edit is lost, also one made between our reading and our writing; a run right after a run writes nothing.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.change import ChangeKind, WriteOutcome, WriteStatus
from accounts.clock import FixedClock
from accounts.errors import ConfigError, CrmUnavailable
from accounts.golden import GoldenValue
from crm.apply import apply_change_set
from crm.undo import apply_undo, plan_undo
from tests.crm.build import CATALOGUE, golden
from tests.crm.memory_ledger import Killed, KillingLedger
from tests.crm.night import CrmNights
from tests.crm.rig import Rig, open_rig, rig_kinds

Cell = tuple[str, str]
CELLS = st.tuples(st.integers(0, 1), st.sampled_from(["phone", "city"]))
HUMAN = {"phone": ["020 7946 0001", "020 7946 0002", None], "city": ["Leeds", "Ripon, North", None]}
WORLD = {"phone": ["+442079460101", "+442079460102"], "city": ["York", "宁波"]}


class Interleaving(RuleBasedStateMachine):
    """Cells of two accounts; `human` are those a person set last, with the time."""

    kind = ""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.rig: Rig = open_rig(self.kind, Path(self.folder.name))
        self.accounts = [self.rig.add(), self.rig.add(city="Leeds")]
        self.cells: dict[Cell, str | None] = {(a, f): None for a in self.accounts for f in ("phone", "city")}
        self.cells[self.accounts[1], "city"] = "Leeds"
        self.ledger = KillingLedger()
        self.nights = CrmNights(self.crm, self.ledger)
        self.truth: dict[Cell, GoldenValue] = {}
        self.human: dict[Cell, datetime] = {}
        self.now, self.undos = self.rig.now, 0
        self.filled: set[Cell] = set()

    def crm(self, now: datetime) -> Any:
        return self.rig.crm(FixedClock(now))

    def cell(self, drawn: tuple[int, str]) -> Cell:
        return self.accounts[drawn[0]], drawn[1]

    @rule(drawn=CELLS, data=st.data())
    def the_world_changes(self, drawn: tuple[int, str], data: st.DataObject) -> None:
        seen = self.now - timedelta(minutes=1)
        self.truth[self.cell(drawn)] = golden(
            drawn[1], data.draw(st.sampled_from(WORLD[drawn[1]])), observed_at=seen
        )

    @rule(drawn=CELLS, data=st.data())
    def a_person_edits(self, drawn: tuple[int, str], data: st.DataObject) -> None:
        self.take(self.cell(drawn), data.draw(st.sampled_from(HUMAN[drawn[1]])))

    def take(self, cell: Cell, value: str | None) -> None:
        if self.cells[cell] == value:
            return
        self.rig.edit(*cell, value)
        self.cells[cell], self.human[cell] = value, self.now
        if value is None and cell[1] in self.rig.untracked and cell not in self.filled:
            del self.human[
                cell
            ]  # nobody can know: it was blank whenever we looked, and the CRM tells no history

    def looked(self) -> None:
        """A pull: what stands there now has been seen."""
        self.filled |= {cell for cell, value in self.cells.items() if value is not None}

    @rule(days=st.integers(1, 30))
    def days_pass(self, days: int) -> None:
        self.rig.pass_time(days)
        self.now += timedelta(days=days)

    @rule()
    def a_night(self) -> None:
        self.looked()
        self.learn(self.nights.night(self.truth, self.now).outcomes)
        self.looked()
        writes = self.rig.writes
        assert self.nights.night(self.truth, self.now).outcomes == (), "a second run is silent"
        assert self.rig.writes == writes

    @rule(drawn=CELLS, data=st.data(), moment=st.sampled_from(["plan", "before_write", "after_write"]))
    def a_night_with_an_edit_in_the_middle(
        self, drawn: tuple[int, str], data: st.DataObject, moment: str
    ) -> None:
        cell, value = self.cell(drawn), data.draw(st.sampled_from(HUMAN[drawn[1]]))
        self.looked()
        plan, faults = self.nights.plan(self.truth, self.now), self.rig.faults
        assert faults is not None
        met: list[str] = []

        def edit() -> None:
            found = self.rig.value(*cell)
            if found != value:
                self.rig.edit(*cell, value)
                met.append(moment)

        if moment == "plan":
            edit()
        elif self.rig.lost_races_show or moment == "after_write":
            setattr(faults, moment, edit)
        report = apply_change_set(self.crm(self.now), self.ledger, plan, FixedClock(self.now))
        faults.before_write = faults.after_write = None
        self.learn([o for o in report.outcomes if (o.change.account_id, o.change.field) != cell or not met])
        if met:
            self.cells[cell], self.human[cell] = value, self.now

    @rule()
    def a_night_whose_answer_is_lost(self) -> None:
        self.looked()
        plan, faults = self.nights.plan(self.truth, self.now), self.rig.faults
        assert faults is not None
        faults.hang_after_commit = 1
        with suppress(CrmUnavailable):
            self.learn(apply_change_set(self.crm(self.now), self.ledger, plan, FixedClock(self.now)).outcomes)
        faults.hang_after_commit = 0

    @rule(moment=st.sampled_from(["intend", "send", "settle"]))
    def a_night_that_dies(self, moment: str) -> None:
        self.looked()
        plan = self.nights.plan(self.truth, self.now)
        if not plan.writes:
            return
        self.ledger.die_in = moment
        with pytest.raises(Killed):
            apply_change_set(self.crm(self.now), self.ledger, plan, FixedClock(self.now))
        self.ledger.die_in = None
        if moment == "settle":
            for change in plan.writes:
                self.wrote((change.account_id, change.field), change.value)
        self.looked()
        self.nights.plan(self.truth, self.now)  # settles what is open before anybody edits

    @rule(run=st.integers(1, 30))
    def an_undo(self, run: int) -> None:
        if not self.nights.run:
            return
        name, crm = f"run-{run % self.nights.run + 1}", self.crm(self.now)
        self.undos += 1
        try:
            plan = plan_undo(self.ledger, crm, name, undo_run_id=f"undo-{self.undos}", now=self.now)
        except ConfigError:
            return
        for outcome in apply_undo(crm, self.ledger, plan, name, FixedClock(self.now)).outcomes:
            cell = (outcome.change.account_id, outcome.change.field)
            assert (outcome.change.kind, outcome.status) == (ChangeKind.RESTORE, WriteStatus.WRITTEN)
            assert cell not in self.human or outcome.found == outcome.change.base, "undo restores only ours"
            self.cells[cell] = outcome.change.value
            self.human.pop(cell, None)

    def learn(self, outcomes: Any) -> None:
        told: WriteOutcome
        for told in outcomes:
            if told.status is WriteStatus.WRITTEN:
                self.wrote((told.change.account_id, told.change.field), told.change.value)

    def wrote(self, cell: Cell, value: str | None) -> None:
        edited = self.human.pop(cell, None)
        if edited is not None:
            hold = timedelta(days=CATALOGUE[cell[1]].hold_days)
            assert self.cells[cell] is not None and self.now - edited >= hold, (
                f"an edit was clobbered by {value!r}"
            )
        self.cells[cell] = value

    @invariant()
    @precondition(lambda self: hasattr(self, "rig"))
    def the_crm_is_what_the_model_says(self) -> None:
        assert {cell: self.rig.value(*cell) for cell in self.cells} == self.cells

    def teardown(self) -> None:
        if hasattr(self, "rig"):
            self.rig.close()
            self.folder.cleanup()


def _run(kind: str, tmp_path: Path, examples: int, steps: int) -> None:
    probe = open_rig(kind, tmp_path)
    real = probe.faults is None
    probe.close()
    if real:
        pytest.skip("a real server is not made anew for every story")
    machine = type(f"Interleaving_{kind}", (Interleaving,), {"kind": kind})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck), database=None, derandomize=examples < 50,
        ),
    )  # fmt: skip


@pytest.mark.parametrize("kind", rig_kinds())
def test_no_story_loses_an_edit(kind: str, tmp_path: Path) -> None:
    _run(kind, tmp_path, 6, 12)


@pytest.mark.slow
@pytest.mark.parametrize("kind", rig_kinds())
def test_no_long_story_loses_an_edit(kind: str, tmp_path: Path) -> None:
    _run(kind, tmp_path, 25, 20)

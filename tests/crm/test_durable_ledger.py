"""The engine on the warehouse's own ledger: what a crash or an undo leaves behind must not confuse the next apply."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from accounts.change import Change, ChangeSet, WriteOutcome, WriteStatus
from crm.apply import apply_change_set
from crm.settle import settle_unknown
from crm.undo import apply_undo, plan_undo
from tests.crm.build import CLOCK, NOW, TABLE, change, change_set, file_crm
from tests.crm.memory_ledger import Killed
from warehouse.ledger import DuckLedger
from warehouse.store import open_warehouse

PHONE = change("A1", "phone", None, "+44 20 7946 0000")
CITY = change("A4", "city", "宁波", "上海")


class KillingDuck(DuckLedger):
    """Dies right after it noted intents, or right before it notes outcomes."""

    die_in: str | None = None

    def intend(self, run_id: str, changes: Sequence[Change], at: datetime) -> None:
        super().intend(run_id, changes, at)
        if self.die_in == "send":
            raise Killed

    def settle(self, run_id: str, outcomes: Sequence[WriteOutcome]) -> None:
        if self.die_in == "settle" and any(o.status is WriteStatus.WRITTEN for o in outcomes):
            raise Killed
        super().settle(run_id, outcomes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "accounts.csv"
    file.write_text(TABLE, encoding="utf-8")
    return file


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[KillingDuck]:
    with open_warehouse(tmp_path / "warehouse") as warehouse:
        yield KillingDuck(warehouse, CLOCK)


def undo(ledger: DuckLedger, path: Path, name: str) -> None:
    crm = file_crm(path)
    plan = plan_undo(ledger, crm, "run-1", undo_run_id=name, now=NOW)
    apply_undo(crm, ledger, plan, "run-1", CLOCK)


def test_a_plan_that_dies_twice_loses_no_row_of_the_ledger(ledger: KillingDuck, path: Path) -> None:
    plan = change_set(PHONE, CITY)
    for moment in ("send", "settle"):
        ledger.die_in = moment
        with pytest.raises(Killed):
            apply_change_set(file_crm(path), ledger, plan, CLOCK)
    ledger.die_in = None
    assert len(ledger.unsettled()) == 2
    report = apply_change_set(file_crm(path), ledger, plan, CLOCK)
    assert (report.counts["already"], len(report.settled)) == (2, 2)
    assert {e.outcome.before_image for e in ledger.written("run-1")} == {"=", "=宁波"}
    undo(ledger, path, "undo-1")
    assert path.read_text(encoding="utf-8") == TABLE


def test_a_plan_undone_and_carried_out_again_can_be_undone_again(ledger: KillingDuck, path: Path) -> None:
    for name in ("undo-1", "undo-2"):
        apply_change_set(file_crm(path), ledger, change_set(PHONE, CITY), CLOCK)
        assert path.read_text(encoding="utf-8") != TABLE
        undo(ledger, path, name)
        assert path.read_text(encoding="utf-8") == TABLE


def test_an_undo_killed_half_way_is_finished_by_the_next(ledger: KillingDuck, path: Path) -> None:
    apply_change_set(file_crm(path), ledger, change_set(PHONE, CITY), CLOCK)
    ledger.die_in = "settle"
    with pytest.raises(Killed):
        undo(ledger, path, "undo-1")
    ledger.die_in = None
    assert {o.status for o in settle_unknown(file_crm(path), ledger, CLOCK)} == {WriteStatus.WRITTEN}
    undo(ledger, path, "undo-2")
    assert all(e.undone_by == "undo-2" for e in ledger.written("run-1"))
    assert path.read_text(encoding="utf-8") == TABLE


def test_a_change_set_comes_back_from_the_ledger_whole(ledger: KillingDuck, path: Path) -> None:
    made: ChangeSet = change_set(PHONE)
    ledger.plan(made)
    ledger.intend("run-1", [PHONE], NOW)
    assert ledger.unsettled() == [("run-1", PHONE)]


@pytest.mark.slow
def test_thirty_thousand_changes_settle_in_seconds(ledger: KillingDuck) -> None:
    many = [change(f"C{n}", "city", None, "York") for n in range(30_000)]
    began = time.perf_counter()
    ledger.intend("run-1", many, NOW)
    ledger.settle("run-1", [WriteOutcome(c, WriteStatus.WRITTEN, NOW, None, "York", "=") for c in many])
    assert time.perf_counter() - began < 20
    assert ledger.unsettled() == []

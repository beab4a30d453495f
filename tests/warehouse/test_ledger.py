"""Intents, outcomes, undo marks: durable, and told apart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from accounts.change import (
    Breaker,
    Change,
    ChangeKind,
    ChangeSet,
    Code,
    ReviewAction,
    ReviewDecision,
    Verdict,
    WriteOutcome,
    WriteStatus,
)
from accounts.clock import FixedClock
from accounts.run import Run, RunStatus
from tests.warehouse.conftest import NOW, World
from warehouse.decisions import DecisionStore
from warehouse.ledger import DuckLedger
from warehouse.runs import find_run, finish_run, list_runs, start_run
from warehouse.snapshot import open_snapshot, publish
from warehouse.standing import Decided
from warehouse.store import open_warehouse, sql

CHANGE = Change("A", "phone", "Telefon", ChangeKind.REPLACE, Verdict.WRITE, Code.EXPIRED_REPLACED, "why", "old", "new", "new",
                0.9, ("site",), ("o1",), 600, 0, '"old"', 2.5)  # fmt: skip


def test_a_change_comes_back_as_it_went_in(world: World) -> None:
    world.ledger.intend("r1", [CHANGE], NOW)
    assert world.ledger.unsettled() == [("r1", CHANGE)]


def test_an_unknown_outcome_stays_open_until_it_is_settled(world: World) -> None:
    world.ledger.intend("r1", [CHANGE], NOW)
    world.ledger.settle("r1", [WriteOutcome(CHANGE, WriteStatus.UNKNOWN, NOW)])
    assert world.ledger.unsettled() == [("r1", CHANGE)]
    world.ledger.settle("r1", [WriteOutcome(CHANGE, WriteStatus.WRITTEN, NOW, "old", "new", '"old"', "ok")])
    assert world.ledger.unsettled() == []
    [entry] = world.ledger.written("r1")
    assert entry.outcome == WriteOutcome(CHANGE, WriteStatus.WRITTEN, NOW, "old", "new", '"old"', "ok")
    assert entry.undone_by is None


def test_what_is_undone_is_marked_and_no_longer_ours(world: World) -> None:
    change = world.write("A", "phone", None, "+1 303-555-0100")
    assert world.warehouse.rows(sql("ours"))[0]["ours_key"] == "+13035550100"
    world.ledger.mark_undone("r1", [change.id], "u1")
    assert world.warehouse.rows(sql("ours")) == []
    assert world.ledger.written("r1")[0].undone_by == "u1"
    assert world.warehouse.rows(sql("undone_keys"))[0]["keys"] == ["+13035550100"]


def test_a_plan_kept_twice_is_kept_once(world: World) -> None:
    change_set = ChangeSet("cs", "r1", "file", NOW, (CHANGE,), Breaker(1, 10, 0.25))
    world.ledger.plan(change_set)
    world.ledger.plan(change_set)
    assert world.warehouse.value("SELECT count(*) FROM change") == 1


def test_the_ledger_survives_the_process(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as warehouse:
        DuckLedger(warehouse, FixedClock(NOW)).intend("r1", [CHANGE], NOW)
    with open_warehouse(tmp_path) as warehouse:
        assert DuckLedger(warehouse, FixedClock(NOW)).unsettled() == [("r1", CHANGE)]


def test_a_run_that_never_ended_is_on_record_as_crashed(world: World) -> None:
    start_run(world.warehouse, Run("r1", "nightly", RunStatus.RUNNING, NOW, NOW))
    start_run(world.warehouse, Run("r2", "nightly", RunStatus.RUNNING, NOW + timedelta(days=1), NOW))
    finish_run(world.warehouse, "r2", RunStatus.DONE, NOW, {"filled": 3})
    newest, older = list_runs(world.warehouse)
    assert (newest.status, newest.counts, older.status) == (RunStatus.DONE, {"filled": 3}, RunStatus.CRASHED)
    assert find_run(world.warehouse, "last") == "r2"
    assert find_run(world.warehouse, "r") is None
    assert find_run(world.warehouse, "r1") == "r1"
    assert find_run(world.warehouse, "last", writing=True) is None


def test_readers_see_the_snapshot_while_the_writer_writes(world: World) -> None:
    start_run(world.warehouse, Run("r1", "nightly", RunStatus.RUNNING, NOW, NOW))
    publish(world.warehouse, "r1")
    start_run(world.warehouse, Run("r2", "nightly", RunStatus.RUNNING, NOW, NOW))
    with open_snapshot(world.warehouse.folder) as snapshot:
        assert [r.id for r in list_runs(snapshot)] == ["r1"]


def test_old_snapshots_are_dropped(world: World) -> None:
    for n in range(5):
        publish(world.warehouse, f"r{n}", keep=2)
    kept = sorted(p.name for p in (world.warehouse.folder / "snapshots").iterdir() if p.is_dir())
    assert kept == ["r3", "r4"]


def test_the_newest_word_of_a_steward_counts(tmp_path: Path) -> None:
    store = DecisionStore(tmp_path)

    def say(action: ReviewAction, key: str = "k1", field: str = "phone", **extras: str) -> None:
        store.add(
            ReviewDecision(f"item-{key}", action, "ann", NOW, "A", field, key, "because", extras=extras)
        )

    say(ReviewAction.ACCEPT)
    assert Decided(store.all()).said("A", "phone").accepted_key == "k1"
    say(ReviewAction.KEEP)
    said = Decided(store.all()).said("A", "phone")
    assert (said.accepted_key, said.kept_keys) == (None, {"k1"})
    say(ReviewAction.ACCEPT)
    store.carried_out("item-k1", "r9")
    assert Decided(store.all()).said("A", "phone").accepted_key is None
    say(ReviewAction.LOCK, field="*")
    assert Decided(store.all()).said("A", "city").locked
    assert "locked by ann on 2026-11-22: because" in Decided(store.all()).said("A", "city").lock_note
    say(ReviewAction.UNLOCK, field="*")
    assert not Decided(store.all()).said("A", "city").locked
    say(ReviewAction.REJECT, key="edgar:1", field="", kind="link")
    assert Decided(store.all()).judged("A", "edgar", "1") is False
    assert Decided(store.all()).judged("A", "edgar", "2") is None

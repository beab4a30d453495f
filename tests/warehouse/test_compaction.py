"""Compaction: the file shrinks, nothing that counts is lost, and the lock is never let go of for long."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.errors import WarehouseError
from tests.warehouse.conftest import NOW, World, account
from warehouse.compaction import compact, rewrite
from warehouse.rows import observation_row
from warehouse.store import open_warehouse


def fill(world: World) -> None:
    world.pull(account("B", name="Beta Ltd", phone="+15550100"), account("A", name="Acme Ltd"))
    for key in ("B", "A"):
        world.link(key)
        world.observe(key, "city", "Leeds")
        world.observe(key, "phone", "+44 113 496 0123", kind="main")


def golden(world: World) -> list[dict[str, object]]:
    world.settle("A", "B")
    return world.warehouse.rows(
        "SELECT * EXCLUDE (valid_from, valid_to, run_id) FROM golden WHERE valid_to IS NULL ORDER BY ALL"
    )


def test_the_same_reading_kept_twice_is_kept_once_and_the_golden_record_stays(world: World) -> None:
    fill(world)
    again = world.observe("A", "city", "Leeds", confidence=0.7)
    world.warehouse.append("observation", [observation_row("r9", again)] * 2)
    before = golden(world)
    done = compact(world.warehouse)
    assert done.repeated == 3
    ids = world.warehouse.rows("SELECT id, count(*) AS n, max(confidence) AS c FROM observation GROUP BY id")
    assert {row["n"] for row in ids} == {1}
    assert {row["c"] for row in ids} == {0.9}
    assert golden(world) == before


def test_observations_are_sorted_and_nothing_else_is_lost(world: World) -> None:
    fill(world)
    world.write("A", "phone", None, "+15550100")
    counts = {t: world.warehouse.value(f"SELECT count(*) FROM {t}") for t in world.warehouse.tables()}
    compact(world.warehouse)
    assert counts == {t: world.warehouse.value(f"SELECT count(*) FROM {t}") for t in world.warehouse.tables()}
    order = [
        r["account_id"] for r in world.warehouse.rows("SELECT account_id FROM observation ORDER BY rowid")
    ]
    assert order == sorted(order)


def test_a_signal_keeps_its_first_telling_and_its_newest(world: World) -> None:
    row = {
        "id": "s1",
        "account_id": "A",
        "signal_class": "site_parked",
        "status": "asserted",
        "title": "parked",
    }
    told = [row | {"run_id": f"r{n}", "observed_at": NOW + timedelta(days=n)} for n in range(5)]
    world.warehouse.append("signal", told)
    compact(world.warehouse)
    kept = world.warehouse.rows("SELECT run_id FROM signal ORDER BY observed_at")
    assert [r["run_id"] for r in kept] == ["r0", "r4"]


def test_intents_whose_outcome_is_known_are_closed_and_unknown_ones_stay(world: World) -> None:
    change = world.write("A", "phone", None, "+15550100")
    world.ledger.intend("r1", [change], NOW)
    world.ledger.intend("r2", [change], NOW)
    assert compact(world.warehouse).intents == 1
    assert [run for run, _ in world.ledger.unsettled()] == ["r2"]


def test_the_file_shrinks_and_holds_nothing_of_what_was_deleted(world: World) -> None:
    secret = "Wilhelmina Thackeray-Oduya"
    passages = ({"id": str(n), "account_id": "A", "passage": f"{secret} {n}"} for n in range(50_000))
    world.warehouse.append("observation", passages)
    world.warehouse.run("CHECKPOINT evergreen; DELETE FROM observation; CHECKPOINT evergreen")
    done = compact(world.warehouse)
    assert done.bytes_after < done.bytes_before * 0.7
    folder = world.warehouse.folder
    world.warehouse.close()
    assert b"Thackeray" not in (folder / "warehouse.duckdb").read_bytes()
    assert not list(folder.glob("*.wal")) and not list(folder.glob("*.part"))


def test_the_warehouse_is_still_ours_and_usable_afterwards(world: World) -> None:
    fill(world)
    rewrite(world.warehouse)
    world.observe("A", "city", "York")
    path = world.warehouse.folder
    other = (
        "import sys, pathlib; from warehouse.store import open_warehouse; from accounts.errors import WriterBusy\n"
        "try: open_warehouse(pathlib.Path(sys.argv[1]))\nexcept WriterBusy: print('busy')"
    )
    told = subprocess.run(
        [sys.executable, "-c", other, str(path)], capture_output=True, text=True, check=True
    )
    assert told.stdout == "busy\n"
    world.warehouse.close()
    with open_warehouse(path) as again:
        assert again.value("SELECT count(*) FROM observation WHERE value = 'York'") == 1


def test_without_room_nothing_is_touched(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world)
    usage = shutil.disk_usage(world.warehouse.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    with pytest.raises(WarehouseError, match="needs room"):
        compact(world.warehouse)
    assert world.warehouse.value("SELECT count(*) FROM observation") == 4


def test_a_copy_that_fails_leaves_the_old_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError, match="No space"):
        rewrite(world.warehouse)
    assert world.warehouse.value("SELECT count(*) FROM observation") == 4
    assert not list(world.warehouse.folder.glob("*.part"))

"""A warehouse outlives the Evergreen and the DuckDB that made it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bench.duckdb_versions import TURNS, take_turns
from bench.figure import Unavailable
from tests.warehouse.conftest import CATALOGUE, COLUMNS, NOW, World
from warehouse.catalogue_table import store_catalogue
from warehouse.golden import settle_golden
from warehouse.staleness import refresh_staleness, stale_fields
from warehouse.store import STORAGE, Warehouse, migrations, open_warehouse


def first_schema(folder: Path) -> None:
    """A warehouse as the first version of the schema left it: a run, a value, an observation, a call, a fresh field."""
    db = duckdb.connect(":memory:")
    db.execute(f"ATTACH '{folder / 'warehouse.duckdb'}' AS evergreen (STORAGE_VERSION '{STORAGE}')")
    db.execute("USE evergreen")
    db.execute("CREATE TABLE schema_version (version INTEGER, applied_at TIMESTAMP)")
    db.execute(migrations()[0][1])
    db.execute("INSERT INTO schema_version VALUES (1, TIMESTAMP '2026-01-01')")
    db.execute("INSERT INTO run (number, id, status) VALUES (1, 'r1', 'done')")
    db.execute(
        "INSERT INTO crm_value (account_id, field, value, key, changed_at, actor) "
        "VALUES ('A', 'phone', '303-555-0100', '+13035550100', TIMESTAMP '2020-01-01', 'machine')"
    )
    db.execute(
        "INSERT INTO observation (id, account_id, field, value, key, confidence, observed_at) "
        "VALUES ('o1', 'A', 'phone', '+13035550100', '+13035550100', 0.9, TIMESTAMP '2026-01-01')"
    )
    db.execute(
        "INSERT INTO source_call (run_id, account_id, source, outcome) VALUES ('r1', 'A', 'site', 'rows')"
    )
    db.execute("INSERT INTO staleness (account_id, field, status) VALUES ('A', 'phone', 'fresh')")
    db.close()


def test_a_warehouse_of_the_first_schema_comes_to_the_newest_with_all_its_rows(tmp_path: Path) -> None:
    first_schema(tmp_path)
    with open_warehouse(tmp_path) as warehouse:
        applied = [
            r["version"] for r in warehouse.rows("SELECT version FROM schema_version ORDER BY version")
        ]
        assert applied == [number for number, _ in migrations()]
        assert warehouse.value("SELECT status FROM run WHERE id = 'r1'") == "done"
        assert warehouse.value("SELECT key FROM observation") == "+13035550100"
        store_catalogue(warehouse, CATALOGUE, COLUMNS, ["site"])
        refresh_staleness(warehouse, NOW)
        assert [(r["field"], r["status"]) for r in stale_fields(warehouse)] == [("phone", "expired")]
    with open_warehouse(tmp_path) as warehouse:
        assert warehouse.value("SELECT count(*) FROM schema_version") == len(applied), (
            "nothing is applied twice"
        )


def test_every_migration_leaves_the_same_tables_on_an_old_file_as_on_a_new_one(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    first_schema(old)
    shape = "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ALL"
    with open_warehouse(old) as migrated, open_warehouse(new) as made:
        assert migrated.rows(shape) == made.rows(shape)


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_schema(tmp_path)
    broken = [*migrations(), (998, "CREATE TABLE half (a INTEGER); SELECT * FROM no_such_table")]
    with monkeypatch.context() as patch:
        patch.setattr("warehouse.store.migrations", lambda: broken)
        with pytest.raises(duckdb.Error):
            open_warehouse(tmp_path)
    with open_warehouse(tmp_path) as warehouse:
        assert (
            warehouse.value("SELECT count(*) FROM information_schema.tables WHERE table_name = 'half'") == 0
        )
        assert warehouse.value("SELECT count(*) FROM run") == 1


def settled(folder: Path) -> list[str]:
    """A warehouse of the newest schema in which a few accounts have been weighed; gives them."""
    with open_warehouse(folder) as warehouse:
        world = World(warehouse)
        for key in ("A", "B", "C"):
            world.link(key, record=key)
            world.observe(key, "city", "Denver", record=key)
            world.observe(key, "phone", "303-555-0100", record=key, confidence=0.8)
        settle_golden(warehouse, "r1", ["A", "B", "C"], NOW)
        return ["A", "B", "C"]


def as_before(version: int, newest: Path, folder: Path) -> None:
    """Puts the rows of a warehouse into one whose schema ends before a migration."""
    db = duckdb.connect(":memory:")
    db.execute(f"ATTACH '{newest / 'warehouse.duckdb'}' AS newest (READ_ONLY)")
    db.execute(f"ATTACH '{folder / 'warehouse.duckdb'}' AS evergreen (STORAGE_VERSION '{STORAGE}')")
    db.execute("USE evergreen")
    db.execute("CREATE TABLE schema_version (version INTEGER, applied_at TIMESTAMP)")
    for number, script in migrations():
        if number < version:
            db.execute(script)
            db.execute("INSERT INTO schema_version VALUES ($1, TIMESTAMP '2026-01-01')", [number])
    for (table,) in db.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'evergreen'"
    ).fetchall():
        if table != "schema_version":
            names = ", ".join(f'"{column[0]}"' for column in db.execute(f"DESCRIBE {table}").fetchall())
            db.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM newest.{table}")
    db.close()


def test_accounts_weighed_before_their_cells_were_kept_are_weighed_once_more_and_stay_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest, former = tmp_path / "newest", tmp_path / "former"
    former.mkdir()
    accounts = settled(newest)
    as_before(16, newest, former)
    golden = "FROM golden ORDER BY account_id, field, valid_from"
    with duckdb.connect(str(former / "warehouse.duckdb"), read_only=True) as db:
        assert [column[0] for column in db.execute("DESCRIBE weighed").fetchall()] == ["account_id", "print"]
        assert len(db.execute("FROM weighed").fetchall()) == len(accounts)
    weighed: list[str] = []
    run_script = Warehouse.script

    def watched(warehouse: Warehouse, name: str, parameters: Mapping[str, Any] | None = None) -> None:
        if name == "survive":
            weighed.extend(row["account_id"] for row in warehouse.rows("FROM touched ORDER BY account_id"))
        run_script(warehouse, name, parameters)

    monkeypatch.setattr(Warehouse, "script", watched)
    with open_warehouse(former) as warehouse:
        before = warehouse.rows(golden)
        assert len(before) == 2 * len(accounts)
        assert warehouse.rows("FROM weighed") == []
        settle_golden(warehouse, "r2", accounts, NOW + timedelta(days=1))
        assert weighed == accounts
        assert warehouse.rows(golden) == before
    with open_warehouse(former) as warehouse:
        kept = warehouse.rows("SELECT account_id, len(cells) AS cells FROM weighed ORDER BY ALL")
        assert kept == [{"account_id": key, "cells": 2} for key in accounts]
        settle_golden(warehouse, "r3", accounts, NOW + timedelta(days=2))
        assert weighed == accounts, "nothing is weighed a second time"
        assert warehouse.rows(golden) == before


@pytest.mark.slow
def test_a_file_goes_between_duckdb_versions_and_back(tmp_path: Path) -> None:
    try:
        turns = take_turns(tmp_path)
    except Unavailable as error:
        pytest.skip(str(error))
    assert [turn["duckdb"][0] for turn in turns] == ["1", "2", "1", "2"]
    assert [turn["runs"] for turn in turns] == [1, 2, 3, 4]
    last = turns[-1]
    assert last["counts"] == [f'{{"读":{n}}}' for n in range(1, len(TURNS) + 1)]
    assert (last["golden"], last["history"]) == ("+13035550104", 4)
    assert last["status"] == "contradicted", "the page that showed the CRM's line shows another one now"

"""What a lake does otherwise than a file: one writer by a lock of ours, holes written away, a file as its backup."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from accounts.errors import ConfigError, WarehouseError, WriterBusy
from tests.warehouse.conftest import World, account
from tests.warehouse.lakes import Lakes
from warehouse.compaction import compact, copy_to
from warehouse.lake import LAKE, load_extensions
from warehouse.store import open_warehouse

IS_LAKE = bool(os.environ.get("EVERGREEN_LAKE"))
lake_only = pytest.mark.skipif(not IS_LAKE, reason="needs DuckLake: `make test-lake`")


@lake_only
def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with open_warehouse(tmp_path), pytest.raises(WriterBusy):
        open_warehouse(tmp_path)
    open_warehouse(tmp_path).close()


@lake_only
def test_what_was_deleted_is_gone_from_the_disk_once_compacted(world: World) -> None:
    world.pull(account("A", name="Larkmoor"), account("B", name="Secretum"))
    for _ in range(300):
        world.observe("B", "name", "Secretum Holdings")
    world.observe("A", "name", "Larkmoor Ltd")
    warehouse = world.warehouse
    warehouse.run("CALL ducklake_flush_inlined_data('evergreen')")
    warehouse.run("DELETE FROM observation WHERE account_id = 'B'")
    compact(warehouse)
    assert warehouse.value("SELECT count(*) FROM observation") == 1
    files = [str(p) for p in (warehouse.folder / LAKE).rglob("observation/*.parquet")]
    assert files
    query = "SELECT count(*) FROM read_parquet($files) WHERE account_id = 'B'"
    assert duckdb.execute(query, {"files": files}).fetchone() == (0,)
    assert len(warehouse.rows("FROM ducklake_snapshots('evergreen')")) <= 2


@lake_only
def test_its_backup_is_a_file_like_any_other(world: World, tmp_path: Path) -> None:
    world.pull(account("A", name="Larkmoor"))
    copy_to(world.warehouse, tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True) as copy:
        assert copy.execute("SELECT account_id FROM crm_account").fetchall() == [("A",)]


@lake_only
def test_a_catalogue_out_of_reach_is_told_with_the_remedy(lakes: Lakes, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="catalogue cannot be opened"):
        open_warehouse(tmp_path, lake=lakes.told("nowhere"))
    with pytest.raises(WarehouseError, match="catalogue cannot be opened"):  # and the lock was given back
        open_warehouse(tmp_path, lake=lakes.told("nowhere"))


@pytest.mark.skipif(IS_LAKE, reason="of an environment without DuckLake")
def test_without_its_extensions_a_lake_says_what_is_missing() -> None:
    with duckdb.connect() as connection, pytest.raises(ConfigError, match="make lake"):
        load_extensions(connection)

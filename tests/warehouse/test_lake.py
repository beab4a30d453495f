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
from warehouse.lake import LAKE, catalogue_trouble, load_extensions
from warehouse.store import Warehouse, open_warehouse

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


def test_an_extension_that_does_not_load_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").write_bytes(b"of another machine" * 100)
    monkeypatch.setattr("warehouse.lake._shipped", lambda package: tmp_path / "other")
    with duckdb.connect() as connection, pytest.raises(ConfigError, match="does not load") as caught:
        load_extensions(connection)
    assert "make lake" in caught.value.remedy


_AWAY = "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally"
_REFUSED = 'Unable to connect to Postgres at "dbname=made": connection to server at "127.0.0.1" failed: Connection refused'
_COPY = f'Failed to prepare COPY "COPY (SELECT \'a:b\') TO STDOUT (FORMAT "binary");": {_AWAY}'


@pytest.mark.parametrize(
    "error",
    [
        duckdb.IOException(f"IO Error: Failed to query most recent snapshot for DuckLake: {_REFUSED}"),
        duckdb.Error(f"Failed to get global stats information from DuckLake: {_COPY}"),
        duckdb.BinderException(f'Binder Error: Failed to prepare query "SELECT 1": {_AWAY}'),
        duckdb.InvalidInputException(
            f"Invalid Input Error: Attempting to fetch from an unsuccessful query result\nError: Invalid Error: {_COPY}"
        ),
        duckdb.TransactionException('TransactionContext Error: Failed to commit: Failed to execute query "ROLLBACK": '),
        duckdb.TransactionException(
            "TransactionContext Error: Failed to commit: Failed to commit DuckLake transaction.\n"
            f'Failed to commit: Failed to execute query "COMMIT": {_AWAY}'
        ),
    ],
)  # fmt: skip
def test_a_lost_catalogue_is_told_whatever_kind_of_error_it_is(error: duckdb.Error, tmp_path: Path) -> None:
    told = catalogue_trouble(error, tmp_path)
    assert told is not None
    assert told.what.startswith("The lake's catalogue in PostgreSQL was lost: ")
    assert "what was committed is safe" in told.remedy


@pytest.mark.parametrize(
    "error",
    [
        duckdb.InternalException("INTERNAL Error: Attempted to access index 3 within vector of size 3"),
        duckdb.FatalException("FATAL Error: database has been invalidated because of a previous fatal error"),
        duckdb.TransactionException("TransactionContext Error: Current transaction is aborted (please ROLLBACK)"),
        duckdb.TransactionException("TransactionContext Error: Failed to commit: Failed to commit DuckLake transaction."),
        duckdb.Error('Failed to get table information from DuckLake: ERROR:  relation "ducklake_table" does not exist'),
    ],
)  # fmt: skip
def test_what_may_be_something_else_is_not_put_on_the_catalogue_alone(
    error: duckdb.Error, tmp_path: Path
) -> None:
    told = catalogue_trouble(error, tmp_path)
    assert told is not None
    assert "was lost, or DuckDB fell over something else: " in told.what
    assert "a fault to report" in told.remedy


@pytest.mark.parametrize(
    "error",
    [
        duckdb.ConversionException("Conversion Error: Could not convert string 'PostgreSQL' to INT32"),
        duckdb.ConversionException("Conversion Error: Failed to execute query"),
        duckdb.NotImplementedException(
            "Not implemented Error: Adding indexes or constraints is not supported in DuckLake"
        ),
        duckdb.BinderException(
            'Binder Error: Referenced column "PostgreSQL" not found\nLINE 1: to the server'
        ),
        duckdb.BinderException('Binder Error: Failed to find attached database "DuckLake"'),
        duckdb.InvalidInputException(
            "Invalid Input Error: Failed to convert DuckDB type to DuckLake - unsupported type BIT\nLINE 1: x"
        ),
        duckdb.InvalidInputException("Invalid Input Error: 'server closed the connection unexpectedly'"),
        duckdb.CatalogException("Catalog Error: Table with name Failed to commit does not exist!"),
        duckdb.ParserException('Parser Error: syntax error at or near "Postgres"'),
        duckdb.IOException('IO Error: Could not write file "lake/a.parquet": No space left on device'),
        duckdb.InvalidInputException("Failed to " * 20_000),
    ],
)
def test_a_wrong_query_and_a_full_disk_are_not_put_on_the_catalogue(
    error: duckdb.Error, tmp_path: Path
) -> None:
    assert catalogue_trouble(error, tmp_path) is None


@pytest.mark.parametrize("is_lake", [False, True])
def test_a_wrong_query_on_a_lake_comes_out_as_what_it_is(is_lake: bool, tmp_path: Path) -> None:
    with (
        Warehouse(duckdb.connect(), tmp_path, is_lake=is_lake) as warehouse,
        pytest.raises(duckdb.ConversionException, match="PostgreSQL"),
    ):
        warehouse.value("SELECT value::INTEGER FROM (VALUES ('PostgreSQL')) AS technology (value)")

"""Compaction: repeated rows go, long tables are sorted by account, and the file is written anew without its holes.

DuckDB does not shrink a file, and what was deleted stays readable in its free blocks until they are overwritten. So a
fresh file is written beside the old one and takes its place in one step; a crash leaves the one or the other.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from accounts.errors import WarehouseError
from warehouse.durable import sync_file
from warehouse.lake import LAKE, compact_lake
from warehouse.store import STORAGE, Warehouse, sql

#: The order rows are kept in: readers of one account then touch few blocks. Other tables keep the order of writing.
_ORDER = {
    "observation": "account_id, field, observed_at, rowid",
    "golden": "account_id, field, valid_from, rowid",
    "signal": "account_id, observed_at, rowid",
    "crm_history": "account_id, field, seen_at, rowid",
    "confirmation": "account_id, field, noted_at, rowid",
}


@dataclass(frozen=True, slots=True)
class Compaction:
    """What compacting did: sizes of the file in bytes, repeated rows and closed intents dropped."""

    bytes_before: int
    bytes_after: int
    repeated: int
    intents: int


def compact(warehouse: Warehouse) -> Compaction:
    """Drops what is kept twice, sorts, and shrinks the file; the warehouse stays open.

    Raises WarehouseError where there is no room for the second file; nothing is changed then.
    """
    if not warehouse.is_lake:
        warehouse.run("CHECKPOINT evergreen")
    before = _size(warehouse)
    _need_room(warehouse.folder, before)
    with warehouse.transaction():
        repeated = _drop_repeated(warehouse)
        intents = int(warehouse.value("SELECT count(*) FROM intent"))
        warehouse.script("closed_intents")
        intents -= int(warehouse.value("SELECT count(*) FROM intent"))
    rewrite(warehouse)
    return Compaction(before, _size(warehouse), repeated, intents)


def rewrite(warehouse: Warehouse) -> None:
    """Writes the warehouse's file anew, sorted and without free blocks, and goes on with it.

    Raises WriterBusy where another process took the file in the instant it was given back; nothing is lost then.
    """
    if warehouse.is_lake:
        compact_lake(warehouse.run)
        return
    path = warehouse.folder / "warehouse.duckdb"
    fresh = path.with_name("warehouse.compact.part")
    fresh.unlink(missing_ok=True)
    try:
        copy_to(warehouse, fresh)
        warehouse.run("CHECKPOINT evergreen")
        sync_file(fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    warehouse.reopen()


def copy_to(warehouse: Warehouse, path: Path) -> None:
    """Writes a consistent, checkpointed copy of the whole warehouse into a new file."""
    warehouse.run(f"ATTACH '{_quoted(path)}' AS fresh (STORAGE_VERSION '{STORAGE}')")
    try:
        warehouse.run("COPY FROM DATABASE evergreen TO fresh (SCHEMA)")
        for table in warehouse.tables():
            order = _ORDER.get(table, "rowid")
            warehouse.run(f'INSERT INTO fresh."{table}" FROM evergreen."{table}" ORDER BY {order}')
            kept = warehouse.value(f'SELECT count(*) FROM fresh."{table}"')
            if kept != warehouse.value(f'SELECT count(*) FROM evergreen."{table}"'):
                raise WarehouseError(f"The copy of table {table} is not whole.", path=path)
        warehouse.run("CHECKPOINT fresh")
    finally:
        warehouse.run("DETACH fresh")


def _size(warehouse: Warehouse) -> int:
    """Bytes of the warehouse's file, or of the lake's."""
    if warehouse.is_lake:
        return sum(p.stat().st_size for p in (warehouse.folder / LAKE).rglob("*") if p.is_file())
    return (warehouse.folder / "warehouse.duckdb").stat().st_size


def _drop_repeated(warehouse: Warehouse) -> int:
    warehouse.run("CREATE OR REPLACE TEMP TABLE repeated AS " + sql("repeated"))
    for table in ("observation", "signal"):
        warehouse.run(
            f"DELETE FROM {table} WHERE rowid IN (SELECT row FROM repeated WHERE \"table\" = '{table}')"
        )
    count = int(warehouse.value("SELECT count(*) FROM repeated"))
    warehouse.run("DROP TABLE repeated")
    return count


def _need_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size * 11 // 10:
        raise WarehouseError(
            f"Compacting needs room for a second file of {size:,} bytes in {folder}; {free:,} are free.",
            remedy="Make room; nothing was changed.",
            path=folder,
        )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")

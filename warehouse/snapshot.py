"""The published snapshot: Parquet copies that readers open while the next run writes.

`snapshots/<run_id>/*.parquet`, and `snapshots/current` naming the newest; the name is flipped atomically, so a
reader sees a whole snapshot or the one before.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from accounts.errors import WarehouseError
from warehouse.store import Warehouse, migrations, sql

#: Tables a reader needs; `intent` stays with the writer.
PUBLISHED = (
    "run", "field_spec", "authority", "crm_account", "crm_value", "crm_history", "observation", "signal", "link",
    "source_call", "golden", "staleness", "confirmation", "change", "outcome", "undone", "review_item", "shard", "change_rate", "reliability",
    "posting", "board_look", "article", "story", "hiring", "score", "brief", "watched", "disowned", "audit_result",
    "hierarchy_edge", "alias", "merge_proposal", "cluster_event",
)  # fmt: skip
#: Tables every snapshot has; any other is read as empty where an earlier Evergreen did not publish it yet.
_ALWAYS = frozenset({
    "run", "field_spec", "authority", "crm_account", "crm_value", "crm_history", "observation", "signal", "link",
    "source_call", "golden", "staleness", "confirmation", "change", "outcome", "undone", "review_item", "shard",
})  # fmt: skip
#: Long tables that are read account by account.
_BY_ACCOUNT = frozenset(
    {"observation", "golden", "crm_value", "crm_history", "signal", "link", "staleness", "change", "outcome",
     "confirmation", "source_call", "posting", "article", "story", "brief", "alias"}
)  # fmt: skip
#: Tables that readers see as another view of them: observations with the time they were last known to stand.
_AS = {"observation": "observed"}
#: Row groups small enough that looking at one account decodes little else.
_ACCOUNT_GROUPS = ", ROW_GROUP_SIZE 20480"


def publish(warehouse: Warehouse, run_id: str, *, keep: int = 5) -> Path:
    """Writes a snapshot of the whole warehouse and points `current` at it; returns its folder."""
    root = warehouse.folder / "snapshots"
    final, partial = root / run_id, root / f".{run_id}.part"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for table in PUBLISHED:
        order, groups = (" ORDER BY account_id", _ACCOUNT_GROUPS) if table in _BY_ACCOUNT else ("", "")
        warehouse.run(
            f"COPY (FROM {_AS.get(table, table)}{order}) TO '{_quoted(partial / table)}.parquet' (FORMAT parquet{groups})"
        )
    warehouse.run(
        f"COPY ({_wide(warehouse)}) TO '{_quoted(partial / 'golden_wide')}.parquet' (FORMAT parquet)"
    )
    former = root / f".{run_id}.former.part"
    if final.exists():  # readers miss it for a moment only, and a death just here is mended by the next run
        final.rename(former)
    partial.rename(final)
    shutil.rmtree(former, ignore_errors=True)
    pointer = root / ".current.part"
    pointer.write_text(run_id, encoding="utf-8")
    pointer.replace(root / "current")
    folders = sorted((p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")), reverse=True)
    for old in folders[keep:]:
        if old != final:  # with a clock set back the newest has not the highest name
            shutil.rmtree(old, ignore_errors=True)
    return final


def clear_half_published(folder: Path) -> list[str]:
    """Removes snapshots that dead runs left half-written; says in words what was found, a damaged snapshot too."""
    partials = sorted((folder / "snapshots").glob(".*.part/"))
    for partial in partials:
        shutil.rmtree(partial, ignore_errors=True)
    runs = sorted({p.name[1:].removesuffix(".part").removesuffix(".former") for p in partials})
    told = [f"run {run} died while it published; this run publishes anew" for run in runs]
    if (folder / "snapshots" / "current").exists():
        try:
            open_snapshot(folder).close()
        except WarehouseError as error:
            told.append(f"{error.what} This run publishes anew.")
    return told


def _wide(warehouse: Warehouse) -> str:
    """One row per account, one column per field: the golden record as people expect it."""
    fields = [row["name"] for row in warehouse.rows("SELECT name FROM field_spec ORDER BY ALL")]
    picks = "".join(f", any_value(value) FILTER (field = '{name}') AS \"{name}\"" for name in fields)
    return (
        f"SELECT account_id{picks} FROM golden WHERE valid_to IS NULL GROUP BY account_id ORDER BY account_id"
    )


def open_snapshot(folder: Path) -> Warehouse:
    """The newest snapshot under a warehouse folder, for reading, under the same table names.

    Raises WarehouseError where no run has published one yet.
    """
    pointer = folder / "snapshots" / "current"
    if not pointer.exists():
        raise WarehouseError(
            f"There is nothing to read in {folder} yet.",
            remedy="Run `evergreen nightly` once; a dry run is enough.",
            path=folder,
        )
    try:
        current = folder / "snapshots" / pointer.read_text(encoding="utf-8").strip()
        files = sorted(current.glob("*.parquet"))
        lacking = _ALWAYS - {file.stem for file in files}
        if lacking:
            raise FileNotFoundError(f"{', '.join(sorted(lacking))}: no such table")
        connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        for file in files:
            connection.execute(f"CREATE VIEW {file.stem} AS FROM read_parquet('{_quoted(file)}')")
        _add_empty(connection, {*PUBLISHED} - {file.stem for file in files})
        connection.execute("CREATE VIEW observed AS " + _observed(connection))
        connection.execute("CREATE VIEW ours AS " + sql("ours"))
    except (OSError, ValueError, duckdb.Error) as error:
        raise WarehouseError(
            f"The snapshot that {pointer} names is damaged or gone: {str(error).splitlines()[0]}",
            remedy="`evergreen nightly` publishes it anew; a dry run is enough. Nothing else is lost.",
            path=folder,
        ) from error
    return Warehouse(connection, folder)


def _observed(connection: duckdb.DuckDBPyConnection) -> str:
    """The view `observed` over a snapshot, whose observations are published as it shows them; an older one lacks columns."""
    names = {row[0] for row in connection.execute("DESCRIBE observation").fetchall()}
    more = "" if "looks" in names else ", observed_at AS first_observed_at, 1 AS looks"
    return f"SELECT *{more} FROM observation"


def _add_empty(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> None:
    """Empty tables of these names, shaped as the migrations shape them."""
    if not tables:
        return
    connection.execute("CREATE SCHEMA shape; USE shape")
    for _, script in migrations():
        connection.execute(script)
    connection.execute("USE main")
    for table in sorted(tables):
        shape = connection.execute(f"DESCRIBE shape.{table}").fetchall()
        columns = ", ".join(f'"{name}" {kind}' for name, kind, *_ in shape)
        connection.execute(f"CREATE TABLE {table} ({columns})")
    connection.execute("DROP SCHEMA shape CASCADE")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")

"""The warehouse: one DuckDB file, opened by exactly one writer, with migrations and bulk appends.

SQL lives in `warehouse/sql/*.sql`; rows go in as newline-delimited JSON through `read_json`, because
`executemany` was measured a hundred times slower. Times are naive UTC inside the file, aware outside.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import duckdb

from accounts.errors import WarehouseError
from warehouse.disk import disk_trouble, is_busy
from warehouse.lake import abandon, attach_lake, catalogue_trouble

#: Written so that DuckDB 1.5 and 2.x both read it.
STORAGE = "v1.5.0"
#: Bytes of the headers of a DuckDB file; a shorter one holds nothing.
_HEADERS = 3 * 4096


@cache
def sql(name: str) -> str:
    """The text of `warehouse/sql/NAME.sql`."""
    return resources.files("warehouse").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def migrations() -> list[tuple[int, str]]:
    """All migrations, in order: number and SQL."""
    folder = resources.files("warehouse").joinpath("sql", "migrations")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(int(f.name[:4]), f.read_text(encoding="utf-8")) for f in files]


def utc(moment: datetime | None) -> datetime | None:
    """A time as the file keeps it: naive, in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment


class Warehouse:
    """An open warehouse. Use `open_warehouse`; readers use `warehouse.snapshot.open_snapshot`."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, *, scratch: Path | None = None,
        lock: IO[str] | None = None, is_lake: bool = False,
    ) -> None:  # fmt: skip
        self._db = connection
        self.folder = folder
        self._scratch = scratch
        self._lock = lock
        self._inside = False
        #: True where the rows lie in a lake (`warehouse.lake`) and not in a file.
        self.is_lake = is_lake or lock is not None
        self._is_broken = False

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the file back."""
        if self._is_broken:
            abandon(self._db)
        else:
            self._db.close()
        if self._lock is not None:
            self._lock.close()

    def another(self) -> Warehouse:
        """A second hand on the same open database, for another thread."""
        return Warehouse(self._db.cursor(), self.folder, scratch=self._scratch, is_lake=self.is_lake)

    def rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query as dicts; times come back aware, in UTC."""
        cursor = self._execute(query, parameters)
        told = _reader(cursor)
        with self._explained():
            found = cursor.fetchall()
        return [told(row) for row in found]

    def stream(
        self, query: str, parameters: Mapping[str, Any] | None = None, *, at_once: int = 2_000
    ) -> Iterator[dict[str, Any]]:
        """The rows of a query, some at a time, so that Python never holds them all.

        Nothing else may be asked of this hand until they are read to the end or dropped.
        """
        cursor = self._execute(query, parameters)
        told = _reader(cursor)
        while True:
            with self._explained():
                batch = cursor.fetchmany(at_once)
            if not batch:
                return
            for row in batch:
                yield told(row)

    def value(self, query: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        cursor = self._execute(query, parameters)
        with self._explained():
            row = cursor.fetchone()
        return _aware(row[0]) if row else None

    def run(self, query: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Executes statements for what they do."""
        self._execute(query, parameters)

    def _execute(self, query: str, parameters: Mapping[str, Any] | None) -> duckdb.DuckDBPyConnection:
        result = self._db
        with self._explained():
            for statement in self._db.extract_statements(query):
                given = {name: _naive((parameters or {})[name]) for name in statement.named_parameters}
                result = self._db.execute(statement, given or None)
        return result

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Tells what the disk, or a lake's catalogue, did not do as WarehouseError; what is wrong with a query stays as it is."""
        try:
            yield
        except duckdb.Error as error:
            told = self._trouble(error)
            if told is None:
                raise
            raise told from error

    def _trouble(self, error: duckdb.Error) -> WarehouseError | None:
        if self.is_lake:
            self._is_broken |= isinstance(error, (duckdb.FatalException, duckdb.InternalException))
            if (lost := catalogue_trouble(error, self.folder)) is not None:
                return lost
        is_disk = isinstance(error, (duckdb.IOException, duckdb.FatalException))
        is_disk |= isinstance(error, duckdb.TransactionException) and "Failed to commit" in str(error)
        return disk_trouble(error, self.folder) if is_disk else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or none of it; nested use joins the outer one. Raises WarehouseError where the disk does not take it."""
        if self._inside:
            yield
            return
        with self._explained():
            self._db.execute("BEGIN")
        self._inside = True
        try:
            yield
        except BaseException:
            self._inside = False
            with suppress(duckdb.Error):  # a file that could not be written has ended the transaction itself
                self._db.execute("ROLLBACK")
            raise
        self._inside = False
        try:
            self._db.execute("COMMIT")
        except duckdb.Error as error:
            raise self._trouble(error) or disk_trouble(error, self.folder) from error

    def script(self, name: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Executes all statements of `warehouse/sql/NAME.sql`."""
        self.run(sql(name), parameters)

    def append(self, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Appends rows given as mappings by column name; columns not given are NULL. Returns how many.

        Raises WarehouseError where the disk does not take them.
        """
        count = 0
        try:
            with tempfile.NamedTemporaryFile(
                "w", suffix=".ndjson", dir=self._scratch, encoding="utf-8", errors="replace"
            ) as file:
                for row in rows:
                    file.write(json.dumps(row, ensure_ascii=False, default=plain) + "\n")
                    count += 1
                file.flush()
                if count:
                    self.append_file(table, Path(file.name))
        except OSError as error:
            raise disk_trouble(error, self.folder) from error
        return count

    def append_file(self, table: str, *files: Path) -> None:
        """Appends newline-delimited JSON files written by `append`'s rules, or Parquet files with the table's columns."""
        columns = self.columns(table)
        spec = ", ".join(f"'{name}': '{kind}'" for name, kind in columns)
        names = ", ".join(f'"{name}"' for name, _ in columns)
        if all(file.suffix == ".parquet" for file in files):
            query = f"INSERT INTO {table} ({names}) SELECT {names} FROM read_parquet($files)"
            self._execute(query, {"files": [str(f) for f in files]})
            return
        self._execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM read_json($files, format = 'newline_delimited', "
            f"columns = {{{spec}}}, maximum_object_size = 268435456)",
            {"files": [str(f) for f in files]},
        )

    def columns(self, table: str) -> list[tuple[str, str]]:
        """Names and types of a table's columns, in order."""
        return [(row["column_name"], row["column_type"]) for row in self.rows(f"DESCRIBE {table}")]

    def make_like(self, table: str, model: str) -> None:
        """Makes an empty temporary table with the columns of another, in place of one of that name.

        Column by column: in DuckDB 2.0.0 what `CREATE TABLE … AS` of no rows made loses all that is put in within the same
        transaction, once it is more than a row group (122,880 rows).
        """
        columns = ", ".join(f'"{name}" {kind}' for name, kind in self.columns(model))
        self.run(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")

    def tables(self) -> list[str]:
        """The names of the warehouse's own tables."""
        rows = self.rows(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'evergreen' AND NOT temporary ORDER BY ALL"
        )
        return [row["table_name"] for row in rows]

    def reopen(self) -> None:
        """Goes on with the file that bears the warehouse's name now, after another was put in its place."""
        path = self.folder / "warehouse.duckdb"
        try:
            self._db.execute("USE memory")
            self._db.execute("DETACH evergreen")
            self._db.execute(f"ATTACH '{_quoted(path)}' AS evergreen (STORAGE_VERSION '{STORAGE}')")
            self._db.execute("USE evergreen")
        except duckdb.Error as error:
            raise disk_trouble(error, self.folder) from error

    def replace(self, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Puts rows in place of all a table holds, in one transaction."""
        with self.transaction():
            self.run(f"DELETE FROM {table}")
            return self.append(table, rows)


def _naive(value: Any) -> Any:
    return utc(value) if isinstance(value, datetime) else value


def _reader(cursor: duckdb.DuckDBPyConnection) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """Makes dicts of the rows of a query; only columns of times are looked at, for there may be millions of rows."""
    columns = cursor.description or ()
    names = [column[0] for column in columns]
    times = [name for name, kind, *_ in columns if "TIME" in str(kind).upper()]

    def told(row: Sequence[Any]) -> dict[str, Any]:
        found = dict(zip(names, row, strict=True))
        for name in times:
            found[name] = _aware(found[name])
        return found

    return told


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def plain(thing: Any) -> Any:
    """A thing JSON does not know, as the warehouse's JSON writes it."""
    if isinstance(thing, datetime):
        moment = utc(thing)
        return moment.isoformat(sep=" ") if moment else None
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, Mapping):
        return dict(thing)
    if isinstance(thing, (set, frozenset, tuple)):
        return list(thing)
    return str(thing)


def open_warehouse(folder: Path, *, memory_limit: str = "2GB", lake: str | None = None) -> Warehouse:
    """The warehouse in a folder, made or migrated as needed, open for writing; `lake` names the catalogue of one (`warehouse.lake`).

    Raises WriterBusy while another process holds it; WarehouseError where the file is of a newer Evergreen, is
    damaged, or the folder cannot be written.
    """
    path = folder / "warehouse.duckdb"
    try:
        scratch = folder / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        connection.execute(f"SET memory_limit = '{memory_limit}'")
        connection.execute(f"SET temp_directory = '{_quoted(scratch)}'")
        lock = _attach(connection, path) if lake is None else attach_lake(connection, lake, folder)
        connection.execute("USE evergreen")
    except (duckdb.IOException, duckdb.BinderException) as error:
        raise disk_trouble(error, folder) from error
    except (OSError, duckdb.Error) as error:
        if "already attached" in str(error):
            raise disk_trouble(error, folder) from error
        raise WarehouseError(
            f"{path} cannot be opened: {str(error).splitlines()[0]}",
            remedy="Restore it with `evergreen restore`, or move it away to start anew.",
            path=path,
        ) from error
    for leftover in scratch.glob("*.ndjson"):  # of a writer that died: the warehouse is ours now
        leftover.unlink(missing_ok=True)
    warehouse = Warehouse(connection, folder, scratch=scratch, lock=lock)
    _migrate(warehouse, path)
    warehouse.run("CREATE OR REPLACE TEMP VIEW observed AS " + sql("observed"))
    return warehouse


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> IO[str] | None:
    """Attaches the file; DuckDB itself holds it for one writer, so there is no lock to give."""
    attach = f"ATTACH '{_quoted(path)}' AS evergreen (STORAGE_VERSION '{STORAGE}')"
    try:
        connection.execute(attach)
    except duckdb.IOException as error:
        if is_busy(error) or not _is_stillborn(path):
            raise
        path.unlink()
        connection.execute(attach)
    return None


def _is_stillborn(path: Path) -> bool:
    """True for a file whose maker died, or found the disk full, before it held anything: nothing came after it."""
    runs = path.parent / "runs"
    used = (path.parent / "snapshots").exists() or (runs.is_dir() and any(runs.iterdir()))
    wal = path.with_name(f"{path.name}.wal")
    return not used and not wal.exists() and path.is_file() and path.stat().st_size < _HEADERS


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _migrate(warehouse: Warehouse, path: Path) -> None:
    """Runs every migration the file has not seen; they stand by themselves, so that they may land in any order."""
    warehouse.run("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER, applied_at TIMESTAMP)")
    have = {row["version"] for row in warehouse.rows("SELECT version FROM schema_version")}
    known = migrations()
    if have - {version for version, _ in known}:
        warehouse.close()
        raise WarehouseError(
            f"{path} has schema version {max(have)}; this Evergreen knows {known[-1][0]}.",
            remedy="Use the Evergreen that wrote it, or a newer one.",
            path=path,
        )
    for version, script in known:
        if version not in have:
            with warehouse.transaction():
                warehouse.run(script)
                warehouse.run(
                    "INSERT INTO schema_version VALUES ($version, now() AT TIME ZONE 'UTC')",
                    {"version": version},
                )


def as_sequence(thing: Any) -> Sequence[Any]:
    """A list column's value, NULL read as empty."""
    return tuple(thing or ())

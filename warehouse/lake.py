"""The warehouse as a lake: DuckLake, with its catalogue in PostgreSQL and its rows as Parquet files in a folder.

The same tables, the same SQL and one writer as in a single file; in return any number of readers may read the lake while it is written, and
every night is a snapshot that can be read as it was. DuckLake and its way to PostgreSQL are extensions that exist for DuckDB 1.5:
`make lake` brings them (requirements-lake.in).
"""

from __future__ import annotations

import ctypes
import fcntl
import re
import tempfile
from collections.abc import Callable
from importlib import import_module, resources
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

import duckdb

from accounts.errors import ConfigError, WarehouseError
from warehouse.disk import writer_busy

#: Extensions by the name DuckDB knows them under, and the packages that bring them.
_EXTENSIONS = {"postgres_scanner": "postgres", "ducklake": "ducklake"}
#: Rows of one change that are kept in the catalogue rather than in a file of their own.
_INLINED = 200
#: Where the rows lie, in the folder of the warehouse.
LAKE = "lake"
#: What stands before the cause in an error: the kind, by DuckDB, and what it was about, by DuckLake (`Failed to get … from DuckLake: `).
_BEFORE = re.compile(
    r"[A-Z]\w*(?: \w+)? Error:\s+|Attempting to fetch from an unsuccessful query result\s+Error:\s+"
    r"|Failed to commit DuckLake transaction\.\s+|Failed to [^:\n]*:\s+"
)
#: How the cause begins where the catalogue failed, as told by what speaks with PostgreSQL, by its library, and by PostgreSQL itself.
_CATALOGUES = re.compile(
    r"Failed to (?:prepare|execute) (?:query|COPY)\b|Failed to fetch header for COPY\b|PostgresConnection::"
    r"|Unable to (?:connect to|read binary COPY data from) Postgres\b|connection to server |server closed the connection"
    r"|no connection to the server|could not (?:send data to|receive data from) server|SSL connection has been closed"
    r"|FATAL:\s+(?:terminating connection|the database system is)"
)
#: How one begins that may be what is left of it, and may be something else.
_PERHAPS = re.compile(
    r"Failed to commit\b|Current transaction is aborted|Failed to [^:\n]*\bDuckLake\b[^:\n]*:"
)
#: Kinds of errors that are never the catalogue's: of a value, a constraint, what a lake has not, and of syntax.
_QUERYS = (duckdb.DataError, duckdb.IntegrityError, duckdb.NotSupportedError, duckdb.ParserException)


def attach_lake(
    connection: duckdb.DuckDBPyConnection, catalogue: str, folder: Path, schema: str = "evergreen"
) -> IO[str]:
    """Attaches a lake as `evergreen` and gives the lock that holds it for writing, until it is closed.

    `catalogue` is `postgres:` and what libpq is told (`postgres:dbname=evergreen host=db`); a password comes from PGPASSWORD or ~/.pgpass.
    Raises WriterBusy, ConfigError where the extensions are missing, WarehouseError where the catalogue is out of reach.
    """
    lock = _held(folder)
    try:
        load_extensions(connection)
        data = folder / LAKE
        data.mkdir(mode=0o700, exist_ok=True)
        connection.execute("SET ducklake_max_retry_count = 100")
        connection.execute(
            f"ATTACH 'ducklake:{_quoted(catalogue)}' AS evergreen (DATA_PATH '{_quoted(str(data))}/', "
            f"METADATA_SCHEMA '{_quoted(schema)}', OVERRIDE_DATA_PATH true, DATA_INLINING_ROW_LIMIT {_INLINED})"
        )
    except duckdb.Error as error:
        lock.close()
        raise WarehouseError(
            f"The lake's catalogue cannot be opened: {str(error).splitlines()[0]}",
            remedy="Check [warehouse] lake, and that PostgreSQL answers; the password comes from PGPASSWORD or ~/.pgpass.",
            path=folder,
        ) from error
    except BaseException:
        lock.close()
        raise
    return lock


def catalogue_trouble(error: duckdb.Error, folder: Path) -> WarehouseError | None:
    """What to say where the catalogue was lost, or may have been; None where a query is wrong, or the disk is.

    Only the beginning of the error counts, for further on stand values and names, which may say anything.
    """
    if isinstance(error, _QUERYS):
        return None
    is_sure = _begins(str(error), _CATALOGUES)
    if (
        is_sure
        or isinstance(error, (duckdb.InternalException, duckdb.FatalException))
        or _begins(str(error), _PERHAPS)
    ):
        return _catalogue_lost(error, folder, is_sure=is_sure)
    return None


def _begins(told: str, beginning: re.Pattern[str]) -> bool:
    """True where an error begins so, or the cause it names does."""
    at = 0
    while beginning.match(told, at) is None:
        before = _BEFORE.match(told, at)
        if before is None:
            return False
        at = before.end()
    return True


def abandon(connection: duckdb.DuckDBPyConnection) -> None:
    """Leaves a connection as it is until the process ends, for its end would be that of the process.

    DuckLake may fall over itself where PostgreSQL dies under it; DuckDB then refuses even to roll back, and aborts when it is closed.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


def _catalogue_lost(error: duckdb.Error, folder: Path, *, is_sure: bool) -> WarehouseError:
    """What to say, and to do, when the catalogue was lost in the middle of the work, for sure or perhaps."""
    told = " ".join(str(error).partition("Stack Trace")[0].split())[:300]
    perhaps = "" if is_sure else ", or DuckDB fell over something else"
    again = "" if is_sure else " If PostgreSQL ran all the time and it comes again, it is a fault to report."
    return WarehouseError(
        f"The lake's catalogue in PostgreSQL was lost{perhaps}: {told}",
        remedy="See that PostgreSQL runs ([warehouse] lake) and run this again: what was committed is safe, the rest has left "
        f"nothing, and the next run goes on from there.{again}",
        path=folder,
    )


def load_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Loads what reads and writes lakes. Raises ConfigError where it is not installed, or does not load, for the DuckDB in use."""
    with tempfile.TemporaryDirectory() as name:
        for extension, package in _EXTENSIONS.items():
            link = Path(name) / f"{extension}.duckdb_extension"  # DuckDB finds its entry by the file's name
            link.symlink_to(_shipped(package))
            try:
                connection.execute(f"LOAD '{_quoted(str(link))}'")
            except duckdb.Error as error:
                raise ConfigError(
                    f"DuckDB {duckdb.__version__} does not load its extension {extension}: {str(error).splitlines()[0]}",
                    remedy="Make the lake's environment anew on this machine: remove build/lake, then `make lake`.",
                    key="warehouse.lake",
                ) from error


def compact_lake(run: Callable[[str], None]) -> None:
    """Writes anew what has holes, joins small files, and forgets all but the present: what was deleted is gone from the disk."""
    for call in (
        "ducklake_flush_inlined_data('evergreen')",
        "ducklake_rewrite_data_files('evergreen', delete_threshold => 0)",
        "ducklake_merge_adjacent_files('evergreen')",
        "ducklake_expire_snapshots('evergreen', older_than => now())",
        "ducklake_cleanup_old_files('evergreen', cleanup_all => true)",
        "ducklake_delete_orphaned_files('evergreen', cleanup_all => true)",
    ):
        run(f"CALL {call}")


def _shipped(package: str) -> Path:
    """The extension's file in the package that brings it."""
    name = f"duckdb_extension_{package}"
    try:
        root = Path(str(resources.files(import_module(name))))
        file = root / "extensions" / f"v{duckdb.__version__}" / f"{package}.duckdb_extension"
        told = version(name)
    except (ImportError, PackageNotFoundError):
        file, told = Path(), "none"
    if not file.is_file():
        raise ConfigError(
            f"A lake needs the package {name} for DuckDB {duckdb.__version__}; installed is {told}.",
            remedy="Use an environment with what requirements-lake.in names: `make lake`.",
            key="warehouse.lake",
        )
    return file


def _held(folder: Path) -> IO[str]:
    """The writer's lock on a folder."""
    lock = (folder / "lake.lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise writer_busy(folder) from None
    return lock


def _quoted(text: str) -> str:
    return text.replace("'", "''")

"""Looks for a text in everything under a folder: databases opened, bodies unpacked, Parquet and workbooks read."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb


def told_in(folder: Path, text: str) -> list[str]:
    """The places under a folder that tell a text, in any case."""
    return sorted({place for place, told in _everything(folder) if text.casefold() in told.casefold()})


def _everything(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        yield f"{name} (its name)", name
        if not path.is_file():
            continue
        raw = path.read_bytes()
        yield name, raw.decode("latin-1")
        yield name, raw.decode("utf-8", "ignore")
        if path.suffix == ".gz":
            yield name, gzip.decompress(raw).decode("utf-8", "replace")
        elif path.suffix in (".zip", ".xlsx"):
            with zipfile.ZipFile(path) as archive:
                yield from ((name, archive.read(n).decode("utf-8", "replace")) for n in archive.namelist())
        elif path.suffix == ".parquet":
            yield name, str(duckdb.execute("FROM read_parquet($p)", {"p": str(path)}).fetchall())
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as db:
                for (table,) in db.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                    yield f"{name}:{table}", str(db.execute(f'FROM "{table}"').fetchall())
        elif path.suffix == ".sqlite":
            with sqlite3.connect(path) as db:
                for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    yield f"{name}:{table}", str(db.execute(f"SELECT * FROM {table}").fetchall())

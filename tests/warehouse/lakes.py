"""Lakes for tests: every folder gets a catalogue of its own, copied from one that was made once."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb

from tests.fleet.postgres import Postgres, binary, need_postgres, postgres
from warehouse.lake import attach_lake
from warehouse.store import open_warehouse


class Lakes:
    """Catalogues in one PostgreSQL."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self._user, _, place = server.address.partition("@")
        self._host, _, self._port = place.partition(":")
        self._made: set[str] = set()

    def told(self, database: str) -> str:
        """How a catalogue is named in the configuration."""
        return f"postgres:dbname={database} host={self._host} port={self._port} user={self._user}"

    def create(self, database: str, template: str = "template1") -> None:
        """Makes a database, where it is not there yet."""
        if database in self._made:
            return
        words = ["-h", self._host, "-p", self._port, "-U", self._user, "-T", template, database]
        subprocess.run([str(binary("createdb")), *words], check=True, capture_output=True)
        self._made.add(database)

    def attach(self, connection: duckdb.DuckDBPyConnection, path: Path) -> IO[str]:
        """Stands in for `warehouse.store._attach`: a lake in place of the file."""
        database = f"lake_{hashlib.sha256(str(path.parent.resolve()).encode()).hexdigest()[:16]}"
        self.create(database, "made")
        return attach_lake(connection, self.told(database), path.parent)


@contextmanager
def lakes_on_postgres(folder: Path) -> Iterator[Lakes]:
    """Runs PostgreSQL with one catalogue that is made, to copy."""
    need_postgres()
    with postgres() as server:
        lakes = Lakes(server)
        lakes.create("made")
        open_warehouse(folder, lake=lakes.told("made")).close()
        yield lakes

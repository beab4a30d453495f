"""A PostgreSQL of one's own in a folder: for Prefect's server, and for DuckLake's catalogue."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ABSENT = "PostgreSQL is not installed: run `make services`"
_USER = "evergreen"


def binary(name: str) -> str | None:
    """Where a program of PostgreSQL lies; Debian keeps them apart from others."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next(map(str, places), None)


def need_postgres() -> None:
    """Skips the test where there is no PostgreSQL; in CI that is an error."""
    if binary("initdb") is None or binary("pg_ctl") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(ABSENT)


class Postgres:
    """PostgreSQL on loopback over a folder, which may die and come back. It refuses to be root, so root hands it on."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._before = folder, list[str]()
        self._port = free_port()
        if os.getuid() == 0:
            owner = next(u for u in ("postgres", "nobody") if _is_user(u))
            shutil.chown(folder, owner)
            self._before = ["setpriv", f"--reuid={owner}", "--clear-groups", "--"]
        self._call("initdb", "-U", _USER, "--auth=trust", "--encoding=UTF8", "--locale=C")
        self.start()

    @property
    def address(self) -> str:
        """Where it listens, as `user@host:port`."""
        return f"{_USER}@127.0.0.1:{self._port}"

    def start(self) -> None:
        """Starts it, at the same port as ever, and waits until it answers."""
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        self._call("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def die(self) -> None:
        """Ends it in the middle of whatever it does, as a crash would; it recovers from its log when it starts again."""
        self._call("pg_ctl", "-m", "immediate", "stop")

    def _call(self, program: str, *words: str) -> None:
        command = [*self._before, str(binary(program)), "-D", str(self._folder / "data"), *words]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """PostgreSQL over a new folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="evergreen-postgres-") as name:
        made = Postgres(Path(name))
        try:
            yield made
        finally:
            with suppress(subprocess.CalledProcessError):  # it may be dead already
                made.die()


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True

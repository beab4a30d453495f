"""A PostgreSQL of one's own in a folder: for Prefect's server, and for DuckLake's catalogue."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ABSENT = "PostgreSQL is not installed: run `make services`"


def binary(name: str) -> str | None:
    """Where a program of PostgreSQL lies; Debian keeps them apart from others."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next(map(str, places), None)


def need_postgres() -> None:
    """Skips the test where there is no PostgreSQL; in CI that is an error."""
    if binary("initdb") is None or binary("pg_ctl") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(ABSENT)


@contextmanager
def postgres() -> Iterator[str]:
    """Runs PostgreSQL on loopback over a new folder; gives `user@host:port`. It refuses to be root, so root hands it on."""
    with tempfile.TemporaryDirectory(prefix="evergreen-postgres-") as name:
        yield from _running(Path(name))


def _running(folder: Path) -> Iterator[str]:
    data, port, user = folder / "data", free_port(), "evergreen"
    before: list[str] = []
    if os.getuid() == 0:
        owner = next(u for u in ("postgres", "nobody") if _is_user(u))
        shutil.chown(folder, owner)
        before = ["setpriv", f"--reuid={owner}", "--clear-groups", "--"]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"

    def call(*words: str) -> None:
        subprocess.run([*before, *words], check=True, capture_output=True, cwd=folder)

    call(str(binary("initdb")), "-D", str(data), "-U", user, "--auth=trust", "--encoding=UTF8", "--locale=C")
    pg_ctl = str(binary("pg_ctl"))
    call(pg_ctl, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"{user}@127.0.0.1:{port}"
    finally:
        call(pg_ctl, "-D", str(data), "-m", "immediate", "stop")


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

"""A real Tryton server on loopback, with SQLite, as a process of its own.

`make tryton` installs it under `build/tryton` and runs this module, which makes the initialised database once
(`crm.sqlite`); a test session starts the server on a copy. Three users: `admin`, `evergreen` (ours) and `maya`, who plays
the human. GB, CN and DE are the countries it knows.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "build" / "tryton"
BIN = HOME / "venv" / "bin"
TEMPLATE = HOME / "crm.sqlite"
PASSWORDS = {name: f"{name}-and-a-long-password-7" for name in ("admin", "evergreen", "maya")}
COUNTRIES = [("United Kingdom", "GB"), ("China", "CN"), ("Germany", "DE")]
#: The server ends with whoever started it, however that one ends: the pipe closes.
_LEASH = '"$@" & server=$!; cat > /dev/null; kill $server; wait $server'
SUBDIVISIONS = [("China", "浙江", "CN-ZJ", "province"), ("Germany", "Hessen", "DE-HE", "state")]


def missing() -> str | None:
    """Why there is no server to start, in words, or None."""
    return None if TEMPLATE.exists() and (BIN / "trytond").exists() else "no Tryton here: run `make tryton`"


class Refused(Exception):
    """What the server answered instead of a result: the error's name, then its arguments."""


class Session:
    """A user's own JSON-RPC session, independent of our connector: the human's client."""

    def __init__(self, url: str, login: str) -> None:
        self._url, self._headers = url, {"Content-Type": "application/json"}
        uid, token, _ = self("common.db.login", login, {"password": PASSWORDS[login]})
        self.uid = cast(int, uid)
        said = base64.b64encode(f"{login}:{uid}:{token}".encode()).decode()
        self._headers["Authorization"] = f"Session {said}"

    def __call__(self, method: str, *params: Any) -> Any:
        body = json.dumps({"id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self._url, body, self._headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            told = json.load(answer)
        if "error" in told:
            raise Refused(*told["error"])
        return told["result"]

    def model(self, name: str, method: str, *params: Any, **context: Any) -> Any:
        """One method of a model, with a context."""
        return self(f"model.{name}.{method}", *params, context)


@dataclass
class TrytonServer:
    """A running server; `url` is where its RPC answers."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/crm/rpc/"

    def session(self, login: str) -> Session:
        return Session(self.url, login)

    def halt(self) -> None:
        """Ends the process; its files stay."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)

    def stop(self) -> None:
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(database: Path = TEMPLATE, *, phones: bool = False) -> TrytonServer:
    """A server on a copy of a database, once it answers. Raises RuntimeError with its log where it does not.

    `phones`: with the library that makes Tryton check and format phone numbers, as many have it.
    """
    folder = Path(tempfile.mkdtemp(prefix="tryton-"))
    shutil.copyfile(database, folder / "crm.sqlite")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(BIN / "trytond"), "-c", str(_settings(folder, port)), "-d", "crm"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", _LEASH, "sh", *command], stdin=subprocess.PIPE, stdout=log, stderr=log,
            env=_environment() | ({} if phones else _without_phones(folder)),
        )  # fmt: skip
    server = TrytonServer(folder, port, process)
    deadline = time.monotonic() + 120
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            said = (folder / "log").read_text(errors="replace")[-2000:]
            server.stop()
            raise RuntimeError(f"Tryton did not start:\n{said}")
        time.sleep(0.1)
    return server


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _settings(folder: Path, port: int) -> Path:
    path = folder / "trytond.conf"
    path.write_text(
        f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n"
        "[session]\nmax_age = 86400\ntimeout = 86400\n"
    )
    return path


def _without_phones(folder: Path) -> dict[str, str]:
    """Hides the installed library behind a module that is not there."""
    (folder / "hidden").mkdir()
    (folder / "hidden" / "phonenumbers.py").write_text("raise ImportError\n")
    return {"PYTHONPATH": str(folder / "hidden")}


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "TRYTON", "COV"))}


def make_template() -> Path:
    """Makes the initialised database with its users and countries, in one step, and returns its path."""
    folder = Path(tempfile.mkdtemp(prefix="tryton-"))
    try:
        (folder / "crm.sqlite").touch()  # or trytond-admin says that the database does not exist
        (folder / "password").write_text(PASSWORDS["admin"])
        command = [str(BIN / "trytond-admin"), "-c", str(_settings(folder, 1)), "-d", "crm", "--all"]
        command += ["-u", "party", "--activate-dependencies", "--email", "admin@example.com"]
        subprocess.run(command, check=True, env=_environment() | {"TRYTONPASSFILE": str(folder / "password")})
        server = start(folder / "crm.sqlite")
        try:
            _people(server.session("admin"))
        finally:
            server.halt()
        draft = TEMPLATE.with_suffix(f".{secrets.token_hex(4)}")
        with (
            closing(sqlite3.connect(server.folder / "crm.sqlite")) as kept,
            closing(sqlite3.connect(draft)) as copy,
        ):
            kept.backup(copy)  # with what still lies in the write-ahead log
        shutil.rmtree(server.folder)
        return draft.replace(TEMPLATE)
    finally:
        shutil.rmtree(folder)


def _people(admin: Session) -> None:
    for login in ("evergreen", "maya"):
        admin.model(
            "res.user", "create", [{"name": login.title(), "login": login, "password": PASSWORDS[login]}]
        )
    codes = [{"name": name, "code": code} for name, code in COUNTRIES]
    ids = dict(
        zip(
            [name for name, _ in COUNTRIES],
            admin.model("country.country", "create", codes),
            strict=True,
        )
    )
    parts = [{"country": ids[c], "name": n, "code": code, "type": t} for c, n, code, t in SUBDIVISIONS]
    admin.model("country.subdivision", "create", parts)


if __name__ == "__main__":
    make_template()

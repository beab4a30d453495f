"""Responses kept as evidence: compressed bodies named by their hash, and an index of what each URL answered.

`bodies/ab/cd/<sha256>.gz` holds each body once, however many URLs gave it; `index.sqlite` says which; `drafts` holds
what is being written. Threads and processes may share one folder. What is damaged counts as absent, is removed, and comes
back with the next fetch.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import logging
import os
import sqlite3
import struct
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from accounts.clock import SystemClock
from accounts.errors import WarehouseError
from accounts.protocols import StoredResponse
from warehouse.store import sql

log = logging.getLogger("evergreen")

_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "www-authenticate", "x-api-key"}
)
_MARGIN = (
    1 << 16
)  # a stored body is never larger than the reader's cap; gunzip a little beyond what is declared
#: Seconds after which a draft is nobody's any more: writing one takes a moment.
_DRAFT_LIVES = 3600.0
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

T = TypeVar("T")


class FileResponseStore:
    """Implements `accounts.protocols.ResponseStore` in a folder.

    Raises WarehouseError where the folder cannot be written, the disk is full, or another process blocks the index.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._db: sqlite3.Connection | None = None
        with self._explained():
            for name in ("bodies", "drafts"):
                (folder / name).mkdir(parents=True, exist_ok=True)

    def get(self, url: str) -> StoredResponse | None:
        """The newest response to exactly this URL with its body, or None."""
        row = self._ask(
            lambda db: db.execute(
                "SELECT final_url, status, headers, body_sha256, fetched_at, body_bytes FROM response"
                " WHERE url = ? ORDER BY id DESC LIMIT 1",
                (url,),
            ).fetchone()
        )
        if row is None:
            return None
        final_url, status, headers, sha256, fetched_at, size = row
        body = self._read(sha256, size)
        if body is None:
            return None
        try:
            known = {str(k): str(v) for k, v in json.loads(headers).items()}
            return StoredResponse(
                url, final_url, status, known, body, sha256, datetime.fromisoformat(fetched_at)
            )
        except (ValueError, AttributeError):
            return None

    def body(self, sha256: str) -> bytes | None:
        """The body of that hash, for whoever follows evidence back to its page; None where it is gone."""
        row = self._ask(
            lambda db: db.execute(
                "SELECT body_bytes FROM response WHERE body_sha256 = ?", (sha256,)
            ).fetchone()
        )
        return self._read(sha256, row[0]) if row else None

    def put(self, response: StoredResponse) -> None:
        """Keeps a response; an equal one to the same URL is confirmed instead of kept again."""
        self._write(response.body_sha256, response.body)
        at = _text(response.fetched_at)
        headers = {k: v for k, v in response.headers.items() if k.lower() not in _SECRET_HEADERS}

        def keep(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM dropped WHERE body_sha256 = ?", (response.body_sha256,))
            newest = db.execute(
                "SELECT id, body_sha256, status FROM response WHERE url = ? ORDER BY id DESC LIMIT 1",
                (response.url,),
            ).fetchone()
            if newest is not None and newest[1:] == (response.body_sha256, response.status):
                db.execute(
                    "UPDATE response SET headers = ?, final_url = ?, confirmed_at = max(confirmed_at, ?) WHERE id = ?",
                    (json.dumps(headers), response.final_url, at, newest[0]),
                )
                return
            db.execute(
                "INSERT INTO response (url, final_url, status, headers, body_sha256, body_bytes, fetched_at, confirmed_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    response.url, response.final_url, response.status, json.dumps(headers), response.body_sha256,
                    len(response.body), at, at,
                ),
            )  # fmt: skip

        self._ask(keep, writes=True)

    def touch(self, url: str, at: datetime) -> None:
        """Notes that the server confirmed the newest response to a URL."""
        self._ask(
            lambda db: db.execute(
                "UPDATE response SET confirmed_at = max(confirmed_at, ?)"
                " WHERE id = (SELECT id FROM response WHERE url = ? ORDER BY id DESC LIMIT 1)",
                (_text(at), url),
            ),
            writes=True,
        )

    def prune(self, older_than: datetime) -> int:
        """Drops the bodies last confirmed before a moment, and says how many; hashes and metadata stay.

        Drafts that died with their process go too.
        """
        self._drop_dead_drafts()
        idle = self._ask(lambda db: db.execute(sql("responses_idle"), (_text(older_than),)).fetchall())
        dropped = 0
        for (sha256,) in idle:
            with suppress(FileNotFoundError), self._explained():
                self._path(sha256).unlink()
                dropped += 1
        self._ask(
            lambda db: db.executemany("INSERT OR IGNORE INTO dropped VALUES (?)", idle), writes=bool(idle)
        )
        return dropped

    def _drop_dead_drafts(self) -> None:
        dead = SystemClock().now().timestamp() - _DRAFT_LIVES
        for draft in (self.folder / "drafts").iterdir():
            with suppress(OSError):
                if draft.stat().st_mtime < dead:
                    draft.unlink()

    def close(self) -> None:
        """Closes the index; the store opens it again when it is used."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise WarehouseError(f"{sha256[:80]!r} is no SHA-256.", path=self.folder)
        return self.folder / "bodies" / sha256[:2] / sha256[2:4] / f"{sha256}.gz"

    def _read(self, sha256: str, size: int) -> bytes | None:
        """A body, if it is there and is what its name says; a damaged one is removed."""
        path = self._path(sha256)
        try:
            with gzip.open(path) as file:
                body = file.read(size + _MARGIN)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error):
            body = b""
        if hashlib.sha256(body).hexdigest() == sha256:
            return body
        log.warning("a stored body is damaged and removed; it comes back with the next fetch: %s", path.name)
        with suppress(OSError):
            path.unlink()
        return None

    def _write(self, sha256: str, body: bytes) -> None:
        """A body into its place in one step: a crash leaves the whole of it or nothing."""
        if hashlib.sha256(body).hexdigest() != sha256:
            raise WarehouseError(
                f"A body does not have the hash {sha256[:12]}… it is kept under.", path=self.folder
            )
        path = self._path(sha256)
        if _ends_as(path, body):
            return
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder / "drafts", suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(gzip.compress(body, compresslevel=6, mtime=0))
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise

    def _ask(self, question: Callable[[sqlite3.Connection], T], *, writes: bool = False) -> T:
        """The answer of the index; a damaged one is set aside and begun anew, once."""
        with self._lock, self._explained():
            for last in (False, True):
                try:
                    db = self._open()
                    if not writes:
                        return question(db)
                    with db:
                        db.execute("BEGIN IMMEDIATE")
                        return question(db)
                except sqlite3.OperationalError:
                    raise  # locked, full, unwritable: the index itself is sound
                except sqlite3.DatabaseError:
                    if last:
                        raise
                    self._set_aside()
        raise AssertionError("the second try returns or raises")

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            db = sqlite3.connect(
                self.folder / "index.sqlite", timeout=30.0, check_same_thread=False, isolation_level=None
            )
            try:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = NORMAL")
                db.executescript(sql("responses_schema"))
            except BaseException:
                db.close()
                raise
            self._db = db
        return self._db

    def _set_aside(self) -> None:
        """Puts a damaged index out of the way; its bodies stay and are found again as they are fetched again."""
        self.close()
        index = self.folder / "index.sqlite"
        for suffix in ("-wal", "-shm"):
            Path(f"{index}{suffix}").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            index.replace(index.with_suffix(".damaged"))
        log.warning(
            "the index of stored responses was damaged; it is set aside in %s and begun anew", self.folder
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns the system's errors into ours, with the remedy."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            if error.errno in _FULL:
                raise self._full() from error
            raise WarehouseError(
                f"{self.folder} cannot be written: {error.strerror or error}.",
                remedy="Check who owns the folder and whether it may be written.",
                path=self.folder,
            ) from error
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary of an extended code
            if code == sqlite3.SQLITE_FULL:
                raise self._full() from error
            raise WarehouseError(
                f"The index of stored responses in {self.folder} cannot be used: {error}.",
                remedy="Check free disk space and the disk itself; what was stored before is safe."
                if code == sqlite3.SQLITE_IOERR
                else "Another process may hold it; try again when it has ended.",
                path=self.folder,
            ) from error

    def _full(self) -> WarehouseError:
        return WarehouseError(
            f"There is no room left on the disk of {self.folder}.",
            remedy="Make room, or lower keep_bodies_days under [warehouse]; nothing half-written was left.",
            path=self.folder,
        )


def _ends_as(path: Path, body: bytes) -> bool:
    """True where a body lies there whole, by the checksum and length at the end of its file (RFC 1952): it need not be unpacked."""
    try:
        with path.open("rb") as file:
            file.seek(-8, os.SEEK_END)
            return file.read() == struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    except OSError:
        return False


def _text(moment: datetime) -> str:
    """A time as the index keeps it: ISO 8601 in UTC, so that texts sort as times do."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")

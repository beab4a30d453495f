"""The index of stored responses: SQLite in WAL mode, shared by threads and processes, written in batches.

A change waits a moment and is committed with others: a commit each would keep threads waiting for a lock that several
processes want. Until then it may be lost with the process; `flush` says when that must not be.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from accounts.errors import WarehouseError
from warehouse.store import sql

log = logging.getLogger("evergreen")

#: So many changes wait for each other at most.
BATCH = 256
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

T = TypeVar("T")
Change = Callable[[sqlite3.Connection], object]


class ResponseIndex:
    """Answers questions about `index.sqlite` in a folder and changes it; one that is damaged is set aside and begun anew, once.

    Raises WarehouseError where the folder cannot be written, the disk is full, or another process blocks the index.
    """

    def __init__(self, folder: Path, settle: Callable[[], None]) -> None:
        """`settle` is called before changes are committed: what they speak of must be on the disk before they are."""
        self._folder = folder
        self._settle = settle
        self._lock = threading.RLock()
        self._db: sqlite3.Connection | None = None
        self._waiting: list[Change] = []
        self._urls: set[str] = set()

    def ask(self, question: Callable[[sqlite3.Connection], T], url: str | None = None) -> T:
        """The answer of the index: about one address, or about all."""
        with self._lock:
            if self._waiting and (url is None or url in self._urls):
                self.flush()
            return self._run(question)

    def change(self, url: str, change: Change) -> None:
        """Changes what is said of an address, with the next batch."""
        with self._lock:
            self._waiting.append(change)
            self._urls.add(url)
            if len(self._waiting) >= BATCH:
                self.flush()

    def flush(self) -> None:
        """Commits what waits; where that fails it goes on waiting."""
        with self._lock:
            if self._waiting:
                self._settle()
                self._run(self._change_all)
                self._waiting.clear()
                self._urls.clear()

    def close(self) -> None:
        """Commits what waits and closes the index, which is opened again when it is used."""
        with self._lock:
            try:
                self.flush()
            finally:
                self._shut()

    def _change_all(self, db: sqlite3.Connection) -> None:
        with db:
            db.execute("BEGIN IMMEDIATE")
            for change in self._waiting:
                change(db)

    def _run(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with explained(self._folder):
            for last in (False, True):
                try:
                    return question(self._open())
                except sqlite3.OperationalError:
                    raise  # locked, full, unwritable: the index itself is sound
                except sqlite3.DatabaseError:
                    if last:
                        raise
                    self._set_aside()
        raise AssertionError("the second try returns or raises")

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            with (self._folder / "index.lock").open("w") as lock:
                fcntl.flock(
                    lock, fcntl.LOCK_EX
                )  # SQLite does not wait where two processes turn to WAL at once
                self._db = self._connect()
        return self._db

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self._folder / "index.sqlite", timeout=30.0, check_same_thread=False, isolation_level=None
        )
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.executescript(sql("responses_schema"))
        except BaseException:
            db.close()
            raise
        return db

    def _shut(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _set_aside(self) -> None:
        """Puts a damaged index out of the way; its bodies stay and are found again as they are fetched again."""
        self._shut()
        index = self._folder / "index.sqlite"
        for suffix in ("-wal", "-shm"):
            Path(f"{index}{suffix}").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            index.replace(index.with_suffix(".damaged"))
        log.warning(
            "the index of stored responses was damaged; it is set aside in %s and begun anew", self._folder
        )


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turns the system's errors over a folder of responses into ours, with the remedy."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise _full(folder) from error
        raise WarehouseError(
            f"{folder} cannot be written: {error.strerror or error}.",
            remedy="Check who owns the folder and whether it may be written.",
            path=folder,
        ) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary of an extended code
        if code == sqlite3.SQLITE_FULL:
            raise _full(folder) from error
        raise WarehouseError(
            f"The index of stored responses in {folder} cannot be used: {error}.",
            remedy="Check free disk space and the disk itself; what was stored before is safe."
            if code == sqlite3.SQLITE_IOERR
            else "Another process may hold it; try again when it has ended.",
            path=folder,
        ) from error


def _full(folder: Path) -> WarehouseError:
    return WarehouseError(
        f"There is no room left on the disk of {folder}.",
        remedy="Make room, or lower keep_bodies_days under [warehouse]; nothing half-written was left.",
        path=folder,
    )

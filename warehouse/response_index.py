"""The index of stored responses: SQLite in WAL mode, shared by threads and processes, written in batches.

What is noted waits a moment and is committed with others, each kind by one statement. Threads read over connections of their own:
Python takes its time to give the interpreter back to a thread that has asked SQLite something, and nobody else may wait for that.
What waits may be lost with the process; `flush` says when that must not be.
"""

from __future__ import annotations

import errno
import fcntl
import json
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

#: So many notes wait for each other at most.
BATCH = 256
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

T = TypeVar("T")
Row = tuple[str, str, int, str, str, int, str]


class ResponseIndex:
    """Answers questions about `index.sqlite` in a folder and notes answers in it; a damaged one is set aside and begun anew, once.

    Raises WarehouseError where the folder cannot be written, the disk is full, or another process blocks the index.
    """

    def __init__(self, folder: Path, settle: Callable[[], None]) -> None:
        """`settle` is called before notes are committed: what they speak of must be on the disk before they are."""
        self._folder = folder
        self._settle = settle
        self._noting = threading.Lock()
        self._committing = threading.RLock()
        self._put: dict[str, Row] = {}
        self._touched: dict[str, str] = {}
        self._under_way: frozenset[str] = frozenset()
        self._mine = threading.local()
        self._age = 0

    def ask(self, question: Callable[[sqlite3.Connection], T], url: str | None = None) -> T:
        """The answer of the index: about one address, or about all."""
        if self._waits(url):
            self.flush()
        return self._run(question)

    def put(self, row: Row) -> None:
        """Notes an answer, (url, final_url, status, headers, body_sha256, body_bytes, at), with the next batch."""
        if self._waits(row[0]):
            self.flush()  # two answers of one address are kept one after the other
        with self._noting:
            self._put[row[0]] = row
        self._flush_when_many()

    def touch(self, url: str, at: str) -> None:
        """Notes with the next batch that the newest answer of an address was confirmed."""
        with self._noting:
            self._touched[url] = max(at, self._touched.get(url, ""))
        self._flush_when_many()

    def change(self, change: Callable[[sqlite3.Connection], object]) -> None:
        """Changes the index now."""
        self.flush()
        with self._committing:
            self._run(lambda db: _commit(db, change))

    def flush(self) -> None:
        """Commits what waits; where that fails it goes on waiting."""
        with self._committing:
            with self._noting:
                put, touched = self._put, self._touched
                self._put, self._touched = {}, {}
                self._under_way = frozenset((*put, *touched))
            try:
                if put or touched:
                    self._settle()
                    self._run(lambda db: _commit(db, lambda db: _note(db, put, touched)))
            except BaseException:
                with self._noting:
                    self._put, self._touched = put | self._put, touched | self._touched
                raise
            finally:
                self._under_way = frozenset()

    def close(self) -> None:
        """Commits what waits and closes this thread's connection; the index is opened again when it is used."""
        try:
            self.flush()
        finally:
            self._shut()

    def _waits(self, url: str | None) -> bool:
        with self._noting:
            if url is None:
                return bool(self._put or self._touched or self._under_way)
            return url in self._put or url in self._touched or url in self._under_way

    def _flush_when_many(self) -> None:
        if len(self._put) + len(self._touched) >= BATCH:
            self.flush()

    def _run(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with explained(self._folder):
            for last in (False, True):
                age = self._age
                try:
                    return question(self._open())
                except sqlite3.OperationalError:
                    raise  # locked, full, unwritable: the index itself is sound
                except sqlite3.DatabaseError:
                    if last:
                        raise
                    self._set_aside(age)
        raise AssertionError("the second try returns or raises")

    def _open(self) -> sqlite3.Connection:
        """This thread's connection; of an index that was set aside since, none is used any more."""
        db, age = getattr(self._mine, "opened", (None, -1))
        if db is None or age != self._age:
            self._shut()
            with (self._folder / "index.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # SQLite does not wait where two turn to WAL at once
                db = self._connect()
            self._mine.opened = db, self._age
        return db

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
        db, _ = getattr(self._mine, "opened", (None, -1))
        if db is not None:
            self._mine.opened = None, -1
            db.close()

    def _set_aside(self, age: int) -> None:
        """Puts a damaged index out of the way; its bodies stay and are found again as they are fetched again."""
        self._shut()
        with self._committing:
            if age != self._age:
                return  # another thread has done it
            index = self._folder / "index.sqlite"
            for suffix in ("-wal", "-shm"):
                Path(f"{index}{suffix}").unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                index.replace(index.with_suffix(".damaged"))
            self._age += 1
        log.warning(
            "the index of stored responses was damaged; it is set aside in %s and begun anew", self._folder
        )


def _note(db: sqlite3.Connection, put: dict[str, Row], touched: dict[str, str]) -> None:
    if put:
        db.executemany("DELETE FROM dropped WHERE body_sha256 = ?", [(row[4],) for row in put.values()])
        db.execute(sql("responses_put"), (json.dumps(list(put.values())),))
    if touched:
        db.execute(sql("responses_touch"), (json.dumps(touched),))


def _commit(db: sqlite3.Connection, change: Callable[[sqlite3.Connection], object]) -> None:
    with db:
        db.execute("BEGIN IMMEDIATE")
        change(db)


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

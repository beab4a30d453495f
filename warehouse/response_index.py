"""The index of stored responses: SQLite in WAL mode, shared by threads and processes, written in batches.

What is noted waits a moment and is committed with others, each kind by one statement. Threads read side by side, each over a connection of its own:
Python takes its time to give the interpreter back to a thread that has asked SQLite something, and nobody else may wait for that.
What waits may be lost with the process; `flush` says when that must not be.
"""

from __future__ import annotations

import fcntl
import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from accounts.errors import WarehouseError
from warehouse.disk import FULL
from warehouse.store import sql

log = logging.getLogger("evergreen")

#: So many notes wait for each other at most.
BATCH = 256
#: The file whose time says when the index was begun: it cannot name older bodies.
BEGUN = "begun"

T = TypeVar("T")
Row = tuple[str, str, int, str, str, int, str]


class ResponseIndex:
    """Answers questions about `index.sqlite` in a folder and notes answers in it; a damaged one is set aside and begun anew.

    Raises WarehouseError where the folder cannot be written, the disk is full, or another process blocks the index.
    """

    def __init__(self, folder: Path, settle: Callable[[], None]) -> None:
        """`settle` is called before notes are committed: what they speak of must be on the disk before they are."""
        self._folder = folder
        self._file = folder / "index.sqlite"
        self._settle = settle
        self._noting = threading.Lock()
        self._committing = threading.RLock()
        self._put: dict[str, Row] = {}
        self._touched: dict[str, str] = {}
        self._under_way: frozenset[str] = frozenset()
        self._free: SimpleQueue[_Opened] = SimpleQueue()

    def ask(self, question: Callable[[sqlite3.Connection], T], url: str | None = None) -> T:
        """The answer of the index: about one address, or about all."""
        with self._noting:
            waits = self._waits(url)
        if waits:
            self.flush()
        return self._run(question)

    def put(self, row: Row) -> None:
        """Notes an answer, (url, final_url, status, headers, body_sha256, body_bytes, at), with the next batch."""
        while True:
            with self._noting:
                if not self._waits(row[0]):
                    self._put[row[0]] = row
                    break
            self.flush()  # two answers of one address are kept one after the other
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
                with self._noting:
                    self._under_way = frozenset()

    def close(self) -> None:
        """Commits what waits and closes all connections nobody uses; the index is opened again when it is asked."""
        try:
            self.flush()
        finally:
            with suppress(Empty):
                while True:
                    self._free.get_nowait().db.close()

    def _waits(self, url: str | None) -> bool:
        if url is None:
            return bool(self._put or self._touched or self._under_way)
        return url in self._put or url in self._touched or url in self._under_way

    def _flush_when_many(self) -> None:
        if len(self._put) + len(self._touched) >= BATCH:
            self.flush()

    def _run(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with explained(self._folder):
            for last in (False, True):
                number = self._number()
                try:
                    with self._connection(number) as db:
                        return question(db)
                except sqlite3.OperationalError:
                    raise  # locked, full, unwritable: the index itself is sound
                except sqlite3.DatabaseError:
                    if last:
                        raise
                    self._set_aside(number)
        raise AssertionError("the second try returns or raises")

    @contextmanager
    def _connection(self, number: int | None) -> Iterator[sqlite3.Connection]:
        """A connection nobody else uses meanwhile, to the file that is the index now: another process may have set one aside."""
        opened = self._opened(number)
        try:
            yield opened.db
        except BaseException:
            opened.db.close()
            raise
        self._free.put(opened)

    def _opened(self, number: int | None) -> _Opened:
        with suppress(Empty):
            while number is not None:
                opened = self._free.get_nowait()
                if opened.number == number:
                    return opened
                opened.db.close()
        with self._alone():
            if self._number() is None:
                (self._folder / BEGUN).touch()
            db = self._connect()
            return _Opened(db, self._number())

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._file, timeout=30.0, check_same_thread=False, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(
                "PRAGMA synchronous = FULL"
            )  # in WAL mode less would not outlive a crash of the machine
            db.executescript(sql("responses_schema"))
        except BaseException:
            db.close()
            raise
        return db

    def _number(self) -> int | None:
        """Which file the index is now, None where there is none."""
        try:
            return self._file.stat().st_ino
        except FileNotFoundError:
            return None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other processes from opening the index or setting it aside; SQLite does not wait where two turn to WAL at once."""
        with (self._folder / "index.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _set_aside(self, number: int | None) -> None:
        """Puts a damaged index out of the way, unless somebody has; its bodies stay and are found again as they are fetched again."""
        with self._alone():
            if self._number() != number:
                return
            for suffix in ("-wal", "-shm"):
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                self._file.replace(self._file.with_suffix(".damaged"))
        log.warning(
            "the index of stored responses was damaged; it is set aside in %s and begun anew", self._folder
        )


@dataclass(frozen=True, slots=True)
class _Opened:
    """A connection, and which file it is to."""

    db: sqlite3.Connection
    number: int | None


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
        if error.errno in FULL:
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

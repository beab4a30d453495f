"""What was told to whom: a small SQLite store of its own beside the decisions, so that nothing is told twice.

It holds digests of keys, never a name or a value. A thing counts as told only once its channel has taken it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.digest import News
from warehouse.side_file import open_side_file

_SCHEMA = """
CREATE TABLE IF NOT EXISTS told (
    audience TEXT NOT NULL, news TEXT NOT NULL, standing INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY (audience, news)
) WITHOUT ROWID
"""
#: Days after which a thing that happened once is forgotten; it is no news long before.
_KEEP_DAYS = 400
#: Seconds one digest waits for another that is being sent.
_PATIENCE = 120
_REMEDY = "Check free space and permissions. Removing the file only means that all is told once more."


class ToldStore:
    """`alerts.sqlite` under the warehouse's folder; safe for several processes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "alerts.sqlite"
        folder.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.execute(_SCHEMA)

    def untold(self, audience: str, news: Sequence[News]) -> list[News]:
        """Of the news, what the audience has not been told."""
        with self._open() as db:
            return _untold(db, _name(audience), news)

    @contextmanager
    def telling(self, audience: str, news: Sequence[News], now: datetime) -> Iterator[list[News]]:
        """The untold news, for sending: told once the block ends, and not where it raises.

        States that ended are forgotten, so that they are news when they come back. Another process that would tell
        the same audience waits until the block has ended.
        """
        who = _name(audience)
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            fresh = _untold(db, who, news)
            yield fresh
            _forget_ended(db, who, news, now)
            at = now.astimezone(UTC).isoformat()
            rows = [(who, one.id, one.standing, at) for one in fresh]
            db.executemany("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?)", rows)

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_side_file(self._path, what="What was told", remedy=_REMEDY, patience=_PATIENCE)


def _untold(db: sqlite3.Connection, who: str, news: Iterable[News]) -> list[News]:
    told = {row[0] for row in db.execute("SELECT news FROM told WHERE audience = ?", (who,))}
    return [one for one in news if one.id not in told]


def _forget_ended(db: sqlite3.Connection, who: str, news: Iterable[News], now: datetime) -> None:
    current = {one.id for one in news}
    oldest = (now.astimezone(UTC) - timedelta(days=_KEEP_DAYS)).isoformat()
    rows = db.execute("SELECT news, standing, at FROM told WHERE audience = ?", (who,)).fetchall()
    gone = [(who, key) for key, standing, at in rows if key not in current and (standing or at < oldest)]
    db.executemany("DELETE FROM told WHERE audience = ? AND news = ?", gone)


def _name(audience: str) -> str:
    return hashlib.sha256(audience.encode()).hexdigest()[:32]

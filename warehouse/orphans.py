"""Bodies that no response speaks of: their process died after it had written them, and before the index knew."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timedelta
from math import inf
from pathlib import Path

from warehouse.response_index import BEGUN, explained

#: How often the folder is gone through: it may hold a million files, and few of them are nobody's.
EVERY = timedelta(days=30)
#: A body younger than that may be one whose response is about to be noted.
YOUNG = timedelta(days=1)
#: The file whose time says when the folder was last gone through.
_MARK = "swept"


def drop_orphans(folder: Path, now: datetime) -> int:
    """Removes bodies under a folder of responses that its index does not name; returns how many. At most once in `EVERY`.

    `now` is the system's time, as files bear it. Nothing goes where the index is missing, or was damaged and set aside, and
    nothing that is older than the index: what an earlier one named may be evidence still.
    """
    mark, index = folder / _MARK, folder / "index.sqlite"
    if not mark.exists():
        mark.touch()
        return 0
    if now.timestamp() - mark.stat().st_mtime < EVERY.total_seconds():
        return 0
    if not index.exists() or index.with_suffix(".damaged").exists():
        return 0
    begun = folder / BEGUN
    after = begun.stat().st_mtime if begun.exists() else 0.0
    dropped = 0
    with suppress(sqlite3.Error), closing(sqlite3.connect(index, timeout=30.0)) as db:
        for part in sorted((folder / "bodies").iterdir()):
            dropped += _sweep(part, _named(db, part.name), after, (now - YOUNG).timestamp())
        mark.touch()
    return dropped


def erase_orphans(folder: Path) -> int:
    """Removes all bodies that no index names, and returns how many: what is to be forgotten may be told in them.

    Nobody may be reading the web meanwhile. Raises WarehouseError where the index cannot be read.
    """
    index, erased = folder / "index.sqlite", 0
    parts = sorted((folder / "bodies").iterdir()) if (folder / "bodies").exists() else []
    if not index.exists():
        return sum(_sweep(part, set()) for part in parts)
    with explained(folder), closing(sqlite3.connect(index, timeout=30.0)) as db:
        for part in parts:
            erased += _sweep(part, _named(db, part.name))
    return erased


def _named(db: sqlite3.Connection, beginning: str) -> set[str]:
    """The hashes that begin so and that a response has; one part of the folder at a time, so that memory stays small."""
    rows = db.execute(
        "SELECT body_sha256 FROM response WHERE body_sha256 >= ? AND body_sha256 < ?",
        (beginning, f"{beginning}g"),
    )
    return {sha256 for (sha256,) in rows}


def _sweep(part: Path, named: set[str], after: float = 0.0, before: float = inf) -> int:
    dropped = 0
    for body in part.glob("*/*.gz"):
        if body.stem in named:
            continue
        with suppress(OSError):
            if after <= body.stat().st_mtime < before:
                body.unlink()
                dropped += 1
    return dropped

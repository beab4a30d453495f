"""Small SQLite files beside the warehouse: what must be written while a run holds the warehouse itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accounts.errors import WarehouseError


@contextmanager
def open_side_file(
    path: Path, *, what: str, remedy: str, patience: float = 10.0, foreign: tuple[type[Exception], ...] = ()
) -> Iterator[sqlite3.Connection]:
    """The file, open; committed at the end of the block, rolled back where it raises, closed in any case.

    Waits `patience` seconds for another writer. Raises WarehouseError that names `what` is in it; for `foreign` errors of the
    block, too, which tell of rows that are none of ours.
    """
    damage: tuple[type[Exception], ...] = (sqlite3.DatabaseError, *foreign)
    try:
        db = sqlite3.connect(path, timeout=patience)
        try:
            with db:
                yield db
        finally:
            db.close()
    except damage as error:
        raise WarehouseError(
            f"{what} in {path} cannot be read or written: {error}", remedy=remedy, path=path
        ) from error

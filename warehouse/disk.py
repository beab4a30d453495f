"""What the disk under the warehouse did not do, told with its remedy."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accounts.errors import WarehouseError, WriterBusy

#: What the system says where there is no room: on the disk, for this user, in one file.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def disk_trouble(error: Exception, folder: Path) -> WarehouseError:
    """What to tell of an error of the disk, or of a file that somebody else holds (WriterBusy)."""
    text = str(error)
    if is_busy(error):
        return writer_busy(folder)
    return WarehouseError(
        f"The warehouse in {folder} cannot be used: {text.splitlines()[0]}",
        remedy="Check free disk space and permissions; what was committed before is safe. "
        "A damaged file is restored with `evergreen restore`.",
        path=folder,
    )


@contextmanager
def room_needed(folder: Path) -> Iterator[None]:
    """Tells of a full disk as WarehouseError, with the remedy, wherever in the block it was met."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise disk_trouble(error, folder) from error


def writer_busy(folder: Path) -> WriterBusy:
    """What to tell where another process writes to the warehouse."""
    return WriterBusy(
        f"Another process has the warehouse in {folder} open.",
        remedy="Wait for that run to end, or stop it; nothing was changed.",
        path=folder,
    )


def is_busy(error: Exception) -> bool:
    """True where DuckDB says that another process has the file open."""
    text = str(error)
    return "lock on file" in text or "already attached" in text

"""A lock file beside a file, so that two of our processes never write it at once, and a look at others' locks."""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from accounts.clock import Clock
from accounts.errors import CrmUnavailable

#: A write takes seconds: another machine's lock older than this was left by a crash.
STALE_AFTER = timedelta(minutes=15)


@contextmanager
def locked(path: Path, clock: Clock, patience: float = 10.0) -> Iterator[None]:
    """Holds the lock on a file for a `with` block; waits `patience` seconds for another holder.

    Raises CrmUnavailable naming the holder. A lock whose process is dead, or that another machine left long ago, is
    taken over.
    """
    lock = path.with_name(f".{path.name}.evergreen-lock")
    token = secrets.token_hex(8)
    for attempt in range(max(1, int(patience / 0.1))):
        if _take(lock, token, clock.now()):
            break
        _clear_stale(lock, clock.now())
        if attempt:
            time.sleep(0.1)
    else:
        if not _take(lock, token, clock.now()):
            raise _busy(path, lock)
    try:
        yield
    finally:
        if _read(lock).get("token") == token:
            lock.unlink(missing_ok=True)


def is_left_behind(path: Path, clock: Clock) -> bool:
    """True where a file's lock was left by a process that died while it wrote."""
    return _is_stale(_read(path.with_name(f".{path.name}.evergreen-lock")), clock.now())


def refuse_if_open(path: Path) -> None:
    """Raises CrmUnavailable where Excel or LibreOffice has the file open: its next save would undo our write."""
    for name, program in ((f".~lock.{path.name}#", "LibreOffice"), (f"~${path.name}", "Excel")):
        if path.with_name(name).exists():
            raise CrmUnavailable(
                f"{path} is open in {program} ({name} stands beside it).",
                remedy=f"Close it there; if nobody has it open, delete {name}.",
                crm="file",
            )


def _take(lock: Path, token: str, now: datetime) -> bool:
    owner = {"token": token, "pid": os.getpid(), "host": socket.gethostname(), "since": now.isoformat()}
    draft = lock.with_name(f"{lock.name}-{token}")
    try:
        draft.write_text(json.dumps({**owner, "started": _started(os.getpid())}), encoding="utf-8")
        os.link(draft, lock)  # atomic, and never seen half written
    except FileExistsError:
        return False
    except OSError:
        return _take_exclusively(lock, draft)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return True


def _take_exclusively(lock: Path, draft: Path) -> bool:
    """The way for file systems without hard links."""
    try:
        with lock.open("x", encoding="utf-8") as file:
            file.write(draft.read_text(encoding="utf-8"))
    except FileExistsError:
        return False
    except OSError as error:
        raise CrmUnavailable(
            f"{lock.parent} cannot be written: {error.strerror}.",
            remedy="Give the process the right to write into the folder of the CRM file.",
            crm="file",
            raw=str(error),
        ) from error
    return True


def _read(lock: Path) -> dict[str, object]:
    try:
        owner = json.loads(lock.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _started(pid: int) -> str:
    """What tells a process from a later one with the same number, where the system tells (Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[-1].split()[19]
    except (OSError, IndexError):
        return ""


def _is_stale(owner: dict[str, object], now: datetime) -> bool:
    try:
        pid, since = int(str(owner["pid"])), datetime.fromisoformat(str(owner["since"]))
    except (KeyError, ValueError):
        return False
    if owner.get("host") != socket.gethostname():
        return now - since > STALE_AFTER
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return bool(owner.get("started")) and _started(pid) != owner["started"]


def _clear_stale(lock: Path, now: datetime) -> None:
    """Moves a dead process's lock away; of two that try, one wins, and a live lock moved by mistake is put back."""
    owner = _read(lock)
    if not _is_stale(owner, now):
        return
    aside = lock.with_name(f"{lock.name}-stale-{secrets.token_hex(4)}")
    with suppress(FileNotFoundError):
        lock.rename(aside)
        if _read(aside).get("token") != owner.get("token"):
            with suppress(OSError):
                os.link(aside, lock)
        aside.unlink(missing_ok=True)


def _busy(path: Path, lock: Path) -> CrmUnavailable:
    owner = _read(lock)
    who = f"process {owner.get('pid', '?')} on {owner.get('host', '?')} since {owner.get('since', '?')}"
    return CrmUnavailable(
        f"{path} is being written by another process ({who}).",
        remedy=f"Let it finish. If it is gone, delete {lock.name}.",
        crm="file",
    )

"""Replaces a file's content in one step, keeping its permissions and a backup, and noticing anybody who wrote between."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from accounts.errors import CrmUnavailable

_TEMPORARY = "evergreen-tmp"
KEPT_BACKUPS = 30


class MovedMeanwhile(Exception):
    """Somebody wrote the file between our reading and our writing; it holds what they wrote."""


def digest(data: bytes) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def swap(path: Path, data: bytes, expected: str) -> None:
    """Puts new bytes in the place of those with the digest `expected`; readers see the one or the other, whole.

    The old file is held by a second name until it is certain that nobody wrote into it while it was replaced; else it
    is put back. Raises MovedMeanwhile, and CrmUnavailable where the folder cannot be written or the disk is full.
    """
    target = path.resolve()
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}.{_TEMPORARY}")
    former = fresh.with_name(fresh.name + "-old")
    try:
        _write_through(fresh, data, target)
        held = _hold(target, former)
        if digest(target.read_bytes()) != expected:
            raise MovedMeanwhile
        fresh.replace(target)
        if held and digest(former.read_bytes()) != expected:
            former.replace(target)
            raise MovedMeanwhile
        _sync_folder(target.parent)
    except FileNotFoundError as error:
        raise CrmUnavailable(
            f"{path} is gone.", remedy="Put it back, or mend [crm] path.", crm="file"
        ) from error
    except OSError as error:
        raise CrmUnavailable(
            f"{path} could not be written: {error.strerror or error}. The file is as it was.",
            remedy="Free disk space or give the right to write into its folder, then run again.",
            crm="file",
            raw=str(error),
        ) from error
    finally:
        for leftover in (fresh, former):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)


def _write_through(fresh: Path, data: bytes, like: Path) -> None:
    """Writes to the disk itself, with the permissions (and, where allowed, the owner) of another file."""
    status = like.stat()
    if not os.access(like, os.W_OK):
        raise PermissionError(13, "the file is read-only")
    with fresh.open("xb") as file:
        os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))
        with suppress(OSError):
            os.fchown(file.fileno(), status.st_uid, status.st_gid)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _hold(target: Path, former: Path) -> bool:
    try:
        os.link(target, former)
    except OSError:
        return False  # a file system without hard links: the digest just before is all there is
    return True


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def clear_leftovers(path: Path) -> None:
    """Removes what a killed process left beside the file; call it with the lock held."""
    target = path.resolve()
    for leftover in target.parent.glob(f".{_escaped(target.name)}.*.{_TEMPORARY}*"):
        with suppress(OSError):
            leftover.unlink()


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def back_up(path: Path, data: bytes, folder: Path, now: datetime) -> Path:
    """Keeps a copy of a file's bytes in a folder and returns its path; the oldest beyond thirty are dropped.

    Raises CrmUnavailable where it cannot be kept: nothing is written without a backup.
    """
    copy = folder / f"{now:%Y%m%dT%H%M%S}-{digest(data)[:8]}-{path.name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = copy.with_name(copy.name + f".{_TEMPORARY}")
        draft.write_bytes(data)
        shutil.copymode(path, draft)
        draft.replace(copy)
        kept = sorted(p for p in folder.glob(f"*-{_escaped(path.name)}") if p.is_file())
    except OSError as error:
        raise CrmUnavailable(
            f"No backup of {path} could be kept in {folder}: {error.strerror or error}. Nothing was written.",
            remedy="Free disk space or give the right to write there.",
            crm="file",
            raw=str(error),
        ) from error
    for old in kept[:-KEPT_BACKUPS]:
        with suppress(OSError):
            old.unlink()
    return copy

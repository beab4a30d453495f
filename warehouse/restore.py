"""Restore: an archive is checked and unpacked beside the living warehouse, and only then takes its place.

What stood there is kept in `before-<time>/` under the same folder. Nothing of an archive is trusted before its digest
fits: not its paths, not the sizes it declares.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from accounts.errors import ConfigError, WarehouseError, WriterBusy
from warehouse.backup import DATABASES, FOLDERS, FORMAT, MANIFEST, VERSION, Backup, KeptFile
from warehouse.erasures import keep_erasures, list_erasures
from warehouse.snapshot import publish
from warehouse.store import migrations, open_warehouse

_CHUNK = 1 << 20
_LARGEST_MANIFEST = 1 << 28
_SAFE = re.compile(r"[^\x00-\x1f\\:*?\"<>|]+")
_STAGING = ".restore.part"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the archive, where the former warehouse is kept, and how many erasures it predates."""

    backup: Backup
    kept: Path | None
    erasures_after: int
    erased_accounts: tuple[str, ...]


def read_backup(path: Path) -> Backup:
    """The manifest of an archive, checked in shape; `verify_backup` checks what it lists.

    Raises ConfigError for a file that is no archive of ours or names paths outside its folder; WarehouseError for
    one of a newer Evergreen.
    """
    with _opened(path) as archive:
        return _manifest(archive, path)


def verify_backup(path: Path) -> Backup:
    """Reads a whole archive against its digests. Raises ConfigError, naming the first file that does not fit."""
    with _opened(path) as archive:
        backup = _manifest(archive, path)
        for file in backup.files:
            _pour(archive, path, file, lambda _: None)
        return backup


def restore_backup(path: Path, home: Path, now: datetime, *, force: bool = False) -> Restored:
    """Puts an archive in the place of a warehouse folder; with `force` also of a living one, which is kept beside.

    Raises ConfigError for a damaged archive, or a living warehouse without `force`; WriterBusy while a run holds
    it. The living warehouse is untouched until the archive is unpacked, checked and opened.
    """
    living = (home / "warehouse.duckdb").exists()
    if living and not force:
        read_backup(path)
        raise ConfigError(
            f"There is a living warehouse in {home}.",
            remedy="Add --force to replace it; it is then kept beside the restored one.",
            path=home,
        )
    with _held(home) as erasures:
        staging = home / _STAGING
        shutil.rmtree(staging, ignore_errors=True)
        try:
            backup = _unpack(path, staging)
            named = _make_ready(staging, backup, erasures(backup.made_at))
            kept = _swap(home, staging, now)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return Restored(backup, kept, len(erasures(backup.made_at)), named)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive; what the library trips over is told as damage."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise ConfigError(f"There is no {path}.", remedy="Give the path of a backup.", path=path) from None
    except IsADirectoryError:
        raise ConfigError(
            f"{path} is a folder.", remedy="Give the path of a backup file.", path=path
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        if isinstance(error, ConfigError):
            raise
        raise _damaged(path, str(error) or type(error).__name__) from error


def _damaged(path: Path, what: str) -> ConfigError:
    return ConfigError(
        f"{path} is damaged or no backup of Evergreen: {what}.",
        remedy="Use another backup; nothing was changed.",
        path=path,
    )


def _manifest(archive: zipfile.ZipFile, path: Path) -> Backup:
    try:
        info = archive.getinfo(MANIFEST)
        if info.file_size > _LARGEST_MANIFEST:
            raise _damaged(path, "its manifest is too large")
        raw = json.loads(archive.read(info))
        if raw["format"] != FORMAT:
            raise _damaged(path, "its manifest is of another program")
        if raw["version"] > VERSION or raw["schema_version"] > migrations()[-1][0]:
            raise WarehouseError(
                f"{path} was made by a newer Evergreen (schema version {raw['schema_version']}).",
                remedy="Restore it with that one, or a newer one.",
                path=path,
            )
        files = tuple(KeptFile(str(f["path"]), int(f["bytes"]), str(f["sha256"])) for f in raw["files"])
        made_at = datetime.fromisoformat(raw["made_at"])
        backup = Backup(
            made_at.replace(tzinfo=made_at.tzinfo or UTC), raw["schema_version"], raw["snapshot"], files
        )
    except (
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        UnicodeDecodeError,
        json.JSONDecodeError,
    ) as error:
        raise _damaged(path, "it has no manifest that can be read") from error
    _check_names(archive, path, backup)
    return backup


def _check_names(archive: zipfile.ZipFile, path: Path, backup: Backup) -> None:
    """Every entry is listed once, every listed one is there, and none leads out of the folder."""
    listed = [f.path for f in backup.files]
    for name in listed:
        parts = PurePosixPath(name).parts
        safe = all(_SAFE.fullmatch(p) and p not in (".", "..") for p in parts) and "//" not in name
        if not safe or not (name in DATABASES or (len(parts) > 1 and parts[0] in FOLDERS)):
            raise _damaged(path, f"it names the path {name[:80]!r}, which is none of a warehouse's")
    if backup.snapshot is not None and not re.fullmatch(r"[\w-]{1,100}", str(backup.snapshot)):
        raise _damaged(path, "it names no run its snapshot was of")
    present = [i.filename for i in archive.infolist() if i.filename != MANIFEST]
    if sorted(present) != sorted(listed) or len({n.casefold() for n in listed}) != len(listed):
        raise _damaged(path, "its files are not those its manifest lists")
    if "warehouse.duckdb" not in listed:
        raise _damaged(path, "it holds no warehouse")


def _pour(archive: zipfile.ZipFile, path: Path, file: KeptFile, write: Callable[[bytes], Any]) -> None:
    """One file out of the archive, never more of it than its manifest declares, checked against its digest."""
    digest, left = hashlib.sha256(), file.bytes
    with archive.open(file.path) as source:
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            write(chunk)
    if left or digest.hexdigest() != file.sha256:
        raise _damaged(path, f"{file.path} does not have the digest it was saved with")


def _unpack(path: Path, staging: Path) -> Backup:
    with _opened(path) as archive:
        backup = _manifest(archive, path)
        staging.mkdir(parents=True)
        need, free = sum(f.bytes for f in backup.files), shutil.disk_usage(staging).free
        if need > free:
            raise WarehouseError(
                f"{path} needs {need:,} bytes; {free:,} are free.",
                remedy="Make room; nothing was changed.",
                path=path,
            )
        for file in backup.files:
            target = staging / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                _pour(archive, path, file, out.write)
        return backup


def _make_ready(staging: Path, backup: Backup, erasures: list[dict[str, Any]]) -> tuple[str, ...]:
    """Opens what was unpacked (which migrates it), takes over the record of later erasures, publishes its snapshot."""
    with open_warehouse(staging) as warehouse:
        named = keep_erasures(warehouse, erasures)
        last = backup.snapshot or warehouse.value("SELECT max(id) FROM run")
        if last:
            publish(warehouse, str(last))
    return named


@contextmanager
def _held(home: Path) -> Iterator[Callable[[datetime], list[dict[str, Any]]]]:
    """The living warehouse, held against other writers, with what it knows of erasures; a damaged one holds nobody up."""
    if not (home / "warehouse.duckdb").exists():
        yield lambda _: []
        return
    try:
        warehouse = open_warehouse(home)
    except WriterBusy:
        raise
    except WarehouseError:
        yield lambda _: []
        return
    with warehouse:
        everything = list_erasures(warehouse)
        warehouse.run("CHECKPOINT evergreen")
        yield lambda moment: [e for e in everything if e["noted_at"] > moment]


def _swap(home: Path, staging: Path, now: datetime) -> Path | None:
    """Sets the former files aside and moves the new ones in, the warehouse itself last; undone where that fails."""
    names = ("warehouse.duckdb", "warehouse.duckdb.wal", "decisions.sqlite", "snapshots", *FOLDERS)
    former = [home / name for name in names if (home / name).exists()]
    kept = _free_name(home / f"before-{now:%Y%m%dT%H%M%S}") if former else None
    moves = [(path, kept / path.name) for path in former] if kept else []
    moves += [(staging / n, home / n) for n in reversed(names) if (staging / n).exists()]
    done: list[tuple[Path, Path]] = []
    try:
        if kept is not None:
            kept.mkdir()
        for old, new in moves:
            old.rename(new)
            done.append((old, new))
    except OSError as error:
        for old, new in reversed(done):
            new.rename(old)
        if kept is not None and kept.exists():
            kept.rmdir()
        raise WarehouseError(
            f"The restored files cannot be moved into {home}: {error.strerror or error}.",
            remedy="Check permissions; what stood there is as it was.",
            path=home,
        ) from error
    return kept


def _free_name(path: Path) -> Path:
    number, name = 1, path
    while name.exists():
        number += 1
        name = path.with_name(f"{path.name}-{number}")
    return name

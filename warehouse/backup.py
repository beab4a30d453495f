"""Backup: one zip archive of everything the warehouse's folder knows, with a digest for every file.

The databases go in as consistent copies, made under the writer's lock; snapshots are not kept, for they are made anew
from the warehouse. The archive appears under its name in one step, readable by its owner alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from accounts.errors import ConfigError, WarehouseError
from warehouse.compaction import copy_to
from warehouse.store import Warehouse

FORMAT = "evergreen-backup"
VERSION = 1
MANIFEST = "manifest.json"
#: What a warehouse's folder holds that is kept. The folder may hold more: it is the user's, and may be any folder.
DATABASES = ("warehouse.duckdb", "decisions.sqlite", "responses/index.sqlite")
FOLDERS = ("responses", "runs", "backups")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of an archive: its path under the warehouse's folder, its size in bytes, its SHA-256."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """An archive: when it was made (UTC), of which schema, which run its snapshot was of, and what it holds."""

    made_at: datetime
    schema_version: int
    snapshot: str | None
    files: tuple[KeptFile, ...]

    def as_json(self) -> dict[str, object]:
        """The manifest."""
        return {
            "format": FORMAT, "version": VERSION, "made_at": self.made_at.isoformat(),
            "schema_version": self.schema_version, "snapshot": self.snapshot,
            "files": [asdict(f) for f in self.files],
        }  # fmt: skip


def write_backup(warehouse: Warehouse, archive: Path, now: datetime, *, force: bool = False) -> Backup:
    """Writes an archive of an open warehouse's folder and notes in the warehouse that there is one.

    Raises ConfigError for a place that is taken (unless `force`) or lies inside the folder it saves; WarehouseError
    where it cannot be written: no half-written archive is left.
    """
    _check_place(warehouse.folder, archive, force)
    draft = archive.with_name(f".{archive.name}.part")
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            backup = _write(warehouse, file, now)
            file.flush()
            os.fsync(file.fileno())
            digest = digest_of(file)
            size = file.tell()
        draft.replace(archive)
    except OSError as error:
        raise WarehouseError(
            f"{archive} cannot be written: {error.strerror or error}.",
            remedy="Check free disk space and permissions; nothing half-written was left.",
            path=archive,
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    row = {"path": str(archive), "sha256": digest, "bytes": size, "noted_at": now}
    warehouse.append("backup", [row])
    return backup


def digest_of(file: object) -> str:
    """The SHA-256 of an open file's bytes, from its beginning; the file stands at its end afterwards."""
    file.seek(0)  # type: ignore[attr-defined]
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _check_place(home: Path, archive: Path, force: bool) -> None:
    if archive.resolve().is_relative_to(home.resolve()):
        raise ConfigError(
            f"{archive} lies in the folder it would save.", remedy="Give a place outside.", path=archive
        )
    if archive.exists() and not force:
        raise ConfigError(
            f"{archive} is already there.",
            remedy="Give another name, or --force to replace it.",
            path=archive,
        )


def _write(warehouse: Warehouse, file: object, now: datetime) -> Backup:
    kept: list[KeptFile] = []
    home = warehouse.folder
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:  # type: ignore[call-overload]
        with _copies(warehouse) as copies:
            for name, copy in copies:
                kept.append(_add(archive, name, copy))
        for path in _plain_files(home):
            kept.append(_add(archive, path.relative_to(home).as_posix(), path))
        backup = Backup(
            now, warehouse.value("SELECT max(version) FROM schema_version"), _pointer(home), tuple(kept)
        )
        archive.writestr(MANIFEST, json.dumps(backup.as_json(), ensure_ascii=False, indent=1))
    return backup


@contextmanager
def _copies(warehouse: Warehouse) -> Iterator[list[tuple[str, Path]]]:
    """Consistent copies of the databases. The warehouse's own file is never opened: closing it would drop the lock."""
    with tempfile.TemporaryDirectory(dir=warehouse.folder / "tmp") as name:
        folder, copies = Path(name), []
        for database in DATABASES:
            original, copy = warehouse.folder / database, folder / Path(database).name
            if database == "warehouse.duckdb":
                copy_to(warehouse, copy)
            elif original.exists():
                _copy_sqlite(original, copy)
            else:
                continue
            copies.append((database, copy))
        yield copies


def _copy_sqlite(original: Path, copy: Path) -> None:
    try:
        with closing(sqlite3.connect(original, timeout=30)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
    except sqlite3.DatabaseError as error:
        raise WarehouseError(
            f"{original} cannot be copied: {error}.",
            remedy="Move it away if it is damaged; it is made anew.",
            path=original,
        ) from error


def _plain_files(home: Path) -> Iterator[Path]:
    """The files that are no databases and not half-written."""
    databases = {home / d for d in DATABASES}
    for path in sorted(p for folder in FOLDERS for p in (home / folder).rglob("*")):
        base = path.with_name(path.name.removesuffix("-wal").removesuffix("-shm"))
        unfinished = path.suffix == ".part" or path.name.startswith(".")
        if path.is_file() and not path.is_symlink() and base not in databases and not unfinished:
            yield path


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> KeptFile:
    """Adds a file as it reads it, so that digest and content are of the same bytes."""
    info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    info.compress_type = zipfile.ZIP_STORED if path.suffix in (".gz", ".xlsx") else zipfile.ZIP_DEFLATED
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return KeptFile(name, size, digest.hexdigest())


def _pointer(home: Path) -> str | None:
    try:
        return (home / "snapshots" / "current").read_text(encoding="utf-8").strip() or None
    except OSError:
        return None

"""Care of the warehouse: backup, restore, compact. Each holds the writer's lock while it works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts.clock import Clock
from accounts.config import Config, load_config
from accounts.errors import ConfigError
from warehouse.backup import Backup, write_backup
from warehouse.compaction import Compaction, compact
from warehouse.responses import FileResponseStore
from warehouse.restore import Restored, restore_backup
from warehouse.store import Warehouse, open_warehouse


@dataclass(frozen=True, slots=True)
class Care:
    """What caring needs of the configuration; no CRM and no source is asked."""

    config: Config
    warehouse: Warehouse


@contextmanager
def open_care(config_path: Path) -> Iterator[Care]:
    """The warehouse of a configuration, for writing. Raises ConfigError where there is none yet, WriterBusy."""
    config = load_config(config_path)
    if config.warehouse.lake is None and not (config.home / "warehouse.duckdb").exists():
        raise ConfigError(
            f"There is no warehouse in {config.home} yet.",
            remedy="Run `evergreen nightly` once; a dry run is enough.",
            path=config.home,
        )
    limit, lake = config.warehouse.memory_limit, config.warehouse.lake
    with open_warehouse(config.home, memory_limit=limit, lake=lake) as warehouse:
        yield Care(config, warehouse)


def back_up(config_path: Path, place: Path, clock: Clock, *, force: bool = False) -> tuple[Path, Backup]:
    """Writes an archive to a file, or into a folder under a name with the time; returns its path and manifest."""
    now = clock.now()
    archive = place / f"evergreen-{now:%Y%m%dT%H%M%S}.zip" if place.is_dir() else place
    archive = archive.absolute()
    with open_care(config_path) as care:
        return archive, write_backup(care.warehouse, archive, now, force=force)


def restore(config_path: Path, archive: Path, clock: Clock, *, force: bool = False) -> Restored:
    """Puts an archive in the place of the configuration's warehouse folder."""
    config = load_config(config_path)
    home = config.home
    if config.warehouse.lake is not None:
        raise ConfigError(
            "An archive cannot be restored into a lake.",
            remedy="Restore it without [warehouse] lake; a lake comes back with its catalogue's and its folder's own backups.",
            key="warehouse.lake",
        )
    home.mkdir(parents=True, exist_ok=True)
    return restore_backup(archive, home, clock.now(), force=force)


@dataclass(frozen=True, slots=True)
class Compacted:
    """What compacting a folder did: the warehouse's file, and page bodies past their retention (count, bytes)."""

    file: Compaction
    bodies: int
    bytes_before: int
    bytes_after: int

    def as_json(self) -> dict[str, Any]:
        """As `compact --json` prints it."""
        return {
            "bytes_before": self.bytes_before, "bytes_after": self.bytes_after,
            "warehouse_before": self.file.bytes_before, "warehouse_after": self.file.bytes_after,
            "repeated": self.file.repeated, "intents": self.file.intents, "bodies": self.bodies,
        }  # fmt: skip


def compact_folder(config_path: Path, clock: Clock) -> Compacted:
    """Compacts the warehouse's file and drops page bodies past `keep_bodies_days`; hashes and passages stay."""
    with open_care(config_path) as care:
        home = care.config.home
        before = _size(home / "responses")
        store = FileResponseStore(home / "responses")
        try:
            old = clock.now() - timedelta(days=care.config.warehouse.keep_bodies_days)
            bodies = store.prune(old)
        finally:
            store.close()
        done = compact(care.warehouse)
    after = _size(home / "responses")
    return Compacted(done, bodies, done.bytes_before + before, done.bytes_after + after)


def _size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())

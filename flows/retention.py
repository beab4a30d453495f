"""Retention: bodies of old pages, files of old runs and calls of long ago go; hashes, passages and what was decided stay."""

from __future__ import annotations

import shutil
from datetime import timedelta

from accounts.clock import SystemClock
from flows.services import Services
from warehouse.calls import forget_calls
from warehouse.orphans import drop_orphans
from warehouse.responses import FileResponseStore


def tidy_up(services: Services) -> None:
    """Drops page bodies older than `keep_bodies_days`, the folders of all but the newest `keep_run_files` runs, and calls
    to sources that nothing asks for any more (`warehouse.calls`)."""
    config = services.config
    forget_calls(services.warehouse, config.warehouse.keep_calls)
    store = FileResponseStore(config.home / "responses")
    try:
        store.prune(services.clock.now() - timedelta(days=config.warehouse.keep_bodies_days))
    finally:
        store.close()
    drop_orphans(config.home / "responses", SystemClock().now())
    folders = [p for p in services.runs_folder.iterdir() if p.is_dir()]
    folders.sort(
        key=lambda p: p.stat().st_mtime, reverse=True
    )  # by name, a clock set back would drop this run's
    for folder in folders[config.run.keep_run_files :]:
        if not list(folder.glob("*.done")):
            shutil.rmtree(folder, ignore_errors=True)

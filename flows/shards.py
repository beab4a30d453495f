"""Shards: what enriching brought, as files in the run's folder until the one writer has loaded them.

A shard is finished when its `.done` file exists; the row files are written before it, each atomically.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from flows.enriching import Enricher, Findings, Task
from flows.services import Services
from warehouse.rows import call_row, link_row, observation_row, signal_row, write_rows
from warehouse.runs import finish_shard, shards_done
from warehouse.store import sql

TABLES = ("observation", "signal", "link", "source_call")


def write_shard(
    folder: Path,
    number: int,
    enricher: Enricher,
    tasks: Sequence[Task],
    threads: int,
    told: Callable[[int], None],
) -> None:
    """Enriches a shard and leaves its rows in the run's folder; a shard that is already there is not done again."""
    done = folder / f"{number:05d}.done"
    if done.exists():
        return
    findings = enricher.enrich_all(tasks, threads, told)
    for table, rows in _rows(enricher.run_id, findings).items():
        write_rows(folder / f"{number:05d}.{table}.ndjson", rows)
    done.write_text(str(len(tasks)), encoding="utf-8")


def load_shard(services: Services, run_id: str, folder: Path, number: int) -> None:
    """Loads a finished shard into the warehouse, once, and drops its files."""
    done = folder / f"{number:05d}.done"
    with services.warehouse.transaction():
        if f"{number:05d}" in shards_done(services.warehouse, run_id):
            return
        for table in TABLES:
            file = folder / f"{number:05d}.{table}.ndjson"
            if file.exists() and file.stat().st_size:
                services.warehouse.append_file(table, file)
        services.warehouse.run(sql("newest_links"), {"run_id": run_id})
        accounts = int(done.read_text(encoding="utf-8") or 0)
        finish_shard(services.warehouse, run_id, f"{number:05d}", accounts, services.clock.now())
    for table in TABLES:
        (folder / f"{number:05d}.{table}.ndjson").unlink(missing_ok=True)
    done.unlink(missing_ok=True)


def adopt_leftovers(services: Services, alive: Collection[str | None]) -> list[str]:
    """Loads finished shards that dead runs left behind (not the living ones); says what was found, in words."""
    told = []
    for folder in sorted(p for p in services.runs_folder.iterdir() if p.is_dir() and p.name not in alive):
        numbers = sorted(int(p.stem) for p in folder.glob("*.done"))
        for number in numbers:
            load_shard(services, folder.name, folder, number)
        if numbers:
            told.append(f"run {folder.name} died after reading {len(numbers)} shards; what they read is kept")
        for partial in folder.glob("*.part"):
            partial.unlink(missing_ok=True)
    return told


def _rows(run_id: str, findings: Findings) -> dict[str, list[dict[str, object]]]:
    return {
        "observation": [observation_row(run_id, o) for o in findings.observations],
        "signal": [signal_row(run_id, s) for s in findings.signals],
        "link": [link_row(run_id, link, candidate, at) for link, candidate, at in findings.links],
        "source_call": [call_row(c) for c in findings.calls],
    }

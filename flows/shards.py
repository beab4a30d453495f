"""Shards: what enriching brought, as files in the run's folder until the one writer has loaded them.

A shard is finished when its `.done` file exists; the row files are written before it, each atomically.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import duckdb

from accounts.errors import WarehouseError
from flows.enriching import Enricher, Findings, Task
from flows.readings import reading_row, sight_row
from flows.services import Services
from warehouse.postings import FRESH, merge_postings, prepare_postings
from warehouse.readings import FRESH as FRESH_READING
from warehouse.readings import SIGHTS, merge_readings, prepare_readings
from warehouse.rows import call_row, link_row, observation_row, signal_row, write_rows
from warehouse.runs import finish_shard, shards_done
from warehouse.snapshot import clear_half_published
from warehouse.store import sql
from warehouse.telling_rows import article_row, look_row, posting_row, watched_row

#: The row files of a shard, by table. Postings and readings are merged, all others appended.
TABLES = (
    "observation", "signal", "link", "source_call", "article", "watched", "board_look", FRESH, FRESH_READING, SIGHTS,
)  # fmt: skip
#: Tables whose files an earlier Evergreen did not leave.
_NEWER = (FRESH_READING, SIGHTS)
#: How the files of a damaged shard end when they are set aside.
_ASIDE = ".damaged.ndjson"
#: How the files of a shard end that was read elsewhere; its tables without rows have an empty file of the other kind.
_COLUMNAR = ".parquet"
_UNREADABLE = (
    FileNotFoundError,
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.SerializationException,
)


class ShardDamaged(Exception):
    """A finished shard whose files cannot be read any more."""


def write_shard(
    folder: Path,
    number: int,
    enricher: Enricher,
    tasks: Sequence[Task],
    threads: int,
    told: Callable[[int], None],
    keep_evidence: Callable[[], None],
) -> None:
    """Enriches a shard and leaves its rows in the run's folder; a shard that is already there is not done again.

    It counts as finished only after `keep_evidence` has made the pages it rests on durable. Raises WarehouseError where the rows
    or the pages cannot be written.
    """
    done = _done(folder, number)
    if done.exists():
        return
    findings = enricher.enrich_all(tasks, threads, told)
    try:
        for table, rows in _rows(enricher, findings).items():
            write_rows(_file(folder, number, table), rows)
        keep_evidence()
        finish_files(folder, number, len(tasks))
    except OSError as error:
        raise WarehouseError(
            f"The shards in {folder} cannot be written: {error.strerror or error}.",
            remedy="Make room on the disk or give the right to write there; finished shards are kept, and the next run goes on.",
            path=folder,
        ) from error


def finish_files(folder: Path, number: int, accounts: int) -> None:
    """Says of a shard's files that they are whole, and how many accounts they are about; tables without any have no rows."""
    for table in TABLES:
        if not (file := _file(folder, number, table)).with_suffix(_COLUMNAR).exists():
            file.touch()
    done = _done(folder, number)
    draft = done.with_name(f"{done.name}.part")
    draft.write_text(str(accounts), encoding="utf-8")
    draft.replace(done)


def load_shard(services: Services, run_id: str, folder: Path, number: int) -> None:
    """Loads a finished shard into the warehouse, once, and drops its files.

    Raises ShardDamaged where the disk has not kept what was written; nothing of the shard is loaded then.
    """
    with services.warehouse.transaction():
        if f"{number:05d}" not in shards_done(services.warehouse, run_id):
            prepare_postings(services.warehouse)
            prepare_readings(services.warehouse)
            _append(services, folder, number)
            merge_postings(services.warehouse, run_id)
            merge_readings(services.warehouse, run_id)
            services.warehouse.run(sql("newest_links"), {"run_id": run_id})
            accounts = int(_done(folder, number).read_text(encoding="utf-8") or 0)
            finish_shard(services.warehouse, run_id, f"{number:05d}", accounts, services.clock.now())
    drop_files(folder, number)


def _append(services: Services, folder: Path, number: int) -> None:
    for table in TABLES:
        file = _file(folder, number, table)
        columnar = file.with_suffix(_COLUMNAR)
        file = columnar if columnar.exists() else file
        if table in _NEWER and not file.exists():
            continue
        try:
            if file.stat().st_size:
                services.warehouse.append_file(table, file)
        except _UNREADABLE as error:
            raise ShardDamaged(f"{file.name}: {str(error).splitlines()[0]}") from error


def drop_files(folder: Path, number: int) -> None:
    """Removes a loaded shard's files; first the one that says the others are whole."""
    _done(folder, number).unlink(missing_ok=True)
    for file in _files(folder, number):
        file.unlink(missing_ok=True)


def adopt_leftovers(services: Services, alive: Collection[str | None]) -> list[str]:
    """Takes up what dead runs left behind (not the living ones); says what was found, in words.

    Finished shards are loaded. One that is damaged is set aside, for its accounts are asked again; half-written ones go.
    """
    told = []
    for folder in sorted(p for p in services.runs_folder.iterdir() if p.is_dir() and p.name not in alive):
        numbers = sorted(int(p.stem) for p in folder.glob("*.done"))
        damaged = [n for n in numbers if not _adopted(services, folder, n)]
        kept = len(numbers) - len(damaged)
        if kept:
            told.append(f"run {folder.name} died after reading {kept} shards; what they read is kept")
        if damaged:
            told.append(
                f"run {folder.name} left {len(damaged)} shards whose files are damaged; they are set aside in {folder}, "
                "and what they were about is asked again"
            )
        for leftover in [
            *folder.glob("*.part"),
            *folder.glob("[0-9]*.ndjson"),
            *folder.glob(f"[0-9]*{_COLUMNAR}"),
        ]:
            if not leftover.name.endswith(_ASIDE):
                leftover.unlink(missing_ok=True)
    return told + clear_half_published(services.config.home)


def _adopted(services: Services, folder: Path, number: int) -> bool:
    try:
        load_shard(services, folder.name, folder, number)
    except ShardDamaged:
        for file in _files(folder, number):
            if file.exists():
                file.replace(file.with_name(file.stem + _ASIDE))
        _done(folder, number).unlink()
        return False
    return True


def _file(folder: Path, number: int, table: str) -> Path:
    return folder / f"{number:05d}.{table}.ndjson"


def _files(folder: Path, number: int) -> list[Path]:
    made = [_file(folder, number, table) for table in TABLES]
    return [*made, *(file.with_suffix(_COLUMNAR) for file in made)]


def _done(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.done"


def _rows(enricher: Enricher, findings: Findings) -> dict[str, list[dict[str, object]]]:
    run_id = enricher.run_id
    return {
        "observation": [observation_row(run_id, o) for o in findings.observations],
        "signal": [signal_row(run_id, s) for s in findings.signals],
        "link": [link_row(run_id, link, candidate, at) for link, candidate, at in findings.links],
        "source_call": [call_row(c) for c in findings.calls],
        "article": [
            article_row(
                run_id, j.article, j.verdict, j.about, enricher.now, [s.signal_class for s in j.signals]
            )
            for j in findings.judged.judgements
        ],
        "watched": [watched_row(run_id, w.id, w) for w in findings.judged.watched],
        "board_look": [look_row(run_id, look) for look in findings.looks],
        FRESH: [posting_row(posting) for posting in findings.postings],
        FRESH_READING: [reading_row(found) for found in findings.remembered],
        SIGHTS: [sight_row(sight) for sight in findings.sights],
    }

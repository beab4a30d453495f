"""Reading a shard on a machine of its own: no warehouse, no CRM, nothing but the plan, the sources and the matcher.

What it reads is put into the fleet's store file by file, and last of all the manifest that says the shard is whole: one that is
half-written is never taken for finished. Attempts at one shard lie beside each other, so that none disturbs another.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from accounts.clock import Clock, FixedClock, SystemClock
from accounts.config import BudgetConfig, Config
from accounts.errors import ConfigError, EvergreenError, WarehouseError
from flows.enriching import Enricher
from flows.fleet_plan import RunPlan, Said, ShardPlan, read_plan, release
from flows.fleet_responses import PackedResponses
from flows.fleet_store import ShardStore
from flows.garbage import seldom_collected
from flows.judging import Judge
from flows.knowing import Memory
from flows.readings import Recognition
from flows.services import catalogue_for, fetch_blocks, sources_for
from flows.shards import TABLES, write_shard
from flows.spending import Spending
from flows.watching import Watch

MANIFEST = "manifest.json"
RESPONSES = "responses.zip"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one shard of a run."""

    run_id: str
    number: int
    attempt: int = 1

    @property
    def folder(self) -> str:
        """Where the attempt leaves what it read."""
        return f"{self.run_id}/shards/{self.number:05d}/{self.attempt:02d}"

    @property
    def plan(self) -> str:
        """Where its plan lies."""
        return f"{self.run_id}/plan/{self.number:05d}.json.gz"

    @property
    def known(self) -> str:
        """Where the responses lie that servers can be asked to confirm."""
        return f"{self.run_id}/plan/{self.number:05d}.zip"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an attempt left: SHA-256 by file name, the accounts read, and what was not asked for want of money."""

    accounts: int
    files: dict[str, str]
    refused: dict[str, dict[str, int]]


def do_shard(store: ShardStore, order: Attempt, working: Path) -> None:
    """Reads one shard and leaves it in the store; nothing stays on this machine.

    Raises ConfigError where this machine runs another release or lacks what a source needs, WarehouseError where the store is out of
    reach or holds no such plan.
    """
    with room_in(working) as folder:
        run, shard = _run_plan(store, order.run_id, folder), _shard_plan(store, order, folder)
        known = folder / "known.zip"
        has_known = store.get(order.known, known)
        pack = folder / RESPONSES
        with PackedResponses(pack, known if has_known else None) as responses:
            enricher, threads = _enricher(run, shard, order.attempt, responses, folder)
            with seldom_collected():
                write_shard(
                    folder, order.number, enricher, shard.tasks, threads, lambda _: None, responses.flush
                )
        files = [pack, *_parquet(folder, order.number, run)]
        for file in files:
            store.put(f"{order.folder}/{file.name}", file)
        manifest = Manifest(len(shard.tasks), {f.name: digest(f) for f in files}, enricher.spending.refused())
        draft = folder / MANIFEST
        draft.write_text(json.dumps(asdict(manifest)), encoding="utf-8")
        store.put(f"{order.folder}/{MANIFEST}", draft)


@contextmanager
def room_in(working: Path) -> Iterator[Path]:
    """A folder to work in that is gone afterwards; what workers that died have left is cleared away first."""
    for lock in working.glob("shard-*.lock"):
        with lock.open("w") as mark, suppress(OSError):
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)  # whoever held it is no more
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
    folder = working / f"shard-{uuid.uuid4().hex[:12]}"
    lock = folder.with_suffix(".lock")
    with lock.open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


def digest(file: Path) -> str:
    """A file's SHA-256."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def columns_of(columns: dict[str, Any] | Any, table: str) -> tuple[str, str]:
    """A table's columns as `read_json` wants their types, and as a list of names."""
    spec = ", ".join(f"'{name}': '{kind}'" for name, kind in columns[table])
    return spec, ", ".join(f'"{name}"' for name, _ in columns[table])


def _run_plan(store: ShardStore, run_id: str, folder: Path) -> RunPlan:
    plan = read_plan(_fetched(store, f"{run_id}/run.json", folder / "run.json"), RunPlan)
    if plan.release != release():
        raise ConfigError(
            "This machine runs another release of Evergreen than the one that planned the night.",
            remedy="Install the same version on all machines of the fleet.",
        )
    return plan


def _shard_plan(store: ShardStore, order: Attempt, folder: Path) -> ShardPlan:
    return read_plan(_fetched(store, order.plan, folder / "plan.json.gz"), ShardPlan)


def _fetched(store: ShardStore, name: str, file: Path) -> Path:
    if not store.get(name, file):
        raise WarehouseError(
            f"The fleet's store holds no {name}.", remedy="Its run has ended; there is nothing left to read."
        )
    return file


def _enricher(
    run: RunPlan, shard: ShardPlan, attempt: int, responses: PackedResponses, folder: Path
) -> tuple[Enricher, int]:
    """Everything a shard is read with, and how many accounts at once."""
    config = Config.model_validate({**run.settings, "path": Path("evergreen.toml").resolve()})
    config = config.model_copy(update={"warehouse": config.warehouse.model_copy(update={"path": folder})})
    fetch_blocks(config)
    clock: Clock = FixedClock(run.as_of) if run.as_of is not None else SystemClock()
    replay = Path(run.replay) if run.replay is not None else None
    web, sources, _ = sources_for(config, clock, replay, responses)
    web.alone_at(shard.alone)
    catalogue, said = catalogue_for(config), Said.of(shard)
    watch = Watch.of(config.watch.competitors)
    enricher = Enricher(
        run.run_id, tuple(sources), catalogue, said, run.now, Judge(shard.articles, shard.feedback(), watch),
        shard.told, Spending(purse(config.budget, shard.share, attempt)),
        Recognition.under(web, catalogue) if run.recognises else None, Memory(said, shard.memory),
    )  # fmt: skip
    return enricher, config.run.threads


def purse(budget: BudgetConfig, share: float, attempt: int) -> BudgetConfig:
    """A shard's part of what the run may spend. A second attempt spends nothing: the first may have done so before it died."""
    part = share if attempt == 1 else 0.0
    run = None if budget.run is None and attempt == 1 else (budget.run or 0.0) * part
    providers = {name: ceiling * part for name, ceiling in budget.providers.items()}
    return budget.model_copy(update={"run": run, "providers": providers})


def _parquet(folder: Path, number: int, run: RunPlan) -> list[Path]:
    """The shard's rows as Parquet, a file a table; tables without rows have none."""
    made = []
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as db:
        for table in TABLES:
            rows = folder / f"{number:05d}.{table}.ndjson"
            if not rows.stat().st_size:
                continue
            spec, names = columns_of(run.columns, table)
            file = folder / f"{table}.parquet"
            db.execute(
                f"COPY (SELECT {names} FROM read_json('{_quoted(rows)}', format = 'newline_delimited', columns = {{{spec}}}, "
                f"maximum_object_size = 268435456)) TO '{_quoted(file)}' (FORMAT parquet, COMPRESSION zstd)"
            )
            made.append(file)
    return made


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def answer_orders(store: ShardStore, working: Path, lines: Iterable[str]) -> Iterator[str]:
    """Carries out orders as they come, and answers each: that it is done, or what went wrong. Says first that it is ready."""
    yield json.dumps({"ready": True})
    for line in lines:
        order = Attempt(**json.loads(line))
        try:
            do_shard(store, order, working)
        except EvergreenError as error:
            told = {"error": error.what, "remedy": error.remedy, "exit_code": error.exit_code}
            yield json.dumps(told | {"number": order.number})
        else:
            yield json.dumps({"done": order.number, "attempt": order.attempt})

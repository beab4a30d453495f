"""A night read by several machines: shards are planned here, read elsewhere, and loaded here by the one writer.

The reading machines and this one share nothing but the fleet's store. Per run it holds `run.json`, a plan a shard, and what each
attempt at a shard left; a shard counts as read when an attempt's manifest is there and its files are what the manifest
says. It is loaded once, whichever attempt it came from, and the run's files are dropped at the end.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from accounts.clock import FixedClock
from accounts.config import Config
from accounts.errors import WarehouseError
from flows.enriching import Enricher, Task
from flows.fleet_hands import CommandHands, HandLost, Hands
from flows.fleet_plan import TOLD, RunPlan, ShardPlan, feedback_of, release, said_of, write_plan
from flows.fleet_responses import pack_known, unpack
from flows.fleet_store import ShardStore, drop_quietly, open_store
from flows.fleet_worker import MANIFEST, RESPONSES, Attempt, Manifest, digest
from flows.services import Services
from flows.shards import TABLES, drop_files, finish_files
from warehouse.judgement import known_tellings
from warehouse.postings import prepare_postings
from warehouse.readings import prepare_readings
from warehouse.responses import FileResponseStore
from warehouse.runs import find_run, shards_done
from warehouse.store import Warehouse

log = logging.getLogger("evergreen")


def fleet_for(services: Services, enricher: Enricher, batches: Sequence[Sequence[Task]]) -> Fleet | None:
    """The fleet that is configured; None where there is none, or so little to read that it is not worth one."""
    if services.config.fleet.store is None or len(batches) < 2 or services.web is None:
        return None
    return Fleet(services, enricher, batches, store_for(services.config), hands_for(services.config))


def store_for(config: Config) -> ShardStore:
    """The store of a fleet."""
    return open_store(_where(config), config.fleet.endpoint_url, config.fleet.region)


def hands_for(config: Config) -> Hands:
    """Who reads: workers behind commands, or Prefect's."""
    fleet = config.fleet
    if fleet.by == "commands":
        return CommandHands(fleet.workers, fleet.shard_minutes * 60)
    from flows.prefect_fleet import PrefectHands  # noqa: PLC0415 - Prefect takes seconds to import

    return PrefectHands(fleet, _where(config))


def _where(config: Config) -> str:
    """The store's address; a relative folder starts at the folder of the TOML."""
    store = config.fleet.store or ""
    return store if "://" in store else str(config.resolve(Path(store)))


class Fleet:
    """Has the shards of one run read elsewhere; used by several threads at once, one shard each."""

    def __init__(
        self, services: Services, enricher: Enricher, batches: Sequence[Sequence[Task]], store: ShardStore, hands: Hands
    ) -> None:  # fmt: skip
        self.at_once = hands.at_once + 1
        self._services, self._enricher, self._store, self._hands = services, enricher, store, hands
        self._tries = services.config.fleet.tries
        self._accounts = sum(map(len, batches))
        self._alone = hosts_alone(batches)
        self._attempts: Counter[int] = Counter()
        self._responses = FileResponseStore(services.config.home / "responses")
        self._lock = threading.Lock()
        self._hand = services.warehouse.another()
        self._hand.run("USE evergreen")
        self._announce()

    def __enter__(self) -> Fleet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hands.close()
        self._hand.close()
        self._responses.close()
        if error is None:
            drop_quietly(self._store, self._enricher.run_id)

    def do(self, folder: Path, number: int, tasks: Sequence[Task]) -> None:
        """Has one shard read and leaves its files in the run's folder.

        Raises WarehouseError where no attempt brought it, or the store is out of reach; what a worker raised.
        """
        self._plan(folder, number, tasks)
        for _ in range(self._tries):
            with self._lock:
                self._attempts[number] += 1
                order = Attempt(self._enricher.run_id, number, self._attempts[number])
            with suppress(HandLost):
                self._hands.do(order)
            manifest = fetch_shard(self._store, order.run_id, number, folder, self._responses)
            if manifest is not None:
                self._enricher.spending.hear(manifest.refused)
                return
            log.warning("attempt %d at shard %d brought nothing; it is read again", order.attempt, number)
        raise WarehouseError(
            f"Shard {number} was lost {self._tries} times by whoever read it.",
            remedy="See the workers' own logs. Finished shards are kept; the next run goes on.",
        )

    def _announce(self) -> None:
        """Leaves what all shards of the run go by."""
        services, enricher = self._services, self._enricher
        config = services.config.model_copy(
            update={"web": services.config.web.model_copy(update={"shared_by": self._hands.at_once})}
        )
        plan = RunPlan(
            run_id=enricher.run_id, now=enricher.now,
            as_of=services.clock.at if isinstance(services.clock, FixedClock) else None,
            settings=config.model_dump(mode="json", include=set(TOLD)), columns=_columns(services),
            recognises=enricher.recognition is not None, release=release(),
            replay=str(services.replay.resolve()) if services.replay is not None else None,
        )  # fmt: skip
        draft = services.runs_folder / enricher.run_id / "run.json"
        write_plan(draft, plan)
        self._store.put(f"{enricher.run_id}/run.json", draft)
        draft.unlink()

    def _plan(self, folder: Path, number: int, tasks: Sequence[Task]) -> None:
        """Leaves a shard's plan, and the responses that servers can be asked to confirm."""
        order, enricher = Attempt(self._enricher.run_id, number), self._enricher
        ids = frozenset(task.account.id for task in tasks)
        memory = enricher.memory.rows if enricher.memory is not None else {}
        articles, told = self._tellings(ids)
        plan = ShardPlan(
            number=number, tasks=tuple(tasks), articles=articles, told=told,
            memory={i: memory[i] for i in ids if i in memory},
            alone=self._alone.get(number, frozenset()), share=len(tasks) / max(1, self._accounts),
            **said_of(self._services.decided, ids), **feedback_of(enricher.judge.feedback, ids),
        )  # fmt: skip
        draft = folder / f"plan-{number:05d}.json.gz"
        write_plan(draft, plan)
        self._store.put(order.plan, draft)
        draft.unlink()
        pack = folder / f"plan-{number:05d}.zip"
        if pack_known(self._responses, _asked_before(tasks), pack):
            self._store.put(order.known, pack)
        pack.unlink()

    def _tellings(self, ids: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        with self._lock:
            return known_tellings(self._hand, ids)


def fetch_shard(
    store: ShardStore, run_id: str, number: int, folder: Path, responses: FileResponseStore
) -> Manifest | None:
    """Brings a shard that was read into the run's folder, the evidence first; None where no attempt is whole."""
    under = f"{run_id}/shards/{number:05d}"
    for name in (n for n in store.names(under) if n.endswith(f"/{MANIFEST}")):
        attempt = name.removesuffix(f"/{MANIFEST}")
        manifest = _manifest(store, name, folder / f"{number:05d}.manifest.part")
        files = {file: folder / f"{number:05d}.{file}.part" for file in manifest.files} if manifest else {}
        try:
            if manifest is None or not all(
                _holds(store, f"{attempt}/{n}", p, manifest.files[n]) for n, p in files.items()
            ):
                log.warning("what %s left is damaged", attempt)
                continue
            unpack(files.pop(RESPONSES), responses)
            responses.flush()
            for path in files.values():
                path.replace(path.with_suffix(""))
        finally:
            for left in folder.glob(f"{number:05d}.*.part"):
                left.unlink(missing_ok=True)
        finish_files(folder, number, manifest.accounts)
        return manifest
    return None


def take_leftovers(services: Services, alive: Collection[str | None]) -> None:
    """Brings home what was read for runs that died, so that it is loaded with their other leftovers; drops their files."""
    if services.config.fleet.store is None:
        return
    store = store_for(services.config)
    responses = FileResponseStore(services.config.home / "responses")
    try:
        for run_id in sorted({name.partition("/")[0] for name in store.names("")} - set(alive)):
            if find_run(services.warehouse, run_id) is None:
                continue  # another warehouse's: none of ours to drop
            folder = services.runs_folder / run_id
            loaded = set(shards_done(services.warehouse, run_id))
            if folder.is_dir():
                for number in _shards_in(store, run_id):
                    if f"{number:05d}" not in loaded:
                        fetch_shard(store, run_id, number, folder, responses)
            drop_quietly(store, run_id)
    finally:
        responses.close()


def drop_unloaded(config: Config, warehouse: Warehouse) -> None:
    """Drops what was read elsewhere for runs that died and is not loaded yet; the next night reads it again.

    Goes before an erasure: compressed rows tell nobody whom they are about.
    """
    for folder in (config.home / "runs").glob("*"):
        for file in folder.glob("[0-9]*.parquet"):
            drop_files(folder, int(file.name[:5]))
        for file in folder.glob("[0-9]*.damaged.ndjson"):
            file.unlink()
    if config.fleet.store is None:
        return
    store = store_for(config)
    for run_id in {name.partition("/")[0] for name in store.names("")}:
        if find_run(warehouse, run_id) is not None:
            store.drop(run_id)


def hosts_alone(batches: Sequence[Sequence[Task]]) -> dict[int, frozenset[str]]:
    """By shard, the hosts of its accounts' sites that no other shard's accounts name: one machine asks those at the full rate."""
    owners: dict[str, set[int]] = defaultdict(set)
    for number, tasks in enumerate(batches):
        for task in tasks:
            for host in _hosts(task):
                owners[host].add(number)
    alone: dict[int, set[str]] = defaultdict(set)
    for host, numbers in owners.items():
        if len(numbers) == 1:
            alone[numbers.pop()].add(host)
    return {number: frozenset(hosts) for number, hosts in alone.items()}


def _hosts(task: Task) -> Iterator[str]:
    for given in (task.account.get("website"), task.account.get("domain")):
        with suppress(ValueError):
            text = (given or "").strip().lower()
            host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
            bare = host.removeprefix("www.")
            yield from (bare, f"www.{bare}") if bare else ()


def _asked_before(tasks: Sequence[Task]) -> Iterator[str]:
    """The addresses that former readings of these accounts rested on."""
    for task in tasks:
        for known in task.known.values():
            yield from known.pages
            yield from (q.removeprefix("GET ") for q, _ in known.trace.asked if q.startswith("GET "))


def _columns(services: Services) -> dict[str, list[tuple[str, str]]]:
    """The columns of the tables that shards bring rows of."""
    prepare_postings(services.warehouse)
    prepare_readings(services.warehouse)
    return {table: services.warehouse.columns(table) for table in TABLES}


def _shards_in(store: ShardStore, run_id: str) -> list[int]:
    names = store.names(f"{run_id}/shards")
    return sorted({int(name.split("/")[2]) for name in names if name.endswith(f"/{MANIFEST}")})


def _manifest(store: ShardStore, name: str, file: Path) -> Manifest | None:
    try:
        told: dict[str, Any] = json.loads(file.read_bytes()) if store.get(name, file) else {}
        return (
            Manifest(told["accounts"], told["files"], told["refused"]) if RESPONSES in told["files"] else None
        )
    except (ValueError, KeyError, TypeError):
        return None


def _holds(store: ShardStore, name: str, file: Path, sha256: str) -> bool:
    """True where the store's file could be copied and is what the manifest says."""
    return store.get(name, file) and digest(file) == sha256

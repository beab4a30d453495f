"""Shards in processes of their own: workers that build only the web, the sources and the matcher, and leave a shard's files.

Spawned, never forked. Politeness holds over all of them together: each asks every host at its part of the rate
(`[web] shared_by`). A worker that dies takes nothing along: its shard is done again by another.
"""

from __future__ import annotations

import io
import os
import pickle
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

from accounts.clock import Clock
from accounts.config import Config
from accounts.errors import WarehouseError
from flows.enriching import Enricher, Task
from flows.readings import Recognition
from flows.services import Services, sources_for
from flows.shards import write_shard
from flows.spending import Spending

#: Times a shard is tried whose worker died.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is built from."""

    config: Config
    clock: Clock
    replay: Path | None
    enricher: Enricher
    recognises: bool


def processes_for(services: Services, accounts: int) -> int:
    """How many processes enrich: what is configured; one where there are fewer accounts than processes, or where paid
    sources share one purse."""
    if any(source.cost > 0 for source in services.sources) or services.web is None:
        return 1
    return min(services.config.run.processes, max(1, accounts))


class Crew:
    """Workers that enrich shards; used by several threads at once, one shard each."""

    def __init__(self, services: Services, enricher: Enricher, processes: int) -> None:
        web = services.config.web.model_copy(update={"shared_by": processes})
        config = services.config.model_copy(update={"web": web})
        nothing: Any = None  # a purse has a lock: each worker gets one of its own
        bare = replace(enricher, sources=(), recognition=None, memory=None, spending=nothing)
        self._order = _dumped(
            Order(config, services.clock, services.replay, bare, enricher.recognition is not None)
        )
        self._memory = enricher.memory
        self._processes = processes
        self._lock = threading.Lock()
        self._pool = self._start()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=error is None, cancel_futures=True)

    def do(self, folder: Path, number: int, tasks: Sequence[Task]) -> None:
        """Has one shard done; raises what its worker raised, WarehouseError where workers keep dying over it."""
        rows = self._memory.rows if self._memory is not None else {}
        memory = (
            replace(self._memory, rows={t.account.id: rows.get(t.account.id, ()) for t in tasks})
            if self._memory
            else None
        )
        work = _dumped((folder, number, list(tasks), memory))
        for _ in range(_TRIES):
            pool = self._pool
            try:
                pool.submit(_enrich_shard, work).result()
            except BrokenProcessPool:
                self._renew(pool)
            else:
                return
        raise WarehouseError(
            f"Shard {number} ended its process {_TRIES} times.",
            remedy="Set processes = 1 under [run], and look for what the system says of killed processes (memory).",
        )

    def _renew(self, dead: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is dead:
                dead.shutdown(wait=False)
                self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._processes, mp_context=get_context("spawn"), initializer=_begin, initargs=(self._order,)
        )


def side_by_side(at_once: int) -> Callable[[Callable[[int], None], int, Callable[[], None]], None]:
    """Runs shards several at a time; `between` is called in this thread after each."""

    def run(run_shard: Callable[[int], None], count: int, between: Callable[[], None]) -> None:
        with ThreadPoolExecutor(at_once, thread_name_prefix="shard") as pool:
            futures = [pool.submit(run_shard, number) for number in range(count)]
            try:
                for future in as_completed(futures):
                    future.result()
                    between()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    return run


_here: dict[str, Any] = {}


def _begin(order: bytes) -> None:
    """Builds a worker's parts, once a process; it ends with the process that started it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    given: Order = pickle.loads(order)  # noqa: S301 - of our own process
    web, sources, _ = sources_for(given.config, given.clock, given.replay)
    recognition = Recognition.under(web, given.enricher.catalogue) if given.recognises else None
    _here["threads"] = given.config.run.threads
    _here["enricher"] = replace(
        given.enricher,
        sources=tuple(sources),
        spending=Spending(given.config.budget),
        recognition=recognition,
    )


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _enrich_shard(work: bytes) -> None:
    folder, number, tasks, memory = pickle.loads(work)  # noqa: S301 - of our own process
    enricher = replace(_here["enricher"], memory=memory)
    write_shard(folder, number, enricher, tasks, _here["threads"], lambda _: None)


def _read_only(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)


class _Pickler(pickle.Pickler):
    """Knows read-only mappings, too."""

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, MappingProxyType):
            return _read_only, (dict(thing),)
        return NotImplemented


def _dumped(thing: Any) -> bytes:
    out = io.BytesIO()
    _Pickler(out, protocol=pickle.HIGHEST_PROTOCOL).dump(thing)
    return out.getvalue()

"""Shards in processes of their own: workers that build only the web, the sources and the matcher, and leave a shard's files.

Spawned, never forked. A worker reads several shards at once, so that a slow host holds up no more than its own shard.
Politeness holds over all of them together: each asks every host at its part of the rate (`[web] shared_by`). A worker that
dies takes nothing along: its shards are done again by another.
"""

from __future__ import annotations

import io
import os
import pickle
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType, TracebackType
from typing import Any

from accounts.clock import Clock
from accounts.config import Config
from accounts.errors import WarehouseError
from flows.enriching import Enricher, Task
from flows.garbage import seldom_collected
from flows.readings import Recognition
from flows.services import Services, sources_for
from flows.shards import write_shard
from flows.spending import Spending

#: Times a shard is tried whose worker died.
_TRIES = 3
#: From so many accounts on several processes are worth their start, where the configuration does not say how many; at most so many.
_WORTH, _MOST = 2_000, 4


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is built from."""

    config: Config
    clock: Clock
    replay: Path | None
    enricher: Enricher
    recognises: bool


def processes_for(services: Services, accounts: int) -> int:
    """How many processes enrich: what is configured, or as many as there are cores where there is much to read; one where
    there are fewer accounts than processes, or where paid sources share one purse."""
    if any(source.cost > 0 for source in services.sources) or services.web is None:
        return 1
    wanted = services.config.run.processes
    if wanted is None:
        wanted = min(os.cpu_count() or 1, _MOST) if accounts >= _WORTH else 1
    return min(wanted, max(1, accounts))


@dataclass(slots=True)
class _Worker:
    """A process with as many lines to it as shards it does at once; `lost` once it has died."""

    process: BaseProcess
    lines: list[Connection] = field(default_factory=list)
    lost: bool = False


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
        self._each = services.config.run.shards_at_once
        self.at_once = processes * self._each
        self._stopped = False
        self._lock = threading.Lock()
        self._free: SimpleQueue[tuple[_Worker, Connection]] = SimpleQueue()
        self.workers: list[_Worker] = []
        for _ in range(processes):
            self._hire()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.workers:
            for line in worker.lines:
                line.close()
            if error is not None:
                worker.process.kill()
            worker.process.join()

    def stop(self) -> None:
        """Ends the workers now; what they had finished is kept."""
        self._stopped = True
        for worker in self.workers:
            worker.process.kill()

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
            worker, line = self._free_line()
            try:
                line.send_bytes(work)
                failure = line.recv()
            except (EOFError, OSError):
                if self._stopped:
                    raise WarehouseError(
                        "The run was stopped.", remedy="The next run goes on from here."
                    ) from None
                self._replace(worker)
                continue
            self._free.put((worker, line))
            if failure is not None:
                raise failure
            return
        raise WarehouseError(
            f"Shard {number} ended its process {_TRIES} times.",
            remedy="Set processes = 1 under [run], and look for what the system says of killed processes (memory).",
        )

    def _free_line(self) -> tuple[_Worker, Connection]:
        while True:
            worker, line = self._free.get()
            if not worker.lost:
                return worker, line

    def _replace(self, dead: _Worker) -> None:
        with self._lock:
            if not dead.lost:
                dead.lost = True
                dead.process.join()
                self._hire()

    def _hire(self) -> None:
        context = get_context("spawn")
        pairs = [context.Pipe() for _ in range(self._each)]
        theirs = [their for _, their in pairs]
        process = context.Process(target=_serve, args=(self._order, theirs), daemon=True)
        process.start()
        for line in theirs:
            line.close()
        worker = _Worker(process, [ours for ours, _ in pairs])
        self.workers.append(worker)
        for line in worker.lines:
            self._free.put((worker, line))


def side_by_side(
    at_once: int, stop: Callable[[], None] = lambda: None
) -> Callable[[Callable[[int], None], int, Callable[[], None]], None]:
    """Runs shards several at a time; `between` is called in this thread after each. `stop` ends those under way when one
    fails, or somebody stops the run."""

    def run(run_shard: Callable[[int], None], count: int, between: Callable[[], None]) -> None:
        with ThreadPoolExecutor(at_once, thread_name_prefix="shard") as pool:
            futures = [pool.submit(run_shard, number) for number in range(count)]
            try:
                for future in as_completed(futures):
                    future.result()
                    between()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                stop()
                raise

    return run


def _serve(order: bytes, lines: Sequence[Connection]) -> None:
    """A worker's life: builds its parts once, then does what comes over each line until that is closed.

    Who stops the run on the terminal stops the process that started it; that one ends its workers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    given: Order = pickle.loads(order)  # noqa: S301 - of our own process
    web, sources, _ = sources_for(given.config, given.clock, given.replay)
    enricher = replace(
        given.enricher,
        sources=tuple(sources),
        spending=Spending(given.config.budget),
        recognition=Recognition.under(web, given.enricher.catalogue) if given.recognises else None,
    )
    with seldom_collected(), ThreadPoolExecutor(len(lines), thread_name_prefix="line") as pool:
        list(pool.map(lambda line: _obey(line, enricher, given.config.run.threads, web.flush), lines))


def _obey(line: Connection, enricher: Enricher, threads: int, keep: Callable[[], None]) -> None:
    while True:
        try:
            folder, number, tasks, memory = pickle.loads(line.recv_bytes())  # noqa: S301 - of our own process
        except EOFError:
            return
        failure: BaseException | None = None
        try:
            write_shard(
                folder, number, replace(enricher, memory=memory), tasks, threads, lambda _: None, keep
            )
        except Exception as error:
            failure = error
        line.send(failure)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


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

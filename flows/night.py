"""The main job as one plain function: pull, plan, enrich and link, survive, conclude, decide, apply, report, publish.

Prefect wraps it (`flows/prefect_nightly.py`); `--no-prefect` calls it as it is. Shards leave their rows as files in
the run's folder before the one writer loads them, so a run that dies loses nothing that was finished: the next
run loads what lies there and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Protocol

from accounts.account import Account
from accounts.errors import EvergreenError, NothingReachable, WarehouseError, WorkLeft
from accounts.run import Run, RunStatus
from flows.applying import Applied, apply_set, heal, take_written
from flows.concluding import conclude, take_feedback
from flows.crew import Crew, processes_for, side_by_side
from flows.deciding import decide_changes
from flows.enriching import Enricher
from flows.fleet import fleet_for, take_leftovers
from flows.garbage import seldom_collected
from flows.judging import Judge
from flows.knowing import Memory, know
from flows.learning import learn, learn_trust
from flows.metrics import write_metrics
from flows.planning import Plan, offers_of, plan
from flows.pulling import pull
from flows.readings import Recognition, with_known
from flows.report import RunReport, gather, write_report
from flows.retention import tidy_up
from flows.reviewing import add_questions, open_questions
from flows.scope import WHOLE, Scope
from flows.services import Services
from flows.shards import adopt_leftovers, load_shard, write_shard
from flows.spending import Spending
from flows.watching import Watch
from intelligence.standing import Feedback
from warehouse.golden import settle_golden
from warehouse.judgement import known_tellings
from warehouse.readings import NewestReadings
from warehouse.runs import finish_run, next_run_id, start_run
from warehouse.snapshot import publish
from warehouse.staleness import refresh_staleness


class Progress(Protocol):
    """Hears how far a stage is; `total` is None where it is not known."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Hears of `done` things of a stage."""
        ...


def silent(stage: str, done: int, total: int | None) -> None:
    """Hears and says nothing."""


@dataclass(frozen=True, slots=True)
class NightOptions:
    """What a run is asked to do. `scope` makes it a backfill or a refresh; `ask` looks whatever the fields' state.

    `between` is called in the main thread after each shard; a night serves refresh requests there. `within` is the run
    that this one is served by.
    """

    apply: bool = False
    limit: int | None = None
    kind: str = "nightly"
    scope: Scope = WHOLE
    ask: bool = False
    force: bool = False
    between: Callable[[Services, str], None] | None = None
    within: str | None = None


#: Runs the enrichment of all shards and calls the last argument after each; Prefect puts tasks around the calls.
ShardRunner = Callable[[Callable[[int], None], int, Callable[[], None]], None]


def one_after_another(run_shard: Callable[[int], None], count: int, between: Callable[[], None]) -> None:
    """Runs the shards in order, in this thread."""
    for number in range(count):
        run_shard(number)
        between()


@dataclass
class _Night:
    """A run under way."""

    services: Services
    options: NightOptions
    run_id: str
    started_at: datetime
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    healed: list[str] = field(default_factory=list)
    spending: Spending = field(default_factory=Spending)

    @property
    def folder(self) -> Path:
        """Where the run's shards, plan and report lie."""
        return self.services.runs_folder / self.run_id

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times a stage."""
        began = time.monotonic()
        self.progress(name, 0, None)
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.monotonic() - began, 3)


def run_night(
    services: Services,
    options: NightOptions,
    *,
    shards: ShardRunner = one_after_another,
    progress: Progress = silent,
) -> RunReport:
    """One whole run; returns its report. Without `options.apply` nothing is written to the CRM.

    Raises CrmError where the CRM cannot be read; the run is then on record as failed. A tripped breaker is no
    error here: the report's status is `held`, and the plan is kept.
    """
    now = services.clock.now()
    night = _Night(services, options, next_run_id(services.warehouse, now), now, progress)
    night.folder.mkdir(parents=True, exist_ok=True)
    start_run(services.warehouse, Run(night.run_id, options.kind, RunStatus.RUNNING, now, now))
    try:
        with seldom_collected():
            return _stages(night, shards)
    except EvergreenError as error:
        _fail(night, str(error))
        raise
    except Exception as error:
        _fail(night, f"a fault in the program: {type(error).__name__}: {error}")
        raise


def _fail(night: _Night, told: str) -> None:
    """Puts the run on record as failed; where not even that can be written, the next run finds it dead."""
    services = night.services
    with suppress(WarehouseError):
        finish_run(services.warehouse, night.run_id, RunStatus.FAILED, services.clock.now(), {}, told)


def _stages(night: _Night, shards: ShardRunner) -> RunReport:
    services, options = night.services, night.options
    with night.stage("pull"):
        take_leftovers(services, {night.run_id, options.within})
        night.healed += adopt_leftovers(services, {night.run_id, options.within})
        night.healed += heal(services)
        accounts = pull(services, night.run_id)
        feedback = take_feedback(services)
    with night.stage("plan"):
        work = plan(
            services, accounts, budget=_budget(services, options), scope=options.scope, ask=options.ask
        )
    with night.stage("enrich"):
        _enrich(night, work, shards, feedback)
    with night.stage("survive"):
        touched = accounts if options.scope.accounts is None else options.scope.accounts
        learn_trust(services.warehouse, services.decisions.all(), services.clock, services.catalogue)
        settle_golden(services.warehouse, night.run_id, touched, services.clock.now())
        learn(services.warehouse, night.run_id, offers_of(services), services.catalogue, services.clock)
        refresh_staleness(services.warehouse, services.clock.now())
        if options.scope.accounts is None:
            night.healed += know(services, night.run_id)
    with night.stage("intelligence"):
        conclude(services, night.run_id, feedback)
    with night.stage("decide"):
        change_set = decide_changes(services, night.run_id, accounts, options.scope)
        services.ledger.plan(change_set)
        open_questions(services, change_set, night.run_id, options.scope)
    with night.stage("apply"):
        applied = apply_set(services, change_set, night.folder, write=options.apply, force=options.force)
        take_written(services, night.run_id)
        add_questions(services, applied.report.questions if applied.report else (), night.run_id)
    return _finish(night, accounts, work, applied)


def _budget(services: Services, options: NightOptions) -> int | None:
    limits = [n for n in (options.limit, services.config.run.budget) if n is not None]
    return min(limits) if limits else None


def _enrich(night: _Night, work: Plan, shards: ShardRunner, feedback: Feedback) -> None:
    services = night.services
    batches = work.shards(services.config.run.shard_size)
    done = 0
    stopped = Event()

    def told(count: int) -> None:
        nonlocal done
        if stopped.is_set():
            raise KeyboardInterrupt
        done += count
        night.progress("enrich", done, len(work.tasks))

    articles, told_before = known_tellings(services.warehouse, (task.account.id for task in work.tasks))
    judge = Judge(articles, feedback, Watch.of(services.config.watch.competitors))
    night.spending = Spending(services.config.budget)
    recognition = None
    if services.web is not None and services.config.run.reread == "changed":
        recognition = Recognition.under(services.web, services.catalogue)
    readings = NewestReadings(services.warehouse)
    enricher = Enricher(
        night.run_id,
        services.sources,
        services.catalogue,
        services.decided,
        services.clock.now(),
        judge,
        told_before,
        night.spending,
        recognition,
        Memory.of(services, (task.account.id for task in work.tasks)),
    )

    processes = processes_for(services, len(work.tasks))
    fleet = fleet_for(services, enricher, batches)
    read: SimpleQueue[int] = SimpleQueue()
    many = len(batches) > services.config.run.shards_at_once
    with fleet or (Crew(services, enricher, processes) if processes > 1 else nullcontext()) as crew:

        def run_shard(number: int) -> None:
            tasks = with_known(batches[number], readings) if recognition else batches[number]
            if crew is None:
                threads = services.config.run.threads
                write_shard(night.folder, number, enricher, tasks, threads, told, services.keep_evidence)
            else:
                crew.do(night.folder, number, tasks)
                told(len(tasks))
            read.put(number)

        def stop() -> None:
            """Ends shards under way; those that are finished are kept for the next run."""
            stopped.set()
            if isinstance(crew, Crew):
                crew.stop()

        def between() -> None:
            """Loads what was read meanwhile, in the one thread that writes."""
            while many and not read.empty():
                load_shard(services, night.run_id, night.folder, read.get())
            if night.options.between:
                night.options.between(services, night.run_id)

        at_once = crew.at_once if crew else services.config.run.shards_at_once
        runner = side_by_side(at_once, stop) if (crew or many) and shards is one_after_another else shards
        runner(run_shard, len(batches), between)
    for number in range(len(batches)):
        load_shard(services, night.run_id, night.folder, number)


def _finish(night: _Night, accounts: Mapping[str, Account], work: Plan, applied: Applied) -> RunReport:
    services, options = night.services, night.options
    ended = services.clock.now()
    facts = gather(services.warehouse, night.run_id)
    paths = {name: str(path) for name, path in applied.paths.items()} | {
        "report": str(night.folder / "report.html")
    }
    report = RunReport(
        run_id=night.run_id, kind=options.kind, status=applied.status.value, applied=applied.wrote,
        started_at=night.started_at, as_of=night.started_at, finished_at=ended, accounts=len(accounts),
        looked_at=len(work.tasks), waiting=len(work.waiting), states=work.states,
        stale=work.stale,
        sources_off=(*services.sources_off, *night.spending.told()), breaker=applied.told, healed=tuple(night.healed),
        seconds=night.seconds, paths=paths, **facts,
    )  # fmt: skip
    write_report(report, night.folder)
    finish_run(services.warehouse, night.run_id, applied.status, ended, report.counts(), applied.told)
    publish(services.warehouse, night.run_id, keep=services.config.warehouse.keep_snapshots)
    tidy_up(services)
    if services.config.run.metrics_file is not None:
        with suppress(OSError):  # figures for monitoring are not worth a night
            write_metrics(services.config.resolve(services.config.run.metrics_file), report)
    return report


#: So many failed calls without one answer are no longer just dead sites.
FEW_FAILURES = 5


def raise_if_work_left(report: RunReport) -> None:
    """Raises WorkLeft where the breaker kept the plan or the budget left accounts waiting, NothingReachable where no
    source answered at all."""
    failed = sum(s["failed"] for s in report.sources)
    worst = max(
        (s["failed"] for s in report.sources), default=0
    )  # one dead site fails every source that reads it
    many = worst > FEW_FAILURES or report.looked_at == report.accounts
    if failed and many and not any(s["answered"] for s in report.sources):
        raise NothingReachable(
            f"No source could be reached: all {failed} calls failed.",
            remedy="Check the network (and [web] use_proxies); nothing was taken for empty, and the next run asks again.",
        )
    if report.status == RunStatus.HELD.value:
        raise WorkLeft(
            report.breaker,
            remedy=f"Read the plan, then `evergreen apply {report.paths['plan']} --force --apply`.",
        )
    if report.waiting:
        raise WorkLeft(
            f"{report.waiting} accounts of the work list were left by the budget.",
            remedy="The next run takes them first; raise --limit or [run] budget to do more at once.",
        )

"""Apply a plan file a person has read, with what stewards have decided since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from accounts.change import Change, ChangeKind, ChangeSet, Code, ReviewAction, Verdict
from accounts.errors import ConfigError
from accounts.run import Run, RunStatus
from crm.plan import with_decisions
from crm.planfile import read_plan
from flows.applying import Applied, apply_set, heal, take_written
from flows.deciding import undone_keys
from flows.reviewing import add_questions
from flows.services import Services
from warehouse.runs import finish_run, list_runs, start_run
from warehouse.snapshot import publish


def find_plan(services: Services, name: str) -> Path:
    """The plan file a name means: a path, a run id or its beginning, or `last` (that is no undo). Raises ConfigError."""
    path = Path(name)
    if path.is_file():
        return path
    runs = [run.id for run in list_runs(services.warehouse, 1000) if run.kind != "undo"]
    there = [id_ for id_ in runs if (services.runs_folder / id_ / "plan.json").exists()]
    fitting = there[:1] if name == "last" else [id_ for id_ in there if id_.startswith(name)]
    if len(fitting) != 1:
        raise ConfigError(
            f"There is no plan {name!r}.",
            remedy="`evergreen runs` lists the runs; each keeps its plan.",
            key=name,
        )
    return services.runs_folder / fitting[0] / "plan.json"


def read_decided_plan(services: Services, path: Path) -> ChangeSet:
    """The plan as it would be carried out now: with what stewards have decided, locked or undone since it was made.

    Raises ConfigError for a plan file that is none, or was edited.
    """
    words = {
        d.item_id: d
        for d in services.decisions.all()
        if not d.carried_out_by and d.action not in (ReviewAction.LOCK, ReviewAction.UNLOCK)
    }
    change_set = with_decisions(read_plan(path), words)
    undone = undone_keys(services)
    changes = tuple(_as_of_now(services, change, undone) for change in change_set.changes)
    return replace(change_set, changes=changes)


def _as_of_now(
    services: Services, change: Change, undone: Mapping[tuple[str, str], frozenset[str]]
) -> Change:
    if change.verdict not in (Verdict.WRITE, Verdict.REVIEW) or change.kind is ChangeKind.RESTORE:
        return change
    said = services.decided.said(change.account_id, change.field)
    if said.locked:
        return replace(
            change,
            verdict=Verdict.HOLD,
            code=Code.LOCKED,
            reason=f"A steward locked this field: {said.lock_note}.",
        )
    taken_back = change.value_key in undone.get((change.account_id, change.field), frozenset())
    if taken_back and change.code is not Code.ACCEPTED_BY_STEWARD:
        reason = f"It was written once and undone, so it is asked. {change.reason}"
        return replace(change, verdict=Verdict.REVIEW, code=Code.UNDONE_BEFORE, reason=reason)
    return change


def apply_plan(
    services: Services, path: Path, *, apply: bool, force: bool = False
) -> tuple[ChangeSet, Applied]:
    """Carries a plan out, under the id of the run that made it; what that run already wrote is not written again.

    Returns the plan as carried out, and how that ended. Raises ConfigError for a plan file that is none, or was edited.
    """
    change_set = read_decided_plan(services, path)
    run_id = change_set.run_id
    if not apply:
        return change_set, Applied(RunStatus.DRY, False, "", None, {"plan": path})
    known = {run.id: run for run in list_runs(services.warehouse, 1000)}
    if run_id not in known:
        now = services.clock.now()
        start_run(services.warehouse, Run(run_id, "apply", RunStatus.RUNNING, now, now))
    heal(services)
    services.ledger.plan(change_set)
    applied = apply_set(services, change_set, services.runs_folder / run_id, write=True, force=force)
    take_written(services, run_id)
    asked = (*change_set.reviews, *(applied.report.questions if applied.report else ()))
    add_questions(services, asked, run_id)
    counts = dict(known[run_id].counts) if run_id in known else {}
    counts |= written_counts(services, run_id)
    finish_run(services.warehouse, run_id, applied.status, services.clock.now(), counts, applied.told)
    publish(services.warehouse, run_id, keep=services.config.warehouse.keep_snapshots)
    return change_set, applied


def written_counts(services: Services, run_id: str) -> dict[str, int]:
    """What a run has written so far, by kind, as its report counts it."""
    names = {"fill": "filled", "replace": "replaced", "clear": "cleared"}
    counts = dict.fromkeys(names.values(), 0)
    for entry in services.ledger.written(run_id):
        kind = entry.outcome.change.kind.value
        if kind in names:
            counts[names[kind]] += 1
    return counts

"""Apply a plan file a person has read, with what stewards have decided since."""

from __future__ import annotations

from pathlib import Path

from accounts.change import ReviewDecision
from accounts.errors import ConfigError
from accounts.run import Run, RunStatus
from crm.plan import with_decisions
from crm.planfile import read_plan
from flows.applying import Applied, apply_set, heal, take_written
from flows.reviewing import add_questions
from flows.services import Services
from warehouse.runs import finish_run, start_run
from warehouse.snapshot import publish


def find_plan(services: Services, name: str) -> Path:
    """The plan file a name means: a path, a run id or its beginning, or `last`. Raises ConfigError."""
    path = Path(name)
    if path.exists():
        return path
    runs = sorted((p.parent.name for p in services.runs_folder.glob("*/plan.json")), reverse=True)
    fitting = runs[:1] if name == "last" else [r for r in runs if r.startswith(name)]
    if len(fitting) != 1:
        raise ConfigError(
            f"There is no plan {name!r}.",
            remedy="`evergreen runs` lists the runs; each keeps its plan.",
            key=name,
        )
    return services.runs_folder / fitting[0] / "plan.json"


def apply_plan(services: Services, path: Path, *, apply: bool, force: bool = False) -> tuple[str, Applied]:
    """Carries a plan out, under the id of the run that made it; what that run already wrote is not written again.

    Raises ConfigError for a plan file that is none, or was edited.
    """
    change_set = with_decisions(read_plan(path), _decisions(services))
    run_id = change_set.run_id
    if not apply:
        return run_id, Applied(RunStatus.DRY, False, "", None, {"plan": path})
    if services.warehouse.value("SELECT 1 FROM run WHERE id = $id", {"id": run_id}) is None:
        now = services.clock.now()
        start_run(services.warehouse, Run(run_id, "apply", RunStatus.RUNNING, now, now))
    heal(services)
    services.ledger.plan(change_set)
    applied = apply_set(services, change_set, services.runs_folder / run_id, write=True, force=force)
    take_written(services, run_id)
    add_questions(services, applied.report.questions if applied.report else (), run_id)
    written = len(applied.report.written) if applied.report else 0
    finish_run(
        services.warehouse, run_id, applied.status, services.clock.now(), {"written": written}, applied.told
    )
    publish(services.warehouse, run_id, keep=services.config.warehouse.keep_snapshots)
    return run_id, applied


def _decisions(services: Services) -> dict[str, ReviewDecision]:
    return {d.item_id: d for d in services.decisions.all() if not d.carried_out_by}

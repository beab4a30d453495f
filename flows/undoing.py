"""Undo: put back what a run wrote, where it is still ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.change import Change, ChangeSet, Verdict
from accounts.errors import ConfigError
from accounts.run import Run, RunStatus
from crm.apply import ApplyReport
from crm.planfile import write_plan
from crm.undo import apply_undo, plan_undo
from flows.applying import heal, take_written
from flows.services import Services
from warehouse.runs import find_run, finish_run, next_run_id, start_run
from warehouse.snapshot import publish


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What an undo put back, or would; `theirs` are cells somebody changed since."""

    run_id: str
    undone_run: str
    applied: bool
    change_set: ChangeSet
    report: ApplyReport | None

    @property
    def ours(self) -> tuple[Change, ...]:
        """The cells that go back to what they were."""
        return tuple(c for c in self._in_order if c.verdict is Verdict.WRITE)

    @property
    def theirs(self) -> tuple[Change, ...]:
        """The cells left alone, each with its reason."""
        return tuple(c for c in self._in_order if c.verdict is not Verdict.WRITE)

    @property
    def _in_order(self) -> list[Change]:
        return sorted(self.change_set.changes, key=lambda c: (c.account_id, c.field))

    def as_json(self) -> dict[str, Any]:
        """As `undo --json` prints it."""
        return {
            "run_id": self.run_id, "undone_run": self.undone_run, "applied": self.applied,
            "counts": {"restored": len(self.report.written) if self.report else 0, "ours": len(self.ours), "theirs": len(self.theirs)},
            "items": [
                {"account_id": c.account_id, "field": c.field, "now": c.base, "back_to": c.value,
                 "ours": c.verdict is Verdict.WRITE, "reason": c.reason}
                for c in self._in_order
            ],
        }  # fmt: skip


def undo(
    services: Services,
    name: str,
    *,
    account: str | None = None,
    field: str | None = None,
    apply: bool = False,
) -> UndoReport:
    """Undoes a run (id, its beginning, or `last`), or one account or field of it; without `apply` only shows it.

    Raises ConfigError for a run that does not exist or wrote nothing that could be undone here.
    """
    wanted = find_run(services.warehouse, name, writing=True)
    if wanted is None:
        raise ConfigError(
            "No run has written anything."
            if name == "last"
            else f"There is no run {name!r}, or more than one.",
            remedy="`evergreen runs` lists the runs.",
            key=name,
        )
    if field is not None:
        field = services.catalogue[field].name
    now = services.clock.now()
    run_id = next_run_id(services.warehouse, now)
    heal(services)
    change_set = plan_undo(
        services.ledger, services.crm, wanted, undo_run_id=run_id, now=now, account=account, field=field
    )
    if not apply:
        return UndoReport(run_id, wanted, False, change_set, None)
    start_run(services.warehouse, Run(run_id, "undo", RunStatus.RUNNING, now, now))
    services.ledger.plan(change_set)
    write_plan(services.runs_folder / run_id / "plan.json", change_set)
    report = apply_undo(services.crm, services.ledger, change_set, wanted, services.clock)
    take_written(services, run_id)
    counts = {"restored": len(report.written)}
    finish_run(services.warehouse, run_id, RunStatus.DONE, services.clock.now(), counts, f"undid {wanted}")
    publish(services.warehouse, run_id, keep=services.config.warehouse.keep_snapshots)
    return UndoReport(run_id, wanted, True, change_set, report)

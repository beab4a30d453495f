"""Apply: the plan file, the circuit breaker, the writing itself, and the file for an import wizard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from accounts.change import ChangeSet
from accounts.errors import WorkLeft
from accounts.run import RunStatus
from crm.apply import ApplyReport, apply_change_set
from crm.blackout import blackouts_of
from crm.import_file import write_import_file
from crm.planfile import write_plan
from crm.settle import settle_unknown
from flows.services import Services
from warehouse.crm_state import take_outcomes
from warehouse.staleness import refresh_staleness


@dataclass(frozen=True, slots=True)
class Applied:
    """How the apply stage ended: `wrote` is False for a dry run and for a plan the breaker kept."""

    status: RunStatus
    wrote: bool
    told: str = ""
    report: ApplyReport | None = None
    paths: Mapping[str, Path] = field(default_factory=dict)


def heal(services: Services) -> list[str]:
    """Settles writes a dead run left open, by reading back; says what was found, in words."""
    settled = settle_unknown(services.crm, services.ledger, services.clock)
    if not settled:
        return []
    written = sum(o.status.value == "written" for o in settled)
    return [f"{len(settled)} writes of a dead run were open; read back, {written} of them stand in the CRM"]


def apply_set(
    services: Services, change_set: ChangeSet, folder: Path, *, write: bool, force: bool = False
) -> Applied:
    """Keeps the plan as a file, and with `write` carries it out. A tripped breaker keeps the plan and writes nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {"plan": write_plan(folder / "plan.json", change_set)}
    if not write:
        tripped = _breaker_words(change_set) if change_set.breaker.tripped else ""
        return Applied(RunStatus.DRY, False, tripped, None, paths)
    try:
        report = apply_change_set(
            services.crm, services.ledger, change_set, services.clock, force=force,
            blackouts=blackouts_of(services.config.crm),
        )  # fmt: skip
    except WorkLeft as error:
        return Applied(RunStatus.HELD, False, f"{error.what} {error.remedy}", None, paths)
    _note_accepted(services, change_set, report)
    if report.written:
        paths["changes"] = folder / "changes.csv"
        write_import_file(paths["changes"], report.outcomes)
    told = (
        f"{len(report.left)} changes were left by the CRM's call budget; the next apply goes on there."
        if report.left
        else ""
    )
    return Applied(RunStatus.DONE, True, told, report, paths)


def take_written(services: Services, run_id: str) -> None:
    """Brings the newest state of the CRM and the staleness up to what the run wrote, for those who read it now."""
    take_outcomes(services.warehouse, run_id)
    refresh_staleness(services.warehouse, services.clock.now())


def _breaker_words(change_set: ChangeSet) -> str:
    b = change_set.breaker
    return (
        f"The circuit breaker would trip: {b.touched} of {b.accounts} accounts would lose a value, "
        f"more than {b.limit:.0%}. With --apply nothing would be written."
    )


def _note_accepted(services: Services, change_set: ChangeSet, report: ApplyReport) -> None:
    """A steward's word counts once: what was accepted and written is noted as carried out."""
    for outcome in report.written:
        said = services.decided.said(outcome.change.account_id, outcome.change.field)
        if said.accepted_item and said.accepted_key == outcome.change.value_key:
            services.decisions.carried_out(said.accepted_item, change_set.run_id)

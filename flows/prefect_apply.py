"""Apply a reviewed plan as a Prefect flow."""

from __future__ import annotations

from pathlib import Path

from flows.prefect_settings import settle_prefect

settle_prefect()

from prefect import flow  # noqa: E402 - its settings are read at import

from accounts.errors import WorkLeft  # noqa: E402
from flows.plans import apply_plan, find_plan  # noqa: E402
from flows.services import open_services  # noqa: E402


@flow(name="evergreen-apply", persist_result=False, log_prints=False)
def apply(plan: str, config: str = "evergreen.toml", force: bool = False) -> dict[str, object]:
    """Carry out a plan (a file, a run id, or `last`) with what stewards decided since."""
    with open_services(Path(config), offline=True) as services:
        change_set, applied = apply_plan(services, find_plan(services, plan), apply=True, force=force)
    if applied.told:
        raise WorkLeft(applied.told)
    return {"run_id": change_set.run_id, "counts": dict(applied.report.counts) if applied.report else {}}

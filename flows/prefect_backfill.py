"""The backfill as a Prefect flow: its pydantic form is what Prefect's pages show to RevOps."""

from __future__ import annotations

from pathlib import Path

from flows.prefect_settings import settle_prefect

settle_prefect()

from prefect import flow  # noqa: E402 - its settings are read at import

from flows.night import raise_if_work_left  # noqa: E402
from flows.prefect_run import publish_artifacts, run_as_flow  # noqa: E402
from flows.prefect_shards import tasks_for  # noqa: E402
from flows.refreshing import BackfillForm, run_backfill  # noqa: E402
from flows.report import RunReport  # noqa: E402
from flows.services import open_services  # noqa: E402


@flow(name="evergreen-backfill", persist_result=False, log_prints=False)
def backfill(
    form: BackfillForm, config: str = "evergreen.toml", replay: str | None = None, as_of: str | None = None
) -> dict[str, object]:
    """Look now at all accounts a condition selects, whatever the state of their fields."""
    report = _run(Path(config), form, as_of, Path(replay) if replay else None)
    raise_if_work_left(report)
    return report.as_json()


def backfill_with_prefect(
    config_path: Path, form: BackfillForm, *, as_of: str | None = None, replay: Path | None = None
) -> RunReport:
    """Runs the backfill as a flow of this process and returns its report; errors come out as they went in."""
    return run_as_flow("evergreen-backfill", lambda: _run(config_path, form, as_of, replay))


def _run(config_path: Path, form: BackfillForm, as_of: str | None, replay: Path | None) -> RunReport:
    with open_services(config_path, as_of=as_of, replay=replay) as services:
        report = run_backfill(services, form, shards=tasks_for(services.config))
    publish_artifacts(report)
    return report

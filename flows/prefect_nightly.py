"""The nightly run as a Prefect flow: shards are tasks, the report is an artifact, the functions are the plain ones."""

from __future__ import annotations

from pathlib import Path

from flows.prefect_settings import settle_prefect

settle_prefect()

from prefect import flow  # noqa: E402 - its settings are read at import

from flows.night import NightOptions, raise_if_work_left, run_night  # noqa: E402
from flows.prefect_run import publish_artifacts, run_as_flow  # noqa: E402
from flows.prefect_shards import tasks_for  # noqa: E402
from flows.refreshing import serve_requests  # noqa: E402
from flows.report import RunReport  # noqa: E402
from flows.services import open_services  # noqa: E402


@flow(name="evergreen-nightly", validate_parameters=True, persist_result=False, log_prints=False)
def nightly(
    config: str = "evergreen.toml", apply: bool = False, limit: int | None = None, replay: str | None = None,
    as_of: str | None = None,
) -> dict[str, object]:  # fmt: skip
    """Pull the accounts, find what is stale, read the world, decide, and with `apply` write it back."""
    report = _run(
        Path(config),
        NightOptions(apply=apply, limit=limit, between=serve_requests),
        as_of=as_of,
        replay=Path(replay) if replay else None,
    )
    raise_if_work_left(report)
    return report.as_json()


def run_with_prefect(
    config_path: Path, options: NightOptions, *, as_of: str | None = None, replay: Path | None = None
) -> RunReport:
    """Runs the night as a flow of this process and returns its report; errors come out as they went in."""
    return run_as_flow("evergreen-nightly", lambda: _run(config_path, options, as_of=as_of, replay=replay))


def _run(config_path: Path, options: NightOptions, *, as_of: str | None, replay: Path | None) -> RunReport:
    with open_services(config_path, as_of=as_of, replay=replay) as services:
        report = run_night(services, options, shards=tasks_for(services.config))
    publish_artifacts(report)
    return report

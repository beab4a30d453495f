"""The nightly run as a Prefect flow: shards are tasks, the report is an artifact, the functions are the plain ones."""

from __future__ import annotations

from pathlib import Path

from flows.prefect_settings import settle_prefect

settle_prefect()

from prefect import flow  # noqa: E402 - its settings are read at import
from prefect.artifacts import create_markdown_artifact, create_table_artifact  # noqa: E402

from accounts.errors import EvergreenError  # noqa: E402
from flows.night import NightOptions, raise_if_work_left, run_night  # noqa: E402
from flows.prefect_shards import as_tasks  # noqa: E402
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
    done: list[RunReport] = []
    failed: list[EvergreenError] = []

    @flow(name="evergreen-nightly", persist_result=False, log_prints=False)
    def nightly_here() -> None:
        try:
            done.append(_run(config_path, options, as_of=as_of, replay=replay))
        except EvergreenError as error:
            failed.append(error)
            raise

    try:
        nightly_here()
    except EvergreenError:
        raise failed[0] from None
    return done[0]


def _run(config_path: Path, options: NightOptions, *, as_of: str | None, replay: Path | None) -> RunReport:
    with open_services(config_path, as_of=as_of, replay=replay) as services:
        report = run_night(services, options, shards=as_tasks(services.config.run.shards_at_once))
    publish_artifacts(report)
    return report


def publish_artifacts(report: RunReport) -> None:
    """The report in Prefect's own pages: a summary, and the changes as a table (the first 200)."""
    counts = "\n".join(f"| {name.replace('_', ' ')} | {n} |" for name, n in report.counts().items())
    create_markdown_artifact(
        f"# Run {report.run_id}\n\n{report.kind}, {report.status}, as of {report.as_of:%Y-%m-%d}\n\n"
        f"| count | |\n|---|---|\n{counts}\n",
        key="evergreen-report", description="What the night found and did.",
    )  # fmt: skip
    rows = [
        {"account": c["account_name"], "field": c["field"], "kind": c["kind"], "verdict": c["verdict"],
         "was": c["base"], "now": c["value"], "why": c["reason"]}
        for c in report.changes[:200]
    ]  # fmt: skip
    if rows:
        create_table_artifact(rows, key="evergreen-changes", description="The first 200 changes.")

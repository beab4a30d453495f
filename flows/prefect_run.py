"""Runs a piece of work as a Prefect flow of this process, and shows its report in Prefect's own pages."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flows.prefect_settings import settle_prefect

settle_prefect()

from prefect import flow  # noqa: E402 - its settings are read at import
from prefect.artifacts import create_markdown_artifact, create_table_artifact  # noqa: E402

from accounts.errors import EvergreenError  # noqa: E402
from flows.prefect_reach import is_away, server_away  # noqa: E402
from flows.report import RunReport  # noqa: E402

log = logging.getLogger("evergreen")


def run_as_flow(name: str, work: Callable[[], RunReport]) -> RunReport:
    """Runs the work as a flow and returns its report; our own errors come out as they went in.

    A server that is away at the end of it takes nothing from what was done. Raises ServerAway where it was away before.
    """
    done: list[RunReport] = []
    failed: list[Exception] = []

    @flow(name=name, persist_result=False, log_prints=False)
    def work_here() -> None:
        try:
            done.append(work())
        except Exception as error:
            failed.append(error)
            raise

    try:
        work_here()
    except EvergreenError:
        raise failed[0] from None
    except Exception as error:
        if not is_away(error):
            raise
        if failed and not is_away(failed[0]):
            raise failed[0] from None
        if not done:
            raise server_away(error) from error
        log.warning("all is done, and Prefect's server could not be told: %s", error)
    return done[0]


def publish_artifacts(report: RunReport) -> None:
    """Shows the report in Prefect's own pages, where the server answers; it lies in the run's folder in any case."""
    try:
        _publish(report)
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("the report could not be shown in Prefect's pages: %s", error)


def _publish(report: RunReport) -> None:
    """A summary, and the changes as a table (the first 200)."""
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

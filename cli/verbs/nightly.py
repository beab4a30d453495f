"""`evergreen nightly`: the main job."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import apply_option, config_option, json_option, replay_options


@click.command()
@apply_option
@click.option("--no-prefect", is_flag=True, help="Run the same functions without Prefect.")
@click.option("--limit", type=click.IntRange(min=0), help="Look at no more than N accounts.")
@replay_options
@config_option
@json_option
def command(
    apply: bool, no_prefect: bool, limit: int | None, replay: Path | None, as_of: str | None, config_path: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Pull the accounts, find what is stale, read the world, decide, and with --apply write it back."""
    from cli.run_options import progress_bar, show_report
    from flows.night import NightOptions, raise_if_work_left, run_night
    from flows.refreshing import serve_requests
    from flows.services import open_services, validate

    options = NightOptions(apply=apply, limit=limit, between=serve_requests)
    validate(config_path, as_of)
    if no_prefect:
        with progress_bar() as progress, open_services(config_path, as_of=as_of, replay=replay) as services:
            report = run_night(services, options, progress=progress)
    else:
        from flows.prefect_nightly import run_with_prefect  # Prefect takes seconds to import

        report = run_with_prefect(config_path, options, as_of=as_of, replay=replay)
    show_report(report, as_json)
    raise_if_work_left(report)

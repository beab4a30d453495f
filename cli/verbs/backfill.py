"""`evergreen backfill`: a segment, now."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import apply_option, config_option, json_option, replay_options


@click.command()
@click.option(
    "--where",
    required=True,
    metavar="EXPR",
    help="An SQL condition, such as: country = 'US' AND phone IS NULL.",
)
@click.option("--fields", default="", metavar="A,B", help="Only these fields.")
@click.option("--limit", type=click.IntRange(min=0), help="Look at no more than N accounts.")
@click.option("--force", is_flag=True, help="Write although the circuit breaker has tripped.")
@apply_option
@click.option("--no-prefect", is_flag=True, help="Run the same functions without Prefect.")
@replay_options
@config_option
@json_option
def command(
    where: str, fields: str, limit: int | None, force: bool, apply: bool, no_prefect: bool, replay: Path | None,
    as_of: str | None, config_path: Path, as_json: bool,
) -> None:  # fmt: skip
    """Look now at all accounts a condition selects, whatever the state of their fields."""
    from cli.run_options import progress_bar, show_report
    from flows.night import raise_if_work_left
    from flows.refreshing import BackfillForm, run_backfill
    from flows.services import open_services, validate

    names = [name.strip() for name in fields.split(",") if name.strip()]
    form = BackfillForm(where=where, fields=names, limit=limit, force=force, apply=apply)
    validate(config_path, as_of)
    if no_prefect:
        with progress_bar() as progress, open_services(config_path, as_of=as_of, replay=replay) as services:
            report = run_backfill(services, form, progress=progress)
    else:
        from flows.prefect_backfill import backfill_with_prefect

        report = backfill_with_prefect(config_path, form, as_of=as_of, replay=replay)
    show_report(report, as_json)
    raise_if_work_left(report)

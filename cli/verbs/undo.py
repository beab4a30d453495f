"""`evergreen undo`: put back what a run wrote, where it is still ours."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import apply_option, config_option, json_option, print_json


@click.command()
@click.argument("run")
@click.option("--account", help="Only this account.")
@click.option("--field", help="Only this field.")
@click.option(
    "--no-prefect",
    is_flag=True,
    expose_value=False,
    hidden=True,
    help="Accepted for scripts: undo never waits for Prefect.",
)
@apply_option
@config_option
@json_option
def command(
    run: str,
    account: str | None,
    field: str | None,
    apply: bool,
    config_path: Path,
    as_json: bool,
) -> None:
    """Put back what RUN wrote (an id, its beginning, or `last`), where it is still ours. A preview without --apply."""
    from flows.services import open_services
    from flows.undoing import undo

    with open_services(config_path, offline=True) as services:
        report = undo(services, run, account=account, field=field, apply=apply)
    if as_json:
        print_json(report.as_json())
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    verb = "Put back" if report.applied else "Would be put back"
    table = Table(
        title=f"{verb}: {len(report.ours)} cells of run {report.undone_run}",
        title_justify="left",
        show_edge=False,
    )
    for column in ("account", "field", "now", "back to"):
        table.add_column(column, overflow="fold")
    for change in report.ours:
        table.add_row(
            *map(escape, (change.account_id, change.field, change.base or "—", change.value or "—"))
        )
    console = Console()
    console.print(table)
    for change in report.theirs:
        console.print(escape(f"left alone: {change.account_id} {change.field}: {change.reason}"))
    if report.report is not None:
        for outcome in report.report.outcomes:
            if outcome.status.value not in ("written", "unchanged"):
                told = (
                    f"{outcome.change.account_id} {outcome.change.field}: {outcome.status} {outcome.message}"
                )
                console.print(escape(f"not put back: {told}"))
    elif report.ours:
        console.print("Nothing was written. Add --apply to put these back.")

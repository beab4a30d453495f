"""`evergreen runs`: the run ledger."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Rows to print.")
@config_option
@json_option
def command(limit: int, config_path: Path, as_json: bool) -> None:
    """List past runs, newest first."""
    from accounts.config import load_config
    from warehouse.runs import list_runs
    from warehouse.snapshot import open_snapshot

    config = load_config(config_path)
    with open_snapshot(config.home) as snapshot:
        runs = list_runs(snapshot, limit)
    if as_json:
        print_json({"items": [
            {"run_id": r.id, "kind": r.kind, "status": r.status.value, "started_at": r.started_at,
             "finished_at": r.finished_at, "as_of": r.as_of, "counts": dict(r.counts), "error": r.error}
            for r in runs
        ]})  # fmt: skip
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(show_edge=False)
    for column in ("run", "kind", "status", "accounts", "filled", "replaced", "confirmed", "reviews", "note"):
        table.add_column(column, overflow="fold")
    for run in runs:
        numbers = (
            str(run.counts.get(k, "")) for k in ("accounts", "filled", "replaced", "confirmed", "reviews")
        )
        table.add_row(run.id, run.kind, run.status.value, *numbers, escape(run.error))
    Console().print(table)

"""`evergreen runs`: the run ledger."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option, json_option, print_json

#: Counts worth a line in the list; `--json` has them all.
_TOLD = (
    "accounts", "looked_at", "waiting", "filled", "replaced", "cleared", "confirmed", "restored", "refused", "reviews",
    "failed_calls",
)  # fmt: skip


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
    from cli.tables import console, headline, title, under

    out = console()
    out.print(title(f"{len(runs)} runs, newest first"))
    for run in runs:
        out.print(
            headline(
                (run.id, "bold"),
                f"  {run.kind}, ",
                (run.status.value, "green" if run.status == "done" else "yellow"),
            )
        )
        told = ", ".join(
            f"{n} {name.replace('_', ' ')}" for name, n in run.counts.items() if n and name in _TOLD
        )
        out.print(under("; ".join(words for words in (told, run.error) if words) or "nothing done"))

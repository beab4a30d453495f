"""`evergreen apply`: carry out a reviewed plan file."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import apply_option, config_option, json_option, print_json


@click.command()
@click.argument("plan")
@click.option("--force", is_flag=True, help="Write although the circuit breaker has tripped.")
@apply_option
@config_option
@json_option
def command(plan: str, force: bool, apply: bool, config_path: Path, as_json: bool) -> None:
    """Carry out PLAN (a plan file, a run id, or `last`) with what stewards decided since. A preview without --apply."""
    from accounts.errors import WorkLeft
    from flows.plans import apply_plan, find_plan
    from flows.services import open_services

    with open_services(config_path, offline=True) as services:
        path = find_plan(services, plan)
        change_set, applied = apply_plan(services, path, apply=apply, force=force)
    run_id = change_set.run_id
    counts = dict(applied.report.counts) if applied.report else {}
    if as_json:
        paths = {name: str(p) for name, p in applied.paths.items()}
        print_json(
            {
                "run_id": run_id,
                "status": applied.status,
                "applied": applied.wrote,
                "counts": counts,
                "paths": paths,
            }
        )
    elif applied.wrote:
        told = ", ".join(f"{n} {name}" for name, n in counts.items() if n) or "nothing to do"
        click.echo(f"Run {run_id}: {told}.")
    elif not applied.told:
        click.echo(
            f"{path}: {len(change_set.writes)} writes, {len(change_set.reviews)} questions. Add --apply to write."
        )
    if applied.told:
        raise WorkLeft(applied.told)

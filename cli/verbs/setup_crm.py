"""`evergreen setup-crm`: create our fields in the CRM."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from cli.output import apply_option, config_option, json_option, print_json


@click.command()
@click.option(
    "--fields", default="", metavar="A,B", help="Only these fields; all that a source can fill otherwise."
)
@apply_option
@config_option
@json_option
def command(fields: str, apply: bool, config_path: Path, as_json: bool) -> None:
    """Create our fields in the CRM where they are missing. A preview without --apply."""
    from cli.tables import plural
    from flows.setting_up import set_up_crm

    names = [name.strip() for name in fields.split(",") if name.strip()]
    told = set_up_crm(config_path, names, apply=apply)
    if as_json:
        print_json(asdict(told))
    elif not told.missing:
        click.echo(f"The CRM has all {len(told.there)} fields.")
    elif told.applied:
        click.echo(f"Made {plural(len(told.made), 'column')}: {', '.join(told.made)}.")
    else:
        click.echo(f"Missing: {', '.join(told.missing)}.")
        click.echo("Nothing was written. Add --apply to make them.")

"""`evergreen forget`: an account or a person, erased everywhere."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@click.argument("who", metavar="ACCOUNT|PERSON")
@click.option("--account", "kind", flag_value="account", help="WHO is an account's id.")
@click.option("--person", "kind", flag_value="person", help="WHO is a person's name.")
@click.option("--also", multiple=True, metavar="NAME", help="Another spelling of the person's name.")
@click.option("--by", default=None, help="Who asks for it; the login name where not given.")
@click.option("--yes", is_flag=True, help="Erase; without it nothing is changed.")
@config_option
@json_option
def command(
    who: str,
    kind: str | None,
    also: tuple[str, ...],
    by: str | None,
    yes: bool,
    config_path: Path,
    as_json: bool,
) -> None:
    """Erase an account (by its id) or a person (by name) from everything we keep. It cannot be undone."""
    from accounts.clock import SystemClock
    from flows.forgetting import forget

    told = forget(config_path, who, SystemClock(), by=by or getpass.getuser(), kind=kind, also=also, yes=yes)
    if as_json:
        print_json(told.as_json())
        return
    click.echo(f"{'Erased' if told.done else 'Would be erased'} ({told.kind}):")
    for name, count in told.counts.items():
        click.echo(f"  {count:>8} {name}")
    if told.finished_earlier:
        click.echo(f"{told.finished_earlier} erasures that had been cut short are finished now.")
    for name in told.removed:
        click.echo(f"Set aside by an earlier restore, {'removed' if told.done else 'to be removed'}: {name}")
    for path in told.backups:
        click.echo(f"A backup made before may hold it; it is yours to remove: {path}", err=True)
    for cell in told.in_crm:
        click.echo(f"The CRM itself holds it: {cell['account_id']} {cell['field']}; mend it there.", err=True)
    if told.kind == "account":
        click.echo("Remove the account from the CRM too, or the next pull brings it back.", err=True)
    if not told.done:
        click.echo("Nothing was changed. Add --yes to erase; it cannot be undone.")

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
@click.option("--package", "package", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Write a metadata package to deploy instead (Salesforce); talks to no CRM.")  # fmt: skip
@click.option("--layout", type=click.Path(path_type=Path), metavar="FILE",
              help="With --package: a page layout retrieved from the org, to put our section into.")  # fmt: skip
@apply_option
@config_option
@json_option
def command(
    fields: str, package: Path | None, layout: Path | None, apply: bool, config_path: Path, as_json: bool
) -> None:
    """Create our fields in the CRM where they are missing. A preview without --apply."""
    from cli.tables import plural
    from flows.setting_up import set_up_crm, write_package_of

    if package is not None:
        files = [str(path) for path in write_package_of(config_path, package, layout)]
        if as_json:
            print_json({"written": files})
        else:
            click.echo(f"Wrote {', '.join(files)}. Deploy the folder with the tool of your CRM.")
        return
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

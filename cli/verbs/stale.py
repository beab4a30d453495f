"""`evergreen stale`: the list of fields that can no longer be trusted."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@click.option("--field", help="Only this field.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Rows to print.")
@config_option
@json_option
def command(field: str | None, limit: int, config_path: Path, as_json: bool) -> None:
    """List expired, contradicted and invalid fields, worst first, with the reason. Exit code 1 when there are any."""
    from accounts.config import load_config
    from flows.services import catalogue_for
    from warehouse.snapshot import open_snapshot
    from warehouse.staleness import stale_fields

    config = load_config(config_path)
    if field is not None:
        field = catalogue_for(config)[field].name
    with open_snapshot(config.home) as snapshot:
        rows = stale_fields(snapshot, field=field)
    if as_json:
        print_json({"items": rows})
    else:
        from cli.tables import console, headline, more, plural, title, under, value

        out = console()
        out.print(title(f"{plural(len(rows), 'field')} can no longer be trusted, worst first"))
        for row in rows[:limit]:
            out.print(
                headline((row["account_name"] or "", "bold"), f" ({row['account_id']})  {row['field']}: ",
                         value(row["crm_value"]), "  ", (row["status"], "yellow"))
            )  # fmt: skip
            out.print(under(row["reason"]))
        if rest := more(limit, len(rows)):
            out.print(rest)
    if rows:
        raise click.exceptions.Exit(1)

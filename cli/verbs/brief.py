"""`evergreen brief`: half a page to read before a call."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@click.argument("account")
@click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    help="The language; that of the account's name where not given.",
)
@config_option
@json_option
def command(account: str, lang: str | None, config_path: Path, as_json: bool) -> None:
    """Print the brief of an account: what it is, what changed, hiring, needs, risks, an angle, how fresh it all is.

    ACCOUNT is an id or an exact name. With --json every sentence comes with what it rests on, and the score with its parts.
    """
    from accounts.config import load_config
    from flows.briefing import read_brief
    from warehouse.snapshot import open_snapshot

    config = load_config(config_path)
    with open_snapshot(config.home) as snapshot:
        told = read_brief(snapshot, account, lang)
    if as_json:
        print_json(told)
    else:
        click.echo(told["text"].rstrip())

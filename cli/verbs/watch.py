"""`evergreen watch`: what is told of the competitors in `[watch.competitors]`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.output import config_option, json_option, print_json

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.argument("competitor", required=False)
@click.option(
    "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Happenings a competitor."
)
@config_option
@json_option
def command(competitor: str | None, limit: int, config_path: Path, as_json: bool) -> None:
    """List who signed with competitors, where they hold events, in which industry, and which accounts appear beside them.

    Competitors are named in the configuration: `[watch.competitors]`, a line each: Globex = ["Globex GmbH"].
    """
    from accounts.config import load_config
    from accounts.errors import ConfigError
    from cli.tables import console
    from flows.briefing import read_watch
    from warehouse.snapshot import open_snapshot

    config = load_config(config_path)
    if not config.watch.competitors:
        raise ConfigError(
            "No competitor is watched.",
            remedy='Name them in evergreen.toml: [watch.competitors], then a line each: Globex = ["Globex GmbH"].',
            key="watch.competitors",
        )
    with open_snapshot(config.home) as snapshot:
        rivals = read_watch(snapshot, competitor)
    if as_json:
        print_json({"items": rivals})
        return
    out = console()
    for rival in rivals:
        _show(out, rival, limit)
    if not rivals:
        click.echo("Nothing was told of them yet.")


def _show(out: Console, rival: Mapping[str, Any], limit: int) -> None:
    from cli.tables import headline, more, title, under

    out.print(title(rival["competitor"]))
    for name, words in (
        ("signed_with", "signed with"),
        ("events_in", "events in"),
        ("regions", "regions"),
        ("industries", "industries"),
    ):
        if rival[name]:
            out.print(headline(f"{words:<12}", ", ".join(f"{x['name']} ({x['count']})" for x in rival[name])))
    if rival["beside"]:
        out.print(
            headline(
                f"{'beside':<12}", ", ".join(f"{x['name']} ({x['account_id']})" for x in rival["beside"])
            )
        )
    for told in rival["happenings"][:limit]:
        out.print(
            headline(
                (str(told["day"] or "undated"), "cyan"), f"  {told['event_class']}: ", (told["title"], "bold")
            )
        )
        out.print(under(told["url"]))
    if rest := more(limit, len(rival["happenings"])):
        out.print(rest)
    out.print()

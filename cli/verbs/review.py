"""`evergreen review`: the steward's queue."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.output import config_option, json_option, print_json

if TYPE_CHECKING:
    from accounts.change import ReviewItem


@click.group()
def command() -> None:
    """See what waits for a person, and decide it. Decisions are carried out by the next apply or run."""


@command.command("list")
@click.option("--field", help="Only this field.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Rows to print.")
@config_option
@json_option
def list_items(field: str | None, limit: int, config_path: Path, as_json: bool) -> None:
    """List what waits, what matters most first."""
    items = [i for i in _open(config_path) if field is None or i.field == field]
    if as_json:
        print_json({"items": [{name: getattr(i, name) for name in i.__dataclass_fields__} for i in items]})
        return
    from cli.tables import console, headline, more, plural, title, under, value

    out = console()
    out.print(title(f"{plural(len(items), 'question')} for a steward"))
    for i in items[:limit]:
        asked = f"{i.field}: " if i.field else "is it this company? "
        out.print(
            headline((i.id[:8], "cyan"), "  ", (i.account_name, "bold"), f" ({i.account_id})  {asked}",
                     value(i.crm_value), " → ", value(i.proposed, "green"))
        )  # fmt: skip
        out.print(under(i.reason))
        if i.evidence:
            out.print(under(i.evidence))
    if rest := more(limit, len(items)):
        out.print(rest)


def _open(config_path: Path) -> list[ReviewItem]:
    from accounts.config import load_config
    from warehouse.decisions import DecisionStore
    from warehouse.reviews import open_items
    from warehouse.snapshot import open_snapshot
    from warehouse.standing import Decided

    config = load_config(config_path)
    with open_snapshot(config.home) as snapshot:
        return open_items(snapshot, Decided(DecisionStore(config.home).all()))


def _decision(action: str, summary: str) -> click.Command:
    @click.command(action, help=summary)
    @click.argument("items", nargs=-1, required=True, metavar="ITEM...")
    @click.option("--note", default="", help="Why; kept with the decision.")
    @click.option("--by", default=None, help="Who decides; the login name where not given.")
    @config_option
    @json_option
    def decide(items: tuple[str, ...], note: str, by: str | None, config_path: Path, as_json: bool) -> None:
        from flows.decisions import decide_item

        who = by or getpass.getuser()
        done = [decide_item(config_path, item, action, who, note) for item in items]
        if as_json:
            print_json({"items": done})
            return
        for row in done:
            click.echo(
                f"{row['action']}: {row['account_id']} {row['field']} {row['proposed'] or ''}".rstrip()
            )
        click.echo("The next `evergreen nightly --apply` or `evergreen apply` carries it out.")

    return decide


for _action, _summary in {
    "accept": "Write the proposed value, or link the proposed record.",
    "reject": "The proposal is wrong; it is not asked again until the evidence changes.",
    "keep": "What the CRM holds is right; not asked again until the evidence changes.",
    "lock": "Never write this field. ITEM may also be ACCOUNT:FIELD, or ACCOUNT:* for the whole record.",
    "unlock": "Lift a lock. ITEM may also be ACCOUNT:FIELD, or ACCOUNT:*.",
}.items():
    command.add_command(_decision(_action, _summary))

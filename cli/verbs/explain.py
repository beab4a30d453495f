"""`evergreen explain`: why a value is what it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.output import config_option, json_option, print_json

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.argument("account")
@click.argument("field", required=False)
@config_option
@json_option
def command(account: str, field: str | None, config_path: Path, as_json: bool) -> None:
    """Show value, age, source, evidence, losing values, and what would change it. ACCOUNT is an id or exact name."""
    from accounts.config import load_config
    from flows.explaining import explain
    from flows.services import catalogue_for
    from warehouse.snapshot import open_snapshot

    config = load_config(config_path)
    if field is not None:
        field = catalogue_for(config)[field].name
    with open_snapshot(config.home) as snapshot:
        told = explain(snapshot, account, field)
    if as_json:
        print_json(told.as_json())
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    console.print(f"[bold]{escape(told.account_name)}[/] ({escape(told.account_id)})")
    for link in told.links:
        chance = f"{link['probability']:.2f}"
        console.print(
            f"  {link['source']}: {link['decision']} ({chance}) {escape(link['reason'])}", style="dim"
        )
    for item in told.fields:
        _print_field(console, item)


def _print_field(console: Console, item: Mapping[str, Any]) -> None:
    from rich.markup import escape

    console.print(f"\n[bold]{item['field']}[/]  {escape(item['label_en'])} · {escape(item['label_zh'])}")
    if item["column"]:
        age = "of unknown age" if item["age_days"] is None else f"{item['age_days']} days old"
        state = f"{item['status']}: {item['why']}" if item["status"] else ""
        held = escape(item["crm_value"]) + f"  [dim]({age})[/]" if item["crm_value"] else "[dim]blank[/]"
        console.print(f"  CRM      {held}  [dim]{escape(state)}[/]")
    if item["golden_value"] is not None:
        kind = f" ({item['kind']})" if item["kind"] else ""
        sure = f"{item['confidence']:.0%} sure, from {', '.join(item['sources'])}, seen {item['observed_at']:%Y-%m-%d}"
        console.print(f"  golden   [green]{escape(item['golden_value'])}[/]{kind}  [dim]{escape(sure)}[/]")
    for e in item["evidence"][:3]:
        console.print(
            f"  evidence [italic]“{escape(e['passage'])}”[/]\n           [dim]{escape(e['url'])}[/]"
        )
    for loser in item["losers"][:6]:
        kind = f", {loser['kind']}" if loser["kind"] else ""
        console.print(
            f"  also     {escape(loser['value'])} [dim]({', '.join(loser['sources'])}{kind}: {escape(loser['reason'] or '')})[/]"
        )
    if item["decision"]:
        console.print(f"  decided  {item['decision']['verdict']}: {escape(item['decision']['reason'])}")
    console.print(f"  changes  [dim]{escape(item['what_would_change_it'])}[/]")

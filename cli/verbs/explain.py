"""`evergreen explain`: why a value is what it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.output import config_option, json_option, print_json

if TYPE_CHECKING:
    from rich.console import Console


#: Checks of a field below which a source is taken mostly by what was learned of its other fields.
_FEW = 10


@click.command()
@click.argument("account")
@click.argument("field", required=False)
@config_option
@json_option
def command(account: str, field: str | None, config_path: Path, as_json: bool) -> None:
    """Show value, age, source, evidence, losers, and what would change it.

    ACCOUNT is an id or an exact name.
    """
    from accounts.config import load_config
    from cli.tables import console, headline, title, under
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
    out = console()
    out.print(title(f"{told.account_name} ({told.account_id})"))
    for link in told.links:
        out.print(headline((link["source"], "bold"), f": {link['decision']} ({link['probability']:.2f})"))
        out.print(under(link["reason"]))
    for item in told.fields:
        _print_field(out, item)


def _print_field(out: Console, item: Mapping[str, Any]) -> None:
    from cli.tables import headline, title, under, value

    out.print()
    out.print(title(f"{item['field']}  {item['label_en']} · {item['label_zh']}"))
    if item["column"]:
        age = "" if item["age_days"] is None or not item["crm_value"] else f"  ({item['age_days']} days old)"
        out.print(headline("CRM      ", value(item["crm_value"]), (age, "dim")))
        if item["why"]:
            out.print(under(f"{item['status']}: {item['why']}", indent=11))
    if item["golden_value"] is not None:
        kind = f" ({item['kind']})" if item["kind"] else ""
        sure = f"{item['confidence']:.0%} sure, from {', '.join(item['sources'])}, seen {item['observed_at']:%Y-%m-%d}"
        out.print(headline("golden   ", (item["golden_value"], "green"), kind))
        out.print(under(sure, indent=11))
        for trust in item["trust"]:
            out.print(under(_trusted(trust), indent=11))
    for e in item["evidence"][:3]:
        out.print(headline("evidence ", (f"“{e['passage'].strip('“”')}”", "italic")))
        out.print(under(e["url"], indent=11))
    for seen in item.get("history", ())[:40]:
        out.print(headline("runs     ", (seen["display"] or seen["value"], "bold"), (_span(seen), "dim")))
    for loser in item["losers"][:6]:
        kind = f", {loser['kind']}" if loser["kind"] else ""
        why = f"  {', '.join(loser['sources'])}{kind}: {loser['reason'] or ''}"
        out.print(headline("also     ", loser["value"], (why, "dim")))
    if item["decision"]:
        out.print(headline("decided  ", f"{item['decision']['verdict']}: {item['decision']['reason']}"))
    out.print(headline("changes  ", (item["what_would_change_it"], "dim")))


def _trusted(trust: Mapping[str, Any]) -> str:
    """Why a source's word counts for more or less than its reader claims."""
    moved = "raised" if trust["taken"] > trust["claimed"] else "lowered"
    rests = []
    if trust["checked"] and trust["stood"] is not None:
        rests.append(
            f"of {trust['checked']} values like this that people saw, {trust['stood'] / trust['checked']:.0%} stood"
        )
    if trust["compared"]:
        rests.append(f"{trust['compared']} met another source or an import")
    if trust["checked"] + trust["compared"] < _FEW:
        rests.append("the rest is what its other fields proved")
    return (
        f"{trust['source']}: {moved} from {trust['claimed']:.0%} to {trust['taken']:.0%}; {'; '.join(rests)}"
    )


def _span(seen: Mapping[str, Any]) -> str:
    """When a technology was seen, in words."""
    place = "" if seen["kind"] in (None, "main") else f", on a {seen['kind']}"
    told = f"  {seen['source']}{place}: first seen {seen['first_seen']:%Y-%m-%d}, last seen {seen['last_seen']:%Y-%m-%d}"
    if seen["removed_at"]:
        return (
            f"{told}, removed (not there on {seen['removed_at']:%Y-%m-%d}, the second clean look without it)"
        )
    return f"{told}, missed once since" if seen["missed"] else told

"""`evergreen plan`: what tonight would look at, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.output import config_option, json_option, print_json


@click.command()
@click.option("--budget", type=click.IntRange(min=0), help="What a budget of N accounts buys.")
@click.option("--as-of", metavar="DATE", help="Set the clock.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Rows to print.")
@config_option
@json_option
def command(budget: int | None, as_of: str | None, limit: int, config_path: Path, as_json: bool) -> None:
    """Pull the accounts and list what tonight would look at and why; reads nothing else and writes nothing."""
    from flows.planning import plan
    from flows.pulling import pull
    from flows.services import open_services

    with open_services(config_path, as_of=as_of) as services:
        accounts = pull(services, "plan")
        work = plan(services, accounts, budget=budget)
    items: list[dict[str, Any]] = [
        {
            "account_id": t.account.id, "account_name": t.account.get("name"), "benefit": round(t.item.benefit, 2),
            "needs": [{"field": n.field, "status": n.status.value, "reason": n.reason} for n in t.item.needs],
        }
        for t in work.tasks
    ]  # fmt: skip
    bought = sum(t.item.benefit for t in work.tasks)
    whole = bought + sum(i.benefit for i in work.waiting)
    if as_json:
        print_json({
            "items": items, "waiting": len(work.waiting), "states": dict(work.states),
            "benefit_bought": round(bought, 2), "benefit_whole": round(whole, 2),
        })  # fmt: skip
        return
    from cli.tables import console, grouped, headline, more, plural, title, under

    out = console()
    out.print(
        title(f"Tonight: {plural(len(items), 'account')} to look at, {len(work.waiting)} waiting for budget")
    )
    for item in items[:limit]:
        name = item["account_name"] or ""
        out.print(headline((name, "bold"), f" ({item['account_id']})  benefit {item['benefit']:.1f}"))
        for reason, needs in grouped(item["needs"], "reason").items():
            fields = ", ".join(n["field"] for n in needs)
            out.print(under(f"{fields}: {needs[0]['status']}" + ("" if reason == "blank" else f", {reason}")))
    if rest := more(limit, len(items)):
        out.print(rest)
    share = f"{bought / whole:.0%}" if whole else "all"
    out.print(f"This buys {share} of the benefit in sight ({bought:.1f} of {whole:.1f}).")

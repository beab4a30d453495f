"""`evergreen plan`: what tonight would look at and why, and what a budget of looks buys."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.output import config_option, json_option, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from flows.buying import Budget, Lot

#: Looks that "what more would buy" is told for.
STEP = 100
#: Fields named of what stays unseen.
_FIELDS = 5


@click.command()
@click.option(
    "--budget", type=click.IntRange(min=0), help="Look at N accounts: what that buys, and what more would."
)
@click.option("--as-of", metavar="DATE", help="Set the clock.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Rows to print.")
@config_option
@json_option
def command(budget: int | None, as_of: str | None, limit: int, config_path: Path, as_json: bool) -> None:
    """Pull the accounts and list what tonight would look at and why; reads nothing else and writes nothing."""
    from flows.buying import lay_out
    from flows.planning import plan
    from flows.pulling import pull
    from flows.services import open_services

    with open_services(config_path, as_of=as_of) as services:
        accounts = pull(services, "plan")
        work = plan(services, accounts, budget=services.config.run.budget if budget is None else budget)
    told = lay_out(work, STEP)
    items: list[dict[str, Any]] = [
        {
            "account_id": t.account.id, "account_name": t.account.get("name"), "benefit": round(t.item.benefit, 4),
            "urgent": t.item.urgent, "days": t.item.days, "expected": round(t.item.expected, 3),
            "requests": round(t.item.requests, 2),
            "needs": [
                {"field": n.field, "status": n.status.value, "reason": n.reason, "chance": n.chance} for n in t.item.needs
            ],
        }
        for t in work.tasks
    ]  # fmt: skip
    if as_json:
        print_json({
            "items": items, "waiting": len(work.waiting), "states": dict(work.states),
            "benefit_bought": round(told.bought.benefit, 2), "benefit_whole": round(told.bought.benefit + told.left.benefit, 2),
            "budget": asdict(told),
        })  # fmt: skip
        return
    from cli.tables import console

    out = console()
    _print_budget(out, told)
    _print_items(out, items, limit)


def _print_budget(out: Console, told: Budget) -> None:
    from cli.tables import headline, plural, title

    out.print(
        title(f"Tonight: {plural(told.bought.looks, 'account')} to look at, {told.left.looks} left for later")
    )
    if told.known:
        _print_lots(out, told)
    else:
        whole = told.bought.benefit + told.left.benefit
        share = f"{told.bought.benefit / whole:.0%}" if whole else "all"
        out.print(
            headline(
                f"This buys {share} of the benefit in sight (fixed TTLs; nothing is known of rates of change)."
            )
        )
    out.print()


def _print_lots(out: Console, told: Budget) -> None:
    from rich.table import Table

    from cli.tables import headline

    whole = told.bought.changed + told.left.changed
    table = Table(show_edge=False, box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in ("", "looks", "new or doubted", "requests", "changed values found"):
        table.add_column(column, justify="left" if not column else "right", header_style="dim")
    rows = [("  this budget", told.bought)]
    if told.left.looks:
        rows.append((f"  the next {told.more.looks}", told.more))
        rows.append(("  all that is left", told.left))
    for name, lot in rows:
        table.add_row(name, *_cells(lot, whole))
    out.print(table)
    if not told.left.looks:
        out.print(headline("Everything that is due is looked at."))
        return
    waits = f"; the longest was last looked at {told.oldest:.0f} days ago" if told.oldest else ""
    out.print(headline(f"Left unseen: about {told.left.changed:.1f} changed values{waits}."))
    if told.unseen:
        most = ", ".join(f"{field} {count:.1f}" for field, count in told.unseen[:_FIELDS])
        out.print(headline(f"Most of them: {most}."))


def _cells(lot: Lot, whole: float) -> tuple[str, ...]:
    share = f" ({lot.changed / whole:.0%})" if whole else ""
    return f"{lot.looks:,}", f"{lot.urgent:,}", f"{lot.requests:,.0f}", f"{lot.changed:,.1f}{share}"


def _print_items(out: Console, items: list[dict[str, Any]], limit: int) -> None:
    from cli.tables import grouped, headline, more, under

    for item in items[:limit]:
        name = item["account_name"] or ""
        out.print(headline((name, "bold"), f" ({item['account_id']})  ", (_why(item), "dim")))
        for reason, needs in grouped(_wanting(item["needs"]), "reason").items():
            fields = ", ".join(n["field"] for n in needs)
            out.print(under(f"{fields}: {needs[0]['status']}" + ("" if reason == "blank" else f", {reason}")))
    if rest := more(limit, len(items)):
        out.print(rest)


def _wanting(needs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The needs worth a line: what is fresh is looked at along with the rest."""
    return [n for n in needs if n["status"] not in ("fresh", "due")]


def _why(item: dict[str, Any]) -> str:
    """Why an account is looked at tonight, in a few words."""
    if item["days"] is None and item["requests"]:
        return "never looked at"
    if item["urgent"]:
        return "first: contradicted or asked for since the last look"
    if not item["requests"]:
        return f"benefit {item['benefit']:.1f}"
    return f"last looked at {item['days']:.0f} days ago; {item['expected']:.1f} changed values to be expected"

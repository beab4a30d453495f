"""`evergreen duplicates`: accounts that may be one company, worst first, and who belongs to whom."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Groups to show at most."
)
@config_option
@json_option
def command(limit: int, config_path: Path, as_json: bool) -> None:
    """Propose merges inside the CRM, worst first. Nothing is ever merged by us."""
    from flows.proposed import proposed

    found = proposed(config_path)
    if as_json:
        print_json({"items": found.groups[:limit], "groups": len(found.groups), "edges": found.edges})
        return
    from cli.tables import console, headline, plural, title, under

    out = console()
    out.print(title(f"{plural(len(found.groups), 'group')} of accounts that may be one company"))
    for group in found.groups[:limit]:
        out.print(headline(("· ", "dim"), f"keep {group['keep']} “{group['name']}”"))
        for member in group["members"]:
            told = (
                f"{member['probability']:.0%} {member['account_id']} “{member['name']}”: {member['reason']}"
            )
            out.print(under(told))
    if len(found.groups) > limit:
        out.print(under(f"{len(found.groups) - limit} more; --limit shows them"))
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(found.edges.items()))
    out.print(f"Told apart from duplicates: {kinds or 'nobody'}. Merge in the CRM; we never merge.")

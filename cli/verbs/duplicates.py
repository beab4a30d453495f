"""`evergreen duplicates`: accounts that may be one company, worst first, who belongs to whom, and what stewards say of pairs."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import click

from cli.output import config_option, json_option, print_json


@click.group(invoke_without_command=True)
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Groups to show at most."
)
@config_option
@json_option
@click.pass_context
def command(context: click.Context, limit: int, config_path: Path, as_json: bool) -> None:
    """Propose merges inside the CRM, worst first. Nothing is ever merged by us."""
    if context.invoked_subcommand is None:
        _list(limit, config_path, as_json)


def _list(limit: int, config_path: Path, as_json: bool) -> None:
    from flows.proposed import proposed

    found = proposed(config_path)
    if as_json:
        print_json({
            "items": found.groups[:limit], "groups": len(found.groups), "edges": found.edges, "to_merge": found.to_merge,
        })  # fmt: skip
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
    if found.to_merge:
        out.print(title("Said to be the same, and still two accounts in the CRM"))
        for pair in found.to_merge[:limit]:
            out.print(under(f"{_pair(pair)}: {pair['by']}, {pair['at'][:10]}"))
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(found.edges.items()))
    out.print(f"Told apart from duplicates: {kinds or 'nobody'}. Merge in the CRM; we never merge.")
    if found.groups:
        out.print(under("`evergreen duplicates judge ACCOUNT ACCOUNT same|different|unsure` settles a pair."))


def _pair(row: dict[str, Any]) -> str:
    name = row.get("name", row.get("account_name", ""))
    return f"{row['account_id']} “{name}” and {row['other_id']} “{row['other_name']}”"


@command.command("judge")
@click.argument("one", metavar="ACCOUNT")
@click.argument("other", metavar="ACCOUNT")
@click.argument("verdict", type=click.Choice(["same", "different", "unsure"]))
@click.option("--note", default="", help="Why; kept with the judgement.")
@click.option("--by", default=None, help="Who judges; the login name where not given.")
@config_option
@json_option
def judge(
    one: str, other: str, verdict: str, note: str, by: str | None, config_path: Path, as_json: bool
) -> None:
    """Say whether two accounts are one company; the pair is not proposed again.

    same is kept for whoever merges in the CRM. different and unsure keep the two apart, in clusters too, unsure until somebody
    knows. Judgements add up (the same as the same is the same); one that contradicts them is refused.
    """
    from flows.identity import say_pair

    row = say_pair(config_path, one, other, verdict, by or getpass.getuser(), note=note)
    if as_json:
        print_json(row)
        return
    click.echo(f"{row['id'][:8]}  {verdict}: {row['account_id']} and {row['other_id']}")
    click.echo(f"`evergreen duplicates take-back {row['id'][:8]}` takes it back.")


@command.command("said")
@click.argument("account", required=False, metavar="[ACCOUNT]")
@config_option
@json_option
def said(account: str | None, config_path: Path, as_json: bool) -> None:
    """List what was said of pairs, newest first: by whom, when and why."""
    from flows.identity import words

    found = words(config_path, "merge", account)
    if as_json:
        print_json({"items": found})
        return
    from cli.tables import console, headline, plural, title, under

    out = console()
    out.print(title(f"{plural(len(found), 'judgement')} of pairs"))
    for row in found:
        out.print(headline((row["id"][:8], "cyan"), "  ", (row["what"], "bold"), f"  {_pair(row)}"))
        out.print(
            under(
                f"{row['by']}, {row['at'][:16].replace('T', ' ')}"
                + (f": {row['note']}" if row["note"] else "")
            )
        )


@command.command("take-back")
@click.argument("item")
@click.option("--by", default=None, help="Who takes it back; the login name where not given.")
@config_option
@json_option
def take_back_word(item: str, by: str | None, config_path: Path, as_json: bool) -> None:
    """Take the newest judgement of a pair back (ITEM as `said` lists it); the one before it counts again."""
    from flows.identity import take_back

    row = take_back(config_path, item, by or getpass.getuser())
    if as_json:
        print_json(row)
        return
    click.echo(f"taken back: {row['what']}, {row['account_id']} {row.get('other_id', row.get('name', ''))}")

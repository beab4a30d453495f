"""`evergreen match`: are these names, rows or tables the same companies; other names of accounts, and clusters with stable ids."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.output import config_option, json_option, print_json

if TYPE_CHECKING:
    from matchers.clusters import Report

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group("match")
def command() -> None:
    """Match companies: pairs of names, two tables, or one table with itself."""


@command.command("pairs")
@click.argument("source", metavar="IN.csv", type=_FILE)
@click.argument("target", metavar="OUT.csv", type=_OUT)
@json_option
def pairs(source: Path, target: Path, as_json: bool) -> None:
    """Score pairs of names (columns left, right): probability, decision, grade and reason."""
    from matchers.files import match_pairs

    _tell(match_pairs(source, target), target, as_json)


@command.command("link")
@click.argument("left", metavar="LEFT.csv", type=_FILE)
@click.argument("right", metavar="RIGHT.csv", type=_FILE)
@click.argument("target", metavar="OUT.csv", type=_OUT)
@json_option
def link(left: Path, right: Path, target: Path, as_json: bool) -> None:
    """Find each left row's company in the right table (columns id, name and what else is known)."""
    from matchers.files import match_link

    _tell(match_link(left, right, target), target, as_json)


@command.command("dedupe")
@click.argument("table", metavar="TABLE.csv", type=_FILE)
@click.argument("target", metavar="OUT.csv", type=_OUT)
@click.option(
    "--report",
    "with_report",
    is_flag=True,
    help="Also tell how rows were met: pairs and matches by kind of key.",
)
@json_option
def dedupe(table: Path, target: Path, with_report: bool, as_json: bool) -> None:
    """Group the rows of one table that are the same company."""
    from matchers.files import match_dedupe_and_report

    counts, report = match_dedupe_and_report(table, target)
    if not with_report:
        _tell(counts, target, as_json)
    elif as_json:
        print_json({**counts, "path": str(target), "report": asdict(report)})
    else:
        _tell(counts, target, as_json)
        _tell_search(report)


def _tell_search(report: Report) -> None:
    """Pairs and matches by kind of key: a key whose last number is high is what keeps the recall."""
    click.echo(f"{'key':16}{'pairs proposed':>16}{'matches':>10}{'by it alone':>13}")
    for kind, (pairs, matches, alone) in report.by_key.items():
        click.echo(f"{kind:16}{pairs:>16,}{matches:>10,}{alone:>13,}")
    click.echo(
        f"{report.proposed} pairs proposed; {report.proposed - report.compared} cannot be matches and were not compared; "
        f"{report.compared} compared; {report.matched} match"
    )


@command.command("explain")
@click.argument("left")
@click.argument("right")
@click.option(
    "--chart", type=_OUT, metavar="FILE.svg", help="Also draw the waterfall of weights into a file."
)
@json_option
def explain(left: str, right: str, chart: Path | None, as_json: bool) -> None:
    """Show why two names are taken for one company or not: the waterfall of weights."""
    from matchers.explain import as_chart, as_text, waterfall
    from matchers.model import version

    steps = waterfall(left, right)
    if chart is not None:
        chart.write_text(as_chart(left, right, steps), encoding="utf-8")
    if as_json:
        print_json({
            "left": left, "right": right, "model": version(), "steps": [asdict(step) for step in steps],
            "path": str(chart) if chart else None,
        })  # fmt: skip
    else:
        click.echo(f"{as_text(left, right, steps)}\n  model {version()}")


@command.command("alias")
@click.argument("account")
@click.argument("name")
@click.option("--former", "what", flag_value="former", help="A name it bore before.")
@click.option(
    "--not", "what", flag_value="not", help="It is not called so: a record of that name is another company."
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day of the name.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day of the name.")
@click.option("--note", default="", help="Where this is known from; kept with it.")
@click.option("--by", default=None, help="Who says so; the login name where not given.")
@config_option
@json_option
def alias(
    account: str, name: str, what: str | None, since: Any, until: Any, note: str, by: str | None, config_path: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Say that an account is also called NAME, was called so (--former), or is not (--not).

    The next run matches records and texts by it, and proposes accounts of that name as duplicates.
    """
    from flows.identity import say_alias

    row = say_alias(
        config_path, account, name, what or "also", by or getpass.getuser(), note=note,
        since=since.date() if since else None, until=until.date() if until else None,
    )  # fmt: skip
    if as_json:
        print_json(row)
        return
    click.echo(f"{row['id'][:8]}  {_called(row)}")
    click.echo(f"`evergreen match aliases --take-back {row['id'][:8]}` takes it back.")


def _called(row: dict[str, Any]) -> str:
    what = {"also": "is also called", "former": "was called", "not": "is not"}[row["what"]]
    days = f"{' since ' + row['since'] if row['since'] else ''}{' until ' + row['until'] if row['until'] else ''}"
    return f"{row['account_id']} “{row['account_name']}” {what} “{row['name']}”{days}"


@command.command("aliases")
@click.argument("account", required=False, metavar="[ACCOUNT]")
@click.option("--take-back", "item", metavar="ID", help="Take the newest word on a name back.")
@click.option("--by", default=None, help="Who takes it back; the login name where not given.")
@config_option
@json_option
def aliases(account: str | None, item: str | None, by: str | None, config_path: Path, as_json: bool) -> None:
    """List other names: what stewards said, and of one ACCOUNT also what accepted records taught."""
    from flows.identity import learned, take_back, words

    if item is not None:
        row = take_back(config_path, item, by or getpass.getuser())
        if as_json:
            print_json(row)
        else:
            click.echo(f"taken back: {_called(row)}")
        return
    said = words(config_path, "alias", account)
    taught = learned(config_path, account) if account is not None else []
    if as_json:
        print_json({"items": said, "learned": taught})
        return
    from cli.tables import console, headline, plural, title, under

    out = console()
    out.print(title(f"{plural(len(said), 'name')} from stewards"))
    for row in said:
        out.print(headline((row["id"][:8], "cyan"), "  ", _called(row)))
        note = f": {row['note']}" if row["note"] else ""
        out.print(under(f"{row['by']}, {row['at'][:16].replace('T', ' ')}{note}"))
    if taught:
        out.print(title(f"{plural(len(taught), 'name')} from accepted records"))
    for row in taught:
        days = (
            f" {row['valid_from'] or '…'} – {row['valid_to'] or '…'}"
            if row["valid_from"] or row["valid_to"]
            else ""
        )
        out.print(headline((row["kind"], "bold"), f"  {row['text']}{days}"))
        out.print(
            under(
                f"{row['source']} {row['record_id']}, {row['confidence'] or 0:.0%}, {row['noted_at']:%Y-%m-%d}"
            )
        )


@command.command("clusters")
@click.option("--history", metavar="ID", help="What happened to a cluster, or to an account.")
@click.option(
    "--undo", "event", type=int, metavar="EVENT", help="Take an event back, with all that followed from it."
)
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Clusters to show at most."
)
@click.option("--by", default=None, help="Who takes it back; the login name where not given.")
@config_option
@json_option
def clusters(
    history: str | None, event: int | None, limit: int, by: str | None, config_path: Path, as_json: bool
) -> None:
    """Show the accounts that are one company, as clusters whose ids stay; their history; and take an event back."""
    from flows.clustering import clusters_of, history_of, undo_event

    if event is not None or history is not None:
        told = (
            undo_event(config_path, event, by or getpass.getuser())
            if event is not None
            else history_of(config_path, history or "")
        )
        if as_json:
            print_json({"items": told})
        else:
            _tell_events(told)
        return
    found = clusters_of(config_path)
    if as_json:
        print_json({"items": found[:limit], "clusters": len(found)})
        return
    from cli.tables import console, headline, plural, title, under

    out = console()
    out.print(title(f"{plural(len(found), 'cluster')} of several accounts"))
    for one in found[:limit]:
        out.print(
            headline((one["id"], "cyan"), f"  {len(one['accounts'])} accounts, since {one['since']:%Y-%m-%d}")
        )
        for account in one["accounts"]:
            records = ", ".join(account["records"][:4])
            out.print(
                under(f"{account['account_id']} “{account['name']}”" + (f": {records}" if records else ""))
            )
    if len(found) > limit:
        out.print(under(f"{len(found) - limit} more; --limit shows them"))


def _tell_events(told: list[dict[str, Any]]) -> None:
    from cli.tables import console, headline, under

    out = console()
    for row in told:
        chance = f" {row['probability']:.0%}" if row["probability"] is not None else ""
        state = "  (taken back)" if row["undone"] else ""
        out.print(
            headline((f"{row['seq']:>5}", "cyan"), f"  {row['at'][:16].replace('T', ' ')}  ", (row["kind"], "bold"),
                     f"{chance}  {row['reason']}, by {row['by']}{state}")
        )  # fmt: skip
        for move in row["moves"][:20]:
            out.print(under(f"{move['account_id']}: {move['before'] or 'none'} → {move['after'] or 'none'}"))


def _tell(counts: dict[str, int], target: Path, as_json: bool) -> None:
    if as_json:
        print_json({**counts, "path": str(target)})
        return
    click.echo(f"{', '.join(f'{number} {what}' for what, number in counts.items())}; written to {target}")

"""`evergreen match`: are these names, rows or tables the same companies."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.output import json_option, print_json

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


def _tell(counts: dict[str, int], target: Path, as_json: bool) -> None:
    if as_json:
        print_json({**counts, "path": str(target)})
        return
    click.echo(f"{', '.join(f'{number} {what}' for what, number in counts.items())}; written to {target}")

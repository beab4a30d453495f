"""`evergreen demo`: nights over an invented world, with their accuracy against its truth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.output import json_option, print_json

if TYPE_CHECKING:
    from flows.demo_nights import DemoReport

#: Heads of the table's columns after the field's name, in two lines.
_HEADS = (
    ("", "fills", "blanks", "renewals", "rot", "flags", "rot", "wrongly", "changes"),
    ("", "right", "filled", "right", "renewed", "right", "flagged", "touched", "found"),
)


@click.command()
@click.option(
    "--accounts", type=click.IntRange(min=1), default=200, show_default=True, help="Companies of the world."
)
@click.option(
    "--nights", type=click.IntRange(min=1), default=3, show_default=True, help="Nights to run over it."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed is another world.")
@click.option(
    "--days-apart", type=click.IntRange(min=1), default=1, show_default=True, help="Days from night to night."
)
@click.option("--prefect", is_flag=True, help="Run the last night through Prefect, as a scheduler does.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to keep it; else a temporary folder.",
)
@json_option
def command(
    accounts: int, nights: int, seed: int, days_apart: int, prefect: bool, folder: Path | None, as_json: bool
) -> None:
    """Build the demo world, run nights over it, print accuracy against its truth."""
    from flows.demo_nights import DemoOptions, run_demo

    if folder is not None and (folder / "accounts.csv").exists():
        raise click.UsageError(f"{folder} holds an accounts.csv already; name an empty folder.")
    with tempfile.TemporaryDirectory(prefix="evergreen-demo-") as temporary:
        options = DemoOptions(folder or Path(temporary), accounts, nights, seed, days_apart, prefect)
        report = run_demo(options, told=lambda line: click.echo(line, err=True))
    if as_json:
        print_json(report.as_json())
    else:
        _show(report, kept=folder)


def _show(report: DemoReport, kept: Path | None) -> None:
    told = report.as_json()
    click.echo(
        f"\nAn invented world: {told['accounts']} companies, seed {told['seed']}, {len(told['nights'])} nights.\n"
    )
    for line in _nights(told["nights"]):
        click.echo(line)
    click.echo("\nBy field, against the world's truth:\n")
    for name, *cells in _rows(told["fields"]):
        click.echo(f"  {name:16}" + "".join(f"{cell:>10}" for cell in cells))
    seen = {kind: share for kind, share in told["happenings"].items() if share["of"]}
    if seen:
        click.echo("\nChanges in the world that a site shows, and how many were found within two nights:\n")
    for kind, share in seen.items():
        click.echo(f"  {kind.replace('_', ' '):16}{_counted(share):>10}")
    total = told["total"]
    click.echo(f"\nOf what was written, right:            {_shown(total['written_right'])}")
    click.echo(f"Changes found within two nights:       {_shown(total['planted_found'])}")
    click.echo(f"Edits of people overwritten:           {total['clobbered']}")
    click.echo(f"Right values made wrong, or restyled:  {total['harmed']}, {total['restyled']}")
    signals = told["signals"]
    click.echo(f"Events told, of the right company:      {_shown(signals['told_right'])}")
    click.echo(
        f"Events planted, told within two nights: {_shown(signals['found'])}; told twice: {signals['told_twice']}"
    )
    if kept:
        click.echo(
            f"\nKept in {kept}: accounts.csv is the CRM, truth-*.csv what is true, web/ what the world answered."
        )
        click.echo(
            "There, `evergreen explain W000001`, `evergreen review list`, `evergreen stale` and `evergreen runs` tell more."
        )


def _nights(nights: list[dict[str, Any]]) -> Iterator[str]:
    for number, night in enumerate(nights, 1):
        before = f"{_plural(night['events'], 'change')} in the world, {_plural(night['edits'], 'edit')} by people; "
        yield (
            f"  Night {number}: {before if number > 1 else ''}{night['looked_at']} of {night['accounts']} accounts looked at, "
            f"{_plural(night['written'], 'cell')} written, {_plural(night['reviews'], 'question')} for people, "
            f"{sum(night['seconds'].values()):.0f} s"
        )
        if night["breaker"]:
            yield f"    {night['run_id']}: {night['breaker']}"


def _rows(fields: dict[str, dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield from _HEADS
    for name, counts in fields.items():
        shares = [
            counts[k][side] for k in ("filled", "replaced", "flagged") for side in ("precision", "recall")
        ]
        touched = str(counts["clobbered"] + counts["harmed"])
        yield (name, *map(_counted, shares), touched, _counted(counts["planted_found"]))


def _shown(share: dict[str, Any]) -> str:
    return "–" if share["rate"] is None else f"{share['rate']:.1%} of {share['of']}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _counted(share: dict[str, Any]) -> str:
    return "–" if share["rate"] is None else f"{share['right']}/{share['of']}"

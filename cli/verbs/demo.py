"""`evergreen demo`: nights over an invented world, with their accuracy against its truth."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.output import json_option, print_json

if TYPE_CHECKING:
    from flows.demo_nights import DemoReport


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
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to keep it; else a temporary folder.",
)
@json_option
def command(
    accounts: int, nights: int, seed: int, days_apart: int, folder: Path | None, as_json: bool
) -> None:
    """Build the demo world, run nights over it, print accuracy against its truth."""
    from flows.demo_nights import DemoOptions, run_demo

    if folder is not None and (folder / "accounts.csv").exists():
        raise click.UsageError(f"{folder} holds an accounts.csv already; name an empty folder.")
    with tempfile.TemporaryDirectory(prefix="evergreen-demo-") as temporary:
        options = DemoOptions(folder or Path(temporary), accounts, nights, seed, days_apart)
        report = run_demo(options, told=lambda line: click.echo(line, err=True))
    if as_json:
        print_json(report.as_json())
    else:
        _show(report, kept=folder)


def _show(report: DemoReport, kept: Path | None) -> None:
    told = report.as_json()
    click.echo(f"{told['accounts']} companies, seed {told['seed']}, {len(told['nights'])} nights\n")
    head = (
        "",
        "fill right",
        "blanks filled",
        "replace right",
        "rot renewed",
        "flags right",
        "rot flagged",
        "changes found",
    )
    click.echo("".join(f"{word:>16}" for word in head))
    for name, counts in told["fields"].items():
        shares = [
            counts[k][side] for k in ("filled", "replaced", "flagged") for side in ("precision", "recall")
        ]
        click.echo(
            "".join(f"{text:>16}" for text in (name, *map(_shown, [*shares, counts["planted_found"]])))
        )
    total = told["total"]
    click.echo(f"\nwritten right      {_shown(total['written_right'])}")
    click.echo(f"changes found      {_shown(total['planted_found'])} within two nights")
    click.echo(f"human edits lost   {total['clobbered']}")
    click.echo(f"right made wrong   {total['harmed']}")
    for night in told["nights"]:
        if night["breaker"]:
            click.echo(f"{night['run_id']}: {night['breaker']}")
    if kept:
        click.echo(f"\nThe world, its CRM and its warehouse are in {kept}.")


def _shown(share: dict[str, Any]) -> str:
    return "–" if share["rate"] is None else f"{share['rate']:.1%} of {share['of']}"

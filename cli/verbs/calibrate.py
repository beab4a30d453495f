"""`evergreen calibrate`: sets the score's bands from what came of calls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.output import config_option, json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intelligence.calibration import BandResult


@click.command()
@click.argument(
    "outcomes", metavar="OUTCOMES.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--write", is_flag=True, help="Use the thresholds from the next run on.")
@config_option
@json_option
def command(outcomes: Path, write: bool, config_path: Path, as_json: bool) -> None:
    """Set the thresholds of the bands by real outcomes, and say how precise each band was and would be.

    OUTCOMES.csv has columns account_id, outcome (won, answered, booked; lost, unanswered, ignored, declined) and, best, date.
    Without --write nothing changes.
    """
    from accounts.config import load_config
    from flows.calibrating import as_json as told
    from flows.calibrating import calibrate_from

    found, unscored = calibrate_from(load_config(config_path), outcomes, write=write)
    written = write and found.enough
    if as_json:
        print_json(told(found, unscored, written=written))
        return
    _table("as it is", found.before)
    if found.enough:
        _table("as it would be", found.after)
        _table("as it would be, on outcomes the thresholds were not set by", found.expected)
    else:
        click.echo("Too few outcomes, or none that rise with the score: the thresholds stay as they are.")
    if unscored:
        click.echo(f"{unscored} outcomes are of accounts that had no score on that day.")
    if found.enough:
        click.echo(
            "The next run uses them."
            if written
            else "Nothing was changed; --write uses them from the next run on."
        )


def _table(title: str, bands: Sequence[BandResult]) -> None:
    click.echo(f"{title}\n{'band':>10}{'from':>8}{'calls':>8}{'good':>8}{'precision':>11}")
    for band in bands:
        share = "–" if band.precision is None else f"{band.precision:.1%}"
        click.echo(f"{band.name:>10}{band.at_least:>8g}{band.calls:>8}{band.good:>8}{share:>11}")
    click.echo()

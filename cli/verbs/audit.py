"""`evergreen audit`: check a random sample by hand, and know how right the values are."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.output import config_option, json_option, print_json

if TYPE_CHECKING:
    from flows.auditing import Accuracy


@click.command()
@click.argument("sheet", type=click.Path(path_type=Path))
@click.option(
    "--sample", type=click.IntRange(min=1), metavar="N", help="Draw N values into SHEET, to be checked."
)
@click.option("--seed", type=int, help="Draw the same sample again.")
@click.option("--field", help="Draw only values of this field.")
@click.option("--written", is_flag=True, help="Draw only values we wrote into the CRM.")
@click.option("--by", default=None, help="Who judged; the login name where not given.")
@config_option
@json_option
def command(
    sheet: Path,
    sample: int | None,
    seed: int | None,
    field: str | None,
    written: bool,
    by: str | None,
    config_path: Path,
    as_json: bool,
) -> None:
    """With --sample, draw a SHEET to check by hand; without, read a filled-in SHEET and tell the accuracy."""
    if sample is not None:
        _draw(sheet, sample, seed, field, written, config_path, as_json)
    else:
        _read(sheet, by or getpass.getuser(), config_path, as_json)


def _draw(
    sheet: Path,
    sample: int,
    seed: int | None,
    field: str | None,
    written: bool,
    config_path: Path,
    as_json: bool,
) -> None:
    import secrets

    from accounts.config import load_config
    from accounts.errors import ConfigError
    from flows.audit_sheet import write_sheet
    from flows.auditing import draw_sample
    from flows.services import catalogue_for
    from warehouse.snapshot import open_snapshot

    config = load_config(config_path)
    if field is not None:
        field = catalogue_for(config)[field].name
    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    with open_snapshot(config.home) as snapshot:
        rows = draw_sample(snapshot, sample, chosen, field=field, written=written)
    if not rows:
        raise ConfigError("There are no such values to check yet.", remedy="Run `evergreen nightly` first.")
    write_sheet(sheet, rows)
    if as_json:
        print_json({"path": str(sheet), "sampled": len(rows), "seed": chosen})
        return
    click.echo(f"{len(rows)} values to check in {sheet} (seed {chosen}).")
    click.echo(f"Write y or n under `right`, then: evergreen audit {sheet}")


def _read(sheet: Path, by: str, config_path: Path, as_json: bool) -> None:
    from accounts.clock import SystemClock
    from accounts.errors import ConfigError
    from flows.audit_sheet import read_sheet
    from flows.auditing import accuracies, keep_accuracies, keep_verdicts
    from flows.caring import open_care

    name, judged, blank = read_sheet(sheet)
    if not judged:
        raise ConfigError(
            f"Nothing is filled in under `right` in {sheet}.", remedy="Write y or n there.", path=sheet
        )
    results = accuracies(judged)
    with open_care(config_path) as care:
        keep_accuracies(care.warehouse, name, by, results, SystemClock().now())
        keep_verdicts(care.warehouse, name, by, judged, SystemClock().now())
    if as_json:
        items = [{n: getattr(r, n) for n in r.__dataclass_fields__} for r in results]
        print_json({"sheet": name, "judged": len(judged), "blank": blank, "items": items})
        return
    _print(results, len(judged), blank)


def _print(results: list[Accuracy], judged: int, blank: int) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"{judged} values judged, {blank} left blank", title_justify="left", show_edge=False)
    for column in ("field", "source", "judged", "right", "accuracy", "95 % interval"):
        table.add_column(column, justify="left" if column in ("field", "source") else "right")
    for r in results:
        name = (escape(r.field or "all"), escape(r.source or "all"))
        table.add_row(*name, str(r.judged), str(r.right), f"{r.accuracy:.1%}", f"{r.low:.1%} – {r.high:.1%}")
    Console().print(table)

"""`evergreen refresh`: one account, now."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.output import apply_option, config_option, json_option, print_json, replay_options

if TYPE_CHECKING:
    from flows.report import RunReport


@click.command()
@click.argument("account")
@apply_option
@click.option(
    "--wait", type=float, default=600.0, show_default=True, help="Seconds to wait for a running night."
)
@replay_options
@config_option
@json_option
def command(
    account: str,
    apply: bool,
    wait: float,
    replay: Path | None,
    as_of: str | None,
    config_path: Path,
    as_json: bool,
) -> None:
    """Look now at ACCOUNT (an id or exact name). While a night runs, it is served at the next shard boundary."""
    from accounts.config import load_config
    from accounts.errors import WriterBusy
    from cli.run_options import show_report
    from flows.refreshing import run_refresh
    from flows.requests import ask_running_night
    from flows.services import open_services

    def refresh_here() -> RunReport:
        with open_services(config_path, as_of=as_of, replay=replay) as services:
            return run_refresh(services, account, apply=apply)

    try:
        told: RunReport | dict[str, Any] = refresh_here()
    except WriterBusy:
        click.echo("A run holds the warehouse; waiting for its next shard boundary …", err=True)
        home = load_config(config_path).home
        told = ask_running_night(home, account, apply, patience=wait, try_again=refresh_here)
    if not isinstance(told, dict):
        show_report(told, as_json)
    elif "error" in told:
        click.echo(f"evergreen: {told['error']}\n  → {told['remedy']}", err=True)
        sys.exit(told["exit_code"])
    elif as_json:
        print_json(told)
    else:
        counts = ", ".join(f"{n} {name}" for name, n in told["counts"].items() if n)
        click.echo(f"The running night refreshed it as {told['run_id']}: {counts}.")

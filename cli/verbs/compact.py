"""`evergreen compact`: a smaller warehouse that knows the same."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@config_option
@json_option
def command(config_path: Path, as_json: bool) -> None:
    """Drop what is kept twice and pages past their retention, sort, and write the warehouse's file anew."""
    from accounts.clock import SystemClock
    from flows.caring import compact_folder

    done = compact_folder(config_path, SystemClock())
    if as_json:
        print_json(done.as_json())
        return
    click.echo(
        f"{done.bytes_before:,} bytes before, {done.bytes_after:,} after: "
        f"{done.file.repeated} repeated rows, {done.file.intents} closed intents, {done.bodies} old pages dropped."
    )

"""`evergreen backup`: everything the warehouse knows, in one archive."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that is already there.")
@config_option
@json_option
def command(dest: Path, force: bool, config_path: Path, as_json: bool) -> None:
    """Save the warehouse, decisions, stored pages and runs as one zip file DEST (or into the folder DEST)."""
    from accounts.clock import SystemClock
    from flows.caring import back_up

    archive, backup = back_up(config_path, dest, SystemClock(), force=force)
    size = archive.stat().st_size
    if as_json:
        told = {k: v for k, v in backup.as_json().items() if k not in ("files", "format", "version")}
        print_json({"path": str(archive), "bytes": size, "files": len(backup.files), **told})
        return
    click.echo(f"Saved {len(backup.files)} files to {archive} ({size:,} bytes).")

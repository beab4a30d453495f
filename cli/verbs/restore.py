"""`evergreen restore`: an archive back in its place."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@click.argument("src", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Only read the archive against its digests; nothing is changed.")
@click.option("--force", is_flag=True, help="Replace a living warehouse; it is kept beside the restored one.")
@config_option
@json_option
def command(src: Path, check: bool, force: bool, config_path: Path, as_json: bool) -> None:
    """Put the archive SRC in the place of the warehouse, after checking all of it."""
    from accounts.clock import SystemClock
    from flows.caring import restore
    from warehouse.restore import verify_backup

    if check:
        backup = verify_backup(src)
        told = {"path": str(src), "made_at": backup.made_at, "files": len(backup.files), "whole": True}
        if as_json:
            print_json(told)
        else:
            click.echo(f"{src} is whole: {len(backup.files)} files of {backup.made_at:%Y-%m-%d %H:%M} UTC.")
        return
    done = restore(config_path, src, SystemClock(), force=force)
    if as_json:
        print_json(
            {
                "path": str(src), "made_at": done.backup.made_at, "files": len(done.backup.files),
                "kept": str(done.kept) if done.kept else None, "erasures_after": done.erasures_after,
                "erased_accounts": list(done.erased_accounts),
            }
        )  # fmt: skip
        return
    click.echo(f"Restored {len(done.backup.files)} files as of {done.backup.made_at:%Y-%m-%d %H:%M} UTC.")
    if done.kept:
        click.echo(f"What stood there is kept in {done.kept}; remove it when it is no longer needed.")
    if done.erasures_after:
        click.echo(
            f"{done.erasures_after} erasures were done after this backup was made: do them again.", err=True
        )
        for account in done.erased_accounts:
            click.echo(f"  → evergreen forget {account}", err=True)

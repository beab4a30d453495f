"""`evergreen work`: read shards for a night that runs on another machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.option(
    "--store",
    required=True,
    metavar="FOLDER|S3",
    help="Where the fleet meets: a folder, or s3://bucket/prefix.",
)
@click.option("--endpoint-url", help="Of an object store that is not Amazon's.")
@click.option("--region", help="Of the bucket.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path(),
              help="Where shards are worked on; nothing stays there.")  # fmt: skip
def command(store: str, endpoint_url: str | None, region: str | None, folder: Path) -> None:
    """Read shards for a night that runs elsewhere: orders come on standard input, a JSON object a line.

    It is started by the night itself: `[fleet] workers`. Secrets of sources come from this machine's environment.
    """
    from flows.fleet_store import open_store
    from flows.fleet_worker import answer_orders

    folder.mkdir(parents=True, exist_ok=True)
    for answer in answer_orders(open_store(store, endpoint_url, region), folder, sys.stdin):
        click.echo(answer)

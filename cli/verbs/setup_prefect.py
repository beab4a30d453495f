"""`evergreen setup-prefect`: what Prefect's server needs before the deployments."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--readers",
    type=click.IntRange(min=1),
    help="Shards read at once over all machines; no bound where not given.",
)
@click.option("--heartbeat", type=click.IntRange(min=30), default=180, show_default=True,
              help="Seconds between the beats of a run (PREFECT_FLOWS_HEARTBEAT_FREQUENCY); three missed ones mean that it is dead.")  # fmt: skip
def command(readers: int | None, heartbeat: int) -> None:
    """Make the work pools for reading and writing on Prefect's server, and the automation that finds dead runs.

    The server is the one that PREFECT_API_URL names. Running it again brings them up to date.
    """
    from flows.prefect_setup import set_up

    for line in set_up(readers, heartbeat):
        click.echo(line)

"""`evergreen setup-prefect`: what Prefect's server needs before the deployments."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--readers",
    type=click.IntRange(min=1),
    help="Shards read at once over all machines; no bound where not given.",
)
@click.option("--silence", type=click.IntRange(min=45), default=600, show_default=True,
              help="Seconds without a word after which a run has crashed: three of the workers' beats (PREFECT_FLOWS_HEARTBEAT_FREQUENCY, 180) or more.")  # fmt: skip
def command(readers: int | None, silence: int) -> None:
    """Make the work pools for reading and writing on Prefect's server, and the automation that finds dead runs.

    The server is the one that PREFECT_API_URL names. Running it again brings them up to date.
    """
    from flows.prefect_setup import set_up

    for line in set_up(readers, silence):
        click.echo(line)

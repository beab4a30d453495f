"""`evergreen simulate`: a simulated CRM on loopback, to try things on without an org of one's own."""

from __future__ import annotations

import time
from pathlib import Path

import click


@click.command()
@click.argument("kind", required=False)
@click.option("--port", default=0, metavar="P", help="The port on 127.0.0.1; a free one otherwise.")
@click.option("--accounts", default=200, show_default=True, metavar="N", help="Accounts it starts with.")
@click.option("--init", "config_path", type=click.Path(path_type=Path), metavar="FILE",
              help="Write a configuration that points to it.")  # fmt: skip
@click.option("--list", "as_list", is_flag=True, help="Only name the kinds there are.")
def command(kind: str | None, port: int, accounts: int, config_path: Path | None, as_list: bool) -> None:
    """Run a simulated CRM on loopback, with accounts, users and field history, until Ctrl-C."""
    from accounts.errors import ConfigError
    from demo.simulate.server import makers

    kinds = makers()
    if as_list:
        for name in kinds:
            click.echo(name)
        return
    if kind is None or kind not in kinds:
        raise ConfigError(
            f"There is no simulator of {kind!r}." if kind else "Name a kind of CRM.",
            remedy=f"There are {', '.join(kinds)}.", key="kind",
        )  # fmt: skip
    simulated = kinds[kind](accounts=accounts)
    try:
        simulated.start(port)
    except OSError as error:
        raise ConfigError(
            f"Port {port} cannot be taken: {error.strerror}.", remedy="Name another with --port."
        ) from error
    if config_path is not None:
        if config_path.exists():
            raise ConfigError(
                f"{config_path} is already there.", remedy="Name another file.", path=config_path
            )
        config_path.write_text(simulated.settings(config_path.parent), encoding="utf-8")
    click.echo(f"A simulated {kind} with {accounts} accounts listens on {simulated.url}. Ctrl-C stops it.")
    click.echo(simulated.advice())
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo(f"{simulated.made} calls were made.")
    finally:
        simulated.stop()

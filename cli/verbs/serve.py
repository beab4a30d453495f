"""`evergreen serve`: the web console."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option, replay_options


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="The port.")
@click.option("--add-user", metavar="NAME", help="Give NAME a new token, print it once, and end.")
@click.option(
    "--role", type=click.Choice(["reader", "steward", "admin"]), default="reader", show_default=True,
    help="What the added user may do.",
)  # fmt: skip
@replay_options
@config_option
def command(
    host: str,
    port: int,
    add_user: str | None,
    role: str,
    replay: Path | None,
    as_of: str | None,
    config_path: Path,
) -> None:
    """Serve the console: overview, review queue, accounts, runs. It never touches the warehouse file itself."""
    from accounts.config import load_config
    from accounts.errors import ConfigError
    from console.access import Role, refuse_open_door
    from console.access import add_user as give_token

    config = load_config(config_path)
    if add_user is not None:
        if config.console.users_file is None:
            raise ConfigError(
                "[console] users_file is not set.",
                remedy='Add users_file = "console-users" there.',
                key="users_file",
            )
        click.echo(give_token(config.resolve(config.console.users_file), add_user, Role.named(role)))
        return
    refuse_open_door(config, host)
    import uvicorn

    from console.app import create_app

    world = [*(["--replay", str(replay.resolve())] if replay else []), *(["--as-of", as_of] if as_of else [])]
    app = create_app(config_path, host=host, world=world, warm=True)
    click.echo(f"The console is at http://{host}:{port}/ — stop it with Ctrl-C.", err=True)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, proxy_headers=False)

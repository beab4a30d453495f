"""`evergreen mcp`: tools for assistants."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option


@click.command()
@config_option
def command(config_path: Path) -> None:
    """Serve read-only tools to an assistant over stdin and stdout (Model Context Protocol)."""
    from console.assistant import create_server

    create_server(config_path).run("stdio")

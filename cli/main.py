"""`evergreen`: finds the verbs, runs one, and turns errors into messages and exit codes."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import click

import cli.verbs
from cli.output import fail


class Verbs(click.Group):
    """The group of all verbs, found by listing `cli/verbs/`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all verbs, in alphabetical order."""
        return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(cli.verbs.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of that name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"cli.verbs.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evergreen-crm", prog_name="evergreen")
def evergreen() -> None:
    """Keeps the company records of a CRM true, explains every value, and can undo every run.

    Whatever writes to a CRM is a dry run unless --apply is given. Exit codes: 0 done, 1 work left or findings,
    2 usage or configuration, 3 the CRM or the warehouse out of reach.
    """


def main() -> None:
    """Entry point of the `evergreen` command."""
    from accounts.errors import EvergreenError  # keeps --help fast

    try:
        code = evergreen.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except EvergreenError as error:
        sys.exit(fail(error))
    except click.exceptions.Abort:
        click.echo("Stopped. What was finished is kept; the next run goes on from there.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(2)

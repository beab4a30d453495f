"""How verbs speak: one JSON object on stdout with `--json`, else text; errors and logs go to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from accounts.errors import EvergreenError

F = TypeVar("F", bound=Callable[..., Any])


def config_option(function: F) -> F:
    """Adds `--config FILE`."""
    return click.option(
        "--config", "config_path", type=click.Path(path_type=Path), default=Path("evergreen.toml"),
        show_default=True, help="The configuration file.",
    )(function)  # fmt: skip


def json_option(function: F) -> F:
    """Adds `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")(function)


def apply_option(function: F) -> F:
    """Adds `--apply`."""
    return click.option(
        "--apply", "apply", is_flag=True, help="Write to the CRM; without it nothing is written."
    )(function)


def replay_options(function: F) -> F:
    """Adds `--replay WEB.JSONL` and `--as-of DATE`."""
    replay = click.option(
        "--replay", type=click.Path(path_type=Path), metavar="WEB.JSONL",
        help="Answer every request from saved responses; touches no network.",
    )  # fmt: skip
    return replay(
        click.option("--as-of", metavar="DATE", help="Set the clock, for replays and tests.")(function)
    )


def print_json(thing: Any) -> None:
    """One JSON object on stdout; dates as ISO 8601, everything else by its text."""
    click.echo(json.dumps(thing, ensure_ascii=False, indent=2, default=_plain))


def _plain(thing: Any) -> Any:
    return thing.isoformat() if hasattr(thing, "isoformat") else str(thing)


def fail(error: EvergreenError) -> int:
    """Tells an error on stderr, what is wrong and what to do, and returns its exit code."""
    click.echo(click.style("evergreen: ", fg="red") + error.what, err=True)
    if error.remedy:
        click.echo(f"  → {error.remedy}", err=True)
    return error.exit_code


def is_terminal() -> bool:
    """True when progress bars and colour make sense on stderr."""
    return sys.stderr.isatty()

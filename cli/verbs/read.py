"""`evergreen read`: parse one saved response of a source and print its records."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.output import json_option, print_json

if TYPE_CHECKING:
    from enrichers.readers import Reader


@click.command()
@click.argument("source")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def command(source: str, file: Path, as_json: bool) -> None:
    """Parse one saved response of a SOURCE and print the records.

    SOURCE names a kind of response, edgar-submissions for one; an unknown one lists them all. FILE is the saved body,
    or - for standard input. Nothing is fetched and nothing is kept.
    """
    from accounts.errors import ConfigError  # keeps --help fast

    reader = _find_reader(source)
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read: {error.strerror or error}.", remedy="Name a saved response.", path=file
        ) from error
    items = _records(source, file, reader, body)
    if as_json:
        print_json({"items": items})
    else:
        _print_table(items)


def _find_reader(source: str) -> Reader:
    """The reader of that name. Raises ConfigError with the known ones."""
    import difflib

    from accounts.errors import ConfigError
    from enrichers.readers import readers
    from enrichers.sources import import_tree

    import_tree()
    known = readers()
    if source in known:
        return known[source]
    near = difflib.get_close_matches(source, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else ""
    raise ConfigError(
        f"There is no reader {source!r}.",
        remedy=f"{hint} Known are {', '.join(known)}.".strip(),
        key="source",
    )


def _records(source: str, file: Path, reader: Reader, body: bytes) -> list[dict[str, Any]]:
    from accounts.errors import ConfigError, SourceBroken

    try:
        return [dict(record) for record in reader(body)]
    except SourceBroken as error:
        raise ConfigError(
            f"{file} is no response of {source}: {error.what}",
            remedy="Check the name of the source.",
            path=file,
        ) from error


def _print_table(items: Iterable[Mapping[str, Any]]) -> None:
    """Two columns for one record, a table for several; columns nobody fills are left out."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    rows = list(items)
    filled = [key for key in (rows[0] if rows else {}) if any(_shown(row.get(key)) for row in rows)]
    console = Console()
    if not console.is_terminal:
        console = Console(width=1000)  # a pipe has no margin
    if len(rows) == 1:
        table = Table(show_header=False, box=None)
        for key in filled:
            table.add_row(key, escape(_shown(rows[0][key])))
    else:
        table = Table(*filled, box=None)
        for row in rows:
            table.add_row(*(escape(_shown(row.get(key))) for key in filled))
    console.print(table if rows else "No records.")


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_shown(v)}" for k, v in value.items() if v not in ("", None))
    if isinstance(value, list | tuple):
        return "; ".join(map(_shown, value))
    return "" if value is None else str(value)

"""`evergreen technologies`: names the technologies in job ads, customer stories and articles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.output import json_option, print_json


@click.command("technologies")
@click.argument("source", metavar="IN.jsonl", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("out", metavar="OUT.jsonl", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def command(source: Path, out: Path, as_json: bool) -> None:
    """Name the technologies in texts: {"id", "text"} a line in, {"id", "technologies", "mentions"} a line out.

    A mention holds the sentence it stands in, its kind (requirement, stack, nice_to_have, …), the number of rivals
    named with it, and the confidence that the company uses the technology.
    """
    counts = {"texts": 0, "mentions": 0}
    with out.open("w", encoding="utf-8") as sink:
        for row in _rows(source):
            said = _read(row)
            counts["texts"] += 1
            counts["mentions"] += len(said["mentions"])
            sink.write(json.dumps(said, ensure_ascii=False) + "\n")
    if as_json:
        print_json({**counts, "out": out})
    else:
        click.echo(f"{counts['texts']} texts, {counts['mentions']} mentions, written to {out}.", err=True)


def _rows(source: Path) -> Iterator[dict[str, Any]]:
    from accounts.errors import ConfigError  # keeps the command line quick to start

    if not source.is_file():
        raise ConfigError(
            f"There is no {source}.", remedy='Give a file with {"id", "text"} a line.', path=source
        )
    with source.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ConfigError(
                    f"{source}, line {number} is no JSON: {error}.", remedy="One object a line.", path=source
                ) from error
            if not isinstance(row, dict):
                raise ConfigError(
                    f"{source}, line {number} is no object.",
                    remedy='{"id", "text"} is expected.',
                    path=source,
                )
            yield row


def _read(row: dict[str, Any]) -> dict[str, Any]:
    from enrichers.technographic.words import find_mentions, spoken_names

    mentions = find_mentions(str(row.get("text") or ""))
    plain = [
        {
            "name": m.name, "category": m.category, "kind": m.kind.value, "rivals": m.rivals,
            "confidence": m.confidence, "sentence": m.sentence,
        }
        for m in mentions
    ]  # fmt: skip
    return {"id": row.get("id"), "technologies": list(spoken_names(mentions)), "mentions": plain}

"""`evergreen classify IN.jsonl OUT.jsonl`: which business events each text tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.output import json_option, print_json


@click.command()
@click.argument("source", metavar="IN.jsonl", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", metavar="OUT.jsonl", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def command(source: Path, target: Path, as_json: bool) -> None:
    """Tell the events of texts: {id, text} a line in, {id, labels, events} a line out.

    `labels` are the classes of events that stand; `events` hold every event told, with its status (asserted, planned,
    rumoured, denied, cancelled, stale), confidence, slots and reasons. A line that cannot be read gets a row with no
    labels and an `error`.
    """
    read = unread = 0
    with target.open("w", encoding="utf-8") as out:
        for row in _rows(source):
            read += 1
            unread += "error" in row
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    if as_json:
        print_json({"read": read, "unreadable": unread, "written": str(target)})
    elif unread:
        click.echo(f"{unread} of {read} rows could not be read; their `error` says why.", err=True)


def _rows(source: Path) -> Iterator[dict[str, Any]]:
    from intelligence.events.classify import classify

    with source.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                asked = json.loads(line)
            except (ValueError, RecursionError):
                yield _unreadable(None, f"line {number} is not JSON")
                continue
            if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
                name = asked.get("id") if isinstance(asked, dict) else None
                yield _unreadable(name, f"line {number} has no `text`")
                continue
            found = classify(asked["text"])
            row = {
                "id": asked.get("id"),
                "labels": list(found.labels),
                "events": [event.as_json() for event in found.events],
            }
            yield row | ({"note": found.note} if found.note else {})


def _unreadable(name: object, why: str) -> dict[str, Any]:
    return {"id": name, "labels": [], "events": [], "error": why}

"""`evergreen focus`: which of the companies named in a text it is about."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cli.output import json_option, print_json


@click.command("focus")
@click.argument("source", metavar="IN.jsonl", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", metavar="OUT.jsonl", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def command(source: Path, target: Path, as_json: bool) -> None:
    """Tell which company each text is about: {id, text, candidates} in, {id, company, probability} out."""
    from accounts.errors import ConfigError
    from matchers.focus import find_focus

    counts = {"texts": 0, "named": 0}
    with source.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as out:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                text, candidates = str(row.get("text") or ""), [str(c) for c in row.get("candidates") or ()]
            except (ValueError, AttributeError, TypeError) as error:
                raise ConfigError(
                    f"Line {number} of {source} is no object with text and candidates.",
                    remedy="Write one JSON object a line.",
                    path=source,
                ) from error
            found = find_focus(text, candidates)
            counts["texts"] += 1
            counts["named"] += found.company is not None
            answer = {"id": row.get("id"), "company": found.company, "probability": found.probability}
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
    if as_json:
        print_json({**counts, "path": str(target)})
    else:
        click.echo(f"{counts['named']} of {counts['texts']} texts name their company; written to {target}")

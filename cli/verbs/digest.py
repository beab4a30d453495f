"""`evergreen digest`: tells RevOps and the owners of accounts what is new after a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from cli.output import config_option, json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flows.alerting import Telling


@click.command()
@click.option("--preview", is_flag=True, help="Show what would be sent; the default.")
@click.option("--send", is_flag=True, help="Send it, and note what was told.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="The language of all of it.")
@click.option(
    "--save", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Write the letters there too, as text and HTML.",
)  # fmt: skip
@click.option("--as-of", metavar="DATE", help="Set the clock, for tries and tests.")
@config_option
@json_option
def command(
    preview: bool, send: bool, lang: Literal["en", "zh"] | None, save: Path | None, as_of: str | None,
    config_path: Path, as_json: bool,
) -> None:  # fmt: skip
    """Tell what is new after a run, by mail and in chat: signals, stale fields, questions, failures. Nothing twice.

    Who is told stands under [alerts] in the configuration. Without --send nothing leaves this machine. Exit code 1
    when a channel did not take its digest; it is told again next time.
    """
    if preview and send:
        raise click.UsageError("--preview and --send exclude each other.")
    from accounts.config import load_config
    from flows.digest_round import make_round

    told, unreached = make_round(load_config(config_path), send=send, lang=lang, as_of=as_of)
    if save is not None:
        _save(told, save)
    if as_json:
        print_json(
            {"sent": send, "items": [_plain(t) for t in told], "owners_without_mailbox": dict(unreached)}
        )
    else:
        _show(told, unreached, sent=send)
    if any(t.error for t in told):
        raise click.exceptions.Exit(1)


def _show(told: Sequence[Telling], unreached: Mapping[str, int], *, sent: bool) -> None:
    from flows.digest_text import as_text

    for one in told:
        if one.error:
            click.echo(f"{one.audience}: not sent. {one.error} {one.remedy}".rstrip())
        elif one.letter is None:
            click.echo(f"{one.audience}: nothing new")
        elif sent:
            click.echo(f"{one.audience}: sent. {one.letter.subject}")
        else:
            click.echo(f"{one.audience}: would be sent\n\n{one.letter.subject}\n\n{as_text(one.letter)}")
    if unreached:
        click.echo(
            "No mailbox under [alerts.owners]: " + ", ".join(f"{o} ({n})" for o, n in unreached.items())
        )


def _save(told: Sequence[Telling], folder: Path) -> None:
    from flows.digest_text import as_html, as_text

    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate((t for t in told if t.letter is not None), 1):
        assert one.letter is not None
        (folder / f"{number}.html").write_text(as_html(one.letter), encoding="utf-8")
        (folder / f"{number}.txt").write_text(as_text(one.letter), encoding="utf-8")


def _plain(one: Telling) -> dict[str, Any]:
    from dataclasses import asdict

    letter = asdict(one.letter) if one.letter else None
    return {"audience": one.audience, "new": one.count, "error": one.error, "letter": letter}

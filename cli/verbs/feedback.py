"""`evergreen feedback`: says that a signal was wrong or of no use."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@click.argument("subject", metavar="ACCOUNT|STORY")
@click.argument("what", type=click.Choice(["wrong-company", "wrong-event", "not-useful"]))
@click.option(
    "--event", "event_class", help="Of an account's stories only those of this class, such as funding."
)
@click.option("--source", help="Of an account's stories only those that this source told.")
@click.option("--note", default="", help="Why; kept with the feedback.")
@click.option("--by", default=None, help="Who says so; the login name where not given.")
@config_option
@json_option
def command(
    subject: str, what: str, event_class: str | None, source: str | None, note: str, by: str | None,
    config_path: Path, as_json: bool,
) -> None:  # fmt: skip
    """Say what was wrong about a signal; the next run heeds it.

    wrong-company keeps the story, its pages and the record it came from away from the account. wrong-event takes the story
    back. not-useful leaves it in sight without points, and halves what others of its class count for this account.
    STORY is an id from `evergreen brief --json`; for an ACCOUNT all its stories are meant.
    """
    from flows.feedback import give_feedback

    done = give_feedback(
        config_path, subject, what, by or getpass.getuser(), event_class=event_class, source=source, note=note
    )
    if as_json:
        print_json({"items": done})
        return
    for row in done:
        click.echo(f"{row['what']}: {row['account_id']} {row['event_class']}: {row['title']}")
    click.echo("The next `evergreen nightly` heeds it.")

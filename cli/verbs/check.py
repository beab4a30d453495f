"""`evergreen check`: the readiness audit."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@config_option
@json_option
def command(config_path: Path, as_json: bool) -> None:
    """Audit configuration, CRM columns, accounts and sources. Exit code 1 when something is in the way."""
    from flows.checking import check

    audit = check(config_path)
    problems = [f for f in audit.findings if f.severity == "problem"]
    if as_json:
        print_json({
            "items": [asdict(f) for f in audit.findings], "accounts": audit.accounts, "columns": audit.columns,
            "sources": list(audit.sources), "ready": not problems,
        })  # fmt: skip
    else:
        click.echo(
            f"{audit.accounts} accounts; columns for {', '.join(audit.columns)}; sources {', '.join(audit.sources)}."
        )
        for finding in audit.findings:
            mark = click.style("!", fg="yellow") if finding.severity == "problem" else "·"
            click.echo(f"{mark} {finding.what}" + (f"\n    → {finding.remedy}" if finding.remedy else ""))
            if finding.accounts and len(finding.accounts) > 2:
                shown = ", ".join(finding.accounts[:8]) + (" …" if len(finding.accounts) > 8 else "")
                click.echo(f"    {shown}")
        click.echo(
            "Ready."
            if not problems
            else f"{len(problems)} things are in the way; a dry run works all the same."
        )
    if problems:
        raise click.exceptions.Exit(1)

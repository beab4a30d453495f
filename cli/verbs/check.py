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
        from cli.tables import console, headline, plural, title, under

        out = console()
        out.print(title(f"{plural(audit.accounts, 'account')}; sources {', '.join(audit.sources)}"))
        out.print(under(f"columns for {', '.join(audit.columns)}", indent=2))
        for finding in audit.findings:
            mark = ("! ", "yellow") if finding.severity == "problem" else ("· ", "dim")
            out.print(headline(mark, finding.what))
            if finding.remedy:
                out.print(under(f"→ {finding.remedy}"))
            if len(finding.accounts) > 2:
                out.print(
                    under(", ".join(finding.accounts[:8]) + (" …" if len(finding.accounts) > 8 else ""))
                )
        stands = plural(len(problems), "thing stands", "things stand")
        out.print("Ready." if not problems else f"{stands} in the way; a dry run works all the same.")
    if problems:
        raise click.exceptions.Exit(1)

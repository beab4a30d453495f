"""The report of a run in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from flows.report import Row, RunReport

_STATES = ("contradicted", "invalid", "expired", "missing", "due", "fresh")


def print_report(report: RunReport, console: Console, *, rows: int = 12) -> None:
    """Prints the report; lists are cut at `rows`, the HTML report holds them whole."""
    counts = report.counts()
    console.print(
        Panel(Group(*_summary(report)), title=f"Run {report.run_id}", title_align="left", expand=False)
    )
    console.print(
        _changes(
            "Replaced" if report.applied else "Would be replaced",
            report.written("replace"),
            rows,
            counts["replaced"],
        )
    )
    console.print(
        _changes(
            "Filled" if report.applied else "Would be filled", report.written("fill"), rows, counts["filled"]
        )
    )
    console.print(_changes("Waiting for review", report.asked, rows, report.count("review")))
    if report.refused:
        console.print(_refused(report.refused, rows, counts["refused"]))
    if report.signals:
        console.print(_signals(report.signals, rows))
    console.print(_sources(report))
    if report.failures:
        console.print(_failures(report.failures, rows))
    for name, path in report.paths.items():
        console.print(f"[dim]{name:<9}[/] {escape(path)}", soft_wrap=True)


def _summary(report: RunReport) -> list[RenderableType]:
    counts = report.counts()
    states = ", ".join(f"{report.states[s]} {s}" for s in _STATES if report.states.get(s))
    would = "" if report.applied else "would be "
    mode = "written to the CRM" if report.applied else "dry run: nothing was written"
    lines: list[RenderableType] = [
        Text(f"{report.kind}, {report.status} ({mode}), as of {report.as_of:%Y-%m-%d %H:%M} UTC"),
        Text(
            f"{report.accounts} accounts, {report.looked_at} looked at, {report.waiting} waiting for budget"
        ),
        Text(f"fields: {states or 'none'}"),
        Text.assemble(
            (f"{counts['filled']} {would}filled", "green"),
            ", ",
            (f"{counts['replaced']} {would}replaced", "yellow"),
            ", ",
            f"{counts['confirmed']} confirmed, ",
            (f"{counts['reviews']} waiting for review", "cyan"),
            ", ",
            f"{counts['held']} held back",
        ),
    ]
    lines += [Text(report.breaker, style="bold red")] if report.breaker else []
    lines += [Text(f"gone quiet: {q['reason']}", style="bold yellow") for q in report.quiet]
    lines += [Text(f"healed: {line}", style="magenta") for line in report.healed]
    return lines


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _cut(table: Table, shown: int, total: int) -> Table:
    if total > shown:
        table.caption = f"… and {total - shown} more in the HTML report"
        table.caption_justify = "left"
    return table


def _changes(title: str, changes: Sequence[Row], rows: int, total: int) -> RenderableType:
    """Each change on a line of its own, the reason under it: reads at any width."""
    if not changes:
        return Text(f"{title}: nothing", style="dim")
    lines: list[RenderableType] = [Text(f"{title} ({total})", style="bold")]
    for c in changes[:rows]:
        lines += [_headline(c), _indented(c["reason"])]
    if total > rows:
        lines.append(Text(f"  … and {total - rows} more in the HTML report", style="italic"))
    return Group(*lines, Text())


def _indented(words: str) -> Padding:
    return Padding(Text(words, style="dim"), (0, 0, 0, 6))


def _headline(c: Row) -> Padding:
    was = (c["base"], "") if c["base"] else ("blank", "dim")
    wanted = (c["value"] or "blank", "green" if c["verdict"] == "write" else "cyan")
    line = Text.assemble((_name(c), "bold"), f" ({c['account_id']})  {c['field']}: ", was, " → ", wanted)
    return Padding(line, (0, 0, 0, 2))


def _refused(changes: Sequence[Row], rows: int, total: int) -> RenderableType:
    lines: list[RenderableType] = [Text(f"Not written ({total})", style="bold red")]
    for c in changes[:rows]:
        told = c["message"] or (f"the CRM now holds {c['found']!r}" if c["found"] else "")
        lines += [_headline(c), _indented(f"{c['outcome']}: {told}")]
    return Group(*lines, Text())


def _signals(signals: Sequence[Row], rows: int) -> RenderableType:
    table = _table(f"Signals ({len(signals)})", "day", "account", "what", "told")
    for s in signals[:rows]:
        table.add_row(str(s["on_day"]), *map(escape, (_name(s), s["signal_class"], s["title"])))
    return _cut(table, rows, len(signals))


def _sources(report: RunReport) -> RenderableType:
    table = _table(
        "Sources", "source", "asked", "rows", "zero rows", "not found", "failed", "requests", "cost"
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for s in report.sources:
        numbers = (s["asked"], s["rows"], s["zero_rows"], s["not_found"], s["failed"], s["requests"])
        table.add_row(s["source"], *map(str, numbers), f"{s['cost'] or 0:g}")
    off = [Text.assemble("  ", (source, "bold"), f", {reason}") for source, reason in report.sources_off]
    return Group(table, Text(f"Off ({len(off)})", style="bold"), *off, Text()) if off else table


def _failures(failures: Sequence[Row], rows: int) -> RenderableType:
    lines: list[RenderableType] = [Text(f"In trouble ({len(failures)})", style="bold")]
    for f in failures[:rows]:
        what = "failed" if f["outcome"] == "failed" else "read in part"
        lines.append(Text.assemble("  ", f"{f['source']} ", (_name(f), "bold"), f", {what}: {f['error']}"))
    return Group(Text(), *lines, Text())


def _name(row: Row) -> str:
    return str(row["account_name"] or row["account_id"])

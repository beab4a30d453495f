"""One report of all that was measured: `results/report.md`, and `results/report.svg` for what was measured beside others.

    python -m bench.report

It is made of the newest result of each measurement and says when and under what load each was taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import Any

import pygal
from pygal.style import Style

from bench.figure import Figure
from bench.one import RESULTS

_STYLE = Style(
    background="#ffffff", plot_background="#ffffff", foreground="#333333", foreground_strong="#111111",
    colors=("#2f855a", "#a0aec0"), font_family="system-ui, sans-serif", label_font_size=11, value_font_size=11, title_font_size=15,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement as it was kept."""

    told: dict[str, Any]
    figures: tuple[Figure, ...]


def kept() -> list[Measured]:
    """Every result there is, by name."""
    files = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    return [Measured(f, tuple(Figure(**figure) for figure in f["figures"])) for f in files if "title" in f]


def write_report() -> Path:
    """Writes both files; returns the Markdown one."""
    measured = kept()
    path = RESULTS / "report.md"
    path.write_text("\n".join(_lines(measured)) + "\n", encoding="utf-8")
    beside = [figure for m in measured for figure in m.figures if figure.peers]
    if beside:
        (RESULTS / "report.svg").write_bytes(chart(beside))
    return path


def _lines(measured: list[Measured]) -> Iterator[str]:
    yield "# What was measured"
    yield ""
    yield "Every comparison runs in one process after the other on the same rows; worlds and rows are invented from fixed seeds (in each module)."
    yield "Made by `make bench`; one alone by `python -m bench NAME`."
    machines = {json.dumps(m.told["machine"], sort_keys=True): m.told["machine"] for m in measured}
    for machine in machines.values():
        yield ""
        yield "Measured on: " + ", ".join(f"{name} {value}" for name, value in machine.items()) + "."
    yield ""
    yield from _beside(measured)
    yield from _limits(measured)
    for m in measured:
        yield from _section(m)


def _beside(measured: list[Measured]) -> Iterator[str]:
    rows = [figure for m in measured for figure in m.figures if figure.peers]
    if not rows:
        return
    yield from ("## Beside others", "", "![ours beside theirs](report.svg)", "")
    yield from ("| what | unit | ours | others | better |", "|---|---|---|---|---|")
    for f in rows:
        yield f"| {_cell(f.name)} | {f.unit} | **{f.value:g}** | {_cell(_others(f))} | {_verdict(f)} |"
    lost = [f for f in rows if f.beaten_by]
    yield ""
    yield f"We do better in {len(rows) - len(lost)} of {len(rows)}. " + (
        "Others do better here:" if lost else "Nobody does better in any."
    )
    yield ""
    for f in lost:
        yield (
            f"- {f.name}: "
            + ", ".join(f"{name} {f.peers[name]:g}" for name in f.beaten_by)
            + f", ours {f.value:g} {f.unit}"
        )
    yield ""


def _others(figure: Figure) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in figure.peers.items())


def _verdict(figure: Figure) -> str:
    return ", ".join(figure.beaten_by) if figure.beaten_by else "ours"


def _limits(measured: list[Measured]) -> Iterator[str]:
    bounded = [figure for m in measured for figure in m.figures if figure.limit is not None]
    missed = [figure for figure in bounded if figure.missed]
    yield from (
        "## Limits",
        "",
        f"{len(bounded) - len(missed)} of {len(bounded)} kept." + (" Missed:" if missed else ""),
        "",
    )
    for f in missed:
        yield f"- {f.name}: {f.value:g} {f.unit}, wanted {_limit(f)}"
    yield ""


def _section(m: Measured) -> Iterator[str]:
    told = m.told
    yield from (f"## {told['title']}", "")
    peers = (
        "; " + ", ".join(f"{name} {value}" for name, value in told["peers"].items()) if told["peers"] else ""
    )
    yield f"`python -m bench {told['name']}`, {told['at']}, {told['wall']:g} s by the clock, {told['cpu']:g} s of CPU, load {told['load']:g}{peers}."
    yield ""
    if told["told"]:
        yield from (_cell(told["told"]), "")
    if m.figures:
        yield from (table(m.figures), "")


def table(figures: tuple[Figure, ...]) -> str:
    """The figures as a Markdown table."""
    rows = [
        f"| {_cell(f.name)} | {f.value:g} {f.unit} | {_cell(_others(f))} | {_limit(f)}{' (missed)' if f.missed else ''} | {_cell(f.note)} |"
        for f in figures
    ]
    return "\n".join(["| what | measured | others | limit | note |", "|---|---|---|---|---|", *rows])


def _limit(figure: Figure) -> str:
    return "" if figure.limit is None else f"{'≥' if figure.more else '≤'} {figure.limit:g}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def chart(figures: list[Figure]) -> bytes:
    """Bars of how many times as well we do as the best of the others, by powers of ten: right of 1 is ours, left is theirs."""
    ordered = sorted(figures, key=_times)
    bars = pygal.HorizontalBar(
        style=_STYLE, show_legend=False, width=1000, height=90 + 26 * len(ordered), print_values=True, zero=0, js=(),
        title="times as well as the best of the others; 1 is a draw", truncate_label=80, margin_right=40, spacing=6,
        value_formatter=lambda power: f"{10**power:.3g}" if power < 3 else "1,000", range=(-1.5, 3),
    )  # fmt: skip
    bars.y_labels = [-1, 0, 1, 2, 3]
    bars.x_labels = [f.name for f in ordered]
    shown = [max(-1.5, min(3.0, log10(_times(f)))) for f in ordered]
    bars.add(
        "",
        [
            {"value": v, "color": "#c05621" if f.beaten_by else "#2f855a"}
            for v, f in zip(shown, ordered, strict=True)
        ],
    )
    drawn: bytes = bars.render()
    return drawn


def _times(figure: Figure) -> float:
    """Our figure over the best of theirs, turned so that more than 1 is better."""
    best = max(figure.peers.values()) if figure.more else min(figure.peers.values())
    mine, theirs = max(figure.value, 1e-3), max(best, 1e-3)
    return mine / theirs if figure.more else theirs / mine


if __name__ == "__main__":
    print(write_report())

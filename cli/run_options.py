"""What the verbs that run things share: progress on a terminal, the report in the form asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import is_terminal, print_json

if TYPE_CHECKING:
    from flows.night import Progress
    from flows.report import RunReport


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress listener: a bar on a terminal, the file that EVERGREEN_PROGRESS names, a line a minute elsewhere."""
    from cli.progress import Lines, Pace

    if path := os.environ.get("EVERGREEN_PROGRESS"):
        yield partial(_note_progress, Path(path))
        return
    if not is_terminal():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    pace = Pace()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def hear(stage: str, done: int, total: int | None) -> None:
            pace.hear(stage, done, total)
            bar.update(task, description=pace.words(), completed=done, total=total)

        yield hear


def _note_progress(path: Path, stage: str, done: int, total: int | None) -> None:
    """Leaves how far a run is for whoever started it (the console); a full disk stops no run for it."""
    part = path.with_suffix(".part")
    with suppress(OSError):
        part.write_text(json.dumps({"stage": stage, "done": done, "total": total}), encoding="utf-8")
        part.replace(path)


def show_report(report: RunReport, as_json: bool) -> None:
    """Prints a run's report: one JSON object, or tables."""
    if as_json:
        print_json(report.as_json())
        return
    from rich.console import Console

    from flows.report_text import print_report

    print_report(report, Console())

"""Nights over the demo world: builds it, runs them, lets reps work between them, and scores against the truth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accounts.change import ChangeKind, Verdict
from accounts.config import load_config
from crm.planfile import read_plan
from demo.crm_export import JUDGED, Row, export, read_csv, write_csv
from demo.replay import write_night
from demo.reps import edit_rows
from demo.score import Cell, Scorer, Share
from demo.score_signals import SignalScorer
from demo.truth import write_truth
from demo.world import World
from flows.night import NightOptions, run_night
from flows.report import RunReport
from flows.services import open_services
from warehouse.snapshot import open_snapshot

_CONFIG = """\
# Written by `evergreen demo`: the CRM of an invented world.
[crm]
kind = "file"
path = "accounts.csv"

[sources.industry_feeds]
feeds = ["https://trade-herald.example/feed.xml", "https://hangye-bao.example/rss.xml"]
"""
_CONTRADICTED = "SELECT account_id, field FROM staleness WHERE status IN ('contradicted', 'invalid')"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What world, and how many nights over it; with `prefect` the last one goes through Prefect."""

    folder: Path
    accounts: int = 200
    nights: int = 3
    seed: int = 1
    days_apart: int = 1
    prefect: bool = False


@dataclass
class DemoReport:
    """What came of the nights; `seconds` are wall time by part, `nights` one row a night."""

    options: DemoOptions
    scorer: Scorer
    signals: SignalScorer
    nights: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object."""
        options = self.options
        return {
            "accounts": options.accounts, "seed": options.seed, "folder": str(options.folder), "nights": self.nights,
            "seconds": {name: round(value, 2) for name, value in self.seconds.items()},
            "fields": {name: self._field(name) for name in JUDGED}, "total": self._total(),
            "signals": _signals(self.signals),
            "mistakes": [dict(zip(("night", "account_id", "field", "before", "after"), m, strict=True)) for m in self.scorer.mistakes[:200]],
            "doubted": [dict(zip(("night", "account_id", "field", "standing", "proposed"), m, strict=True)) for m in self.scorer.doubted[:200]],
            "happenings": {kind.value: _share(share) for kind, share in self.scorer.happenings.items()},
            "missed": [dict(zip(("night", "account_id", "field", "what"), m, strict=True)) for m in self.scorer.told_missed()[:200]],
        }  # fmt: skip

    def _field(self, name: str) -> dict[str, Any]:
        tally = self.scorer.tallies[name]
        return {
            "filled": _pair(tally.fill, tally.filled), "replaced": _pair(tally.replace, tally.renewed),
            "flagged": _pair(tally.flag, tally.flagged), "planted_found": _share(tally.planted),
            "clobbered": tally.clobbered, "harmed": tally.harmed, "restyled": tally.restyled,
        }  # fmt: skip

    def _total(self) -> dict[str, Any]:
        tallies = self.scorer.tallies.values()
        written = [share for t in tallies for share in (t.fill, t.replace)]
        return {
            "written_right": _share(_sum(written)), "planted_found": _share(_sum([t.planted for t in tallies])),
            "filled": _share(_sum([t.filled for t in tallies])), "renewed": _share(_sum([t.renewed for t in tallies])),
            "flags_right": _share(_sum([t.flag for t in tallies])),
            "clobbered": sum(t.clobbered for t in tallies), "harmed": sum(t.harmed for t in tallies),
            "restyled": sum(t.restyled for t in tallies),
        }  # fmt: skip


def _sum(shares: list[Share]) -> Share:
    return Share(sum(s.part for s in shares), sum(s.whole for s in shares))


def _share(share: Share) -> dict[str, Any]:
    return {
        "right": share.part,
        "of": share.whole,
        "rate": None if share.rate is None else round(share.rate, 4),
    }


def _pair(precision: Share, recall: Share) -> dict[str, Any]:
    return {"precision": _share(precision), "recall": _share(recall)}


def run_demo(options: DemoOptions, told: Callable[[str], None] = lambda _: None) -> DemoReport:
    """Builds the world in a folder and runs the nights over it.

    Leaves there what a person may want to look at: `accounts.csv`, `web/`, `truth-NNN.csv`, `evergreen.toml` and the
    warehouse. Raises ConfigError, CrmError, WarehouseError as a night does.
    """
    options.folder.mkdir(parents=True, exist_ok=True)
    world = World(options.seed, options.accounts, options.days_apart)
    report = DemoReport(options, Scorer(world), SignalScorer(world))
    with _timed(report, "build"):
        rows = export(world)
        write_csv(options.folder / "accounts.csv", rows)
        (options.folder / "evergreen.toml").write_text(_CONFIG, encoding="utf-8")
    for number in range(options.nights):
        told(f"night {number + 1} of {options.nights}")
        _one_night(report, world, rows)
    report.scorer.close()
    return report


def _one_night(report: DemoReport, world: World, rows: list[Row]) -> None:
    folder = report.options.folder
    events = world.turn() if report.nights else ()
    edits = edit_rows(world, rows) if report.nights else []
    if edits:
        write_csv(folder / "accounts.csv", rows)
    with _timed(report, "web"):
        replay = write_night(world, folder / "web")
        write_truth(world, folder / f"truth-{world.night:03d}.csv")
    report.scorer.expect(rows, events)
    report.signals.expect(rows)
    with _timed(report, "nights"):
        last = len(report.nights) + 1 == report.options.nights
        run, asked = _run(folder, world, replay, prefect=report.options.prefect and last)
    after = read_csv(folder / "accounts.csv")
    with _timed(report, "score"):
        report.scorer.judge(rows, after, asked)
        _judge_signals(report, run.run_id)
    report.nights.append(
        {
            "run_id": run.run_id, "as_of": world.now().isoformat(), "status": run.status, "accounts": run.accounts,
            "looked_at": run.looked_at, "written": sum(run.outcomes.values()), "reviews": run.reviews,
            "events": len(events), "edits": len(edits), "seconds": dict(run.seconds), "breaker": run.breaker,
        }
    )  # fmt: skip
    for row in rows:
        row.cells = dict(after[row.id])


def _judge_signals(report: DemoReport, run_id: str) -> None:
    with open_snapshot(load_config(report.options.folder / "evergreen.toml").home) as snapshot:
        told = snapshot.rows("SELECT * FROM story WHERE first_run_id = $run", {"run": run_id})
    report.signals.judge(told, run_id)


def _signals(scorer: SignalScorer) -> dict[str, Any]:
    """What came of the planted events."""
    wrong = ("night", "account_id", "event_class", "title", "because")
    return {
        "told_right": _share(scorer.told), "found": _share(scorer.found), "hiring_right": _share(scorer.hiring),
        "told_twice": scorer.twice, "wrong": [dict(zip(wrong, w, strict=True)) for w in scorer.wrong[:200]],
        "missed": [dict(zip(("night", "account_id", "event_class", "title"), m, strict=True)) for m in scorer.missed[:200]],
    }  # fmt: skip


def _run(folder: Path, world: World, replay: Path, *, prefect: bool) -> tuple[RunReport, dict[Cell, str]]:
    """One night, and the cells it flags with what it proposes instead."""
    config, as_of, options = folder / "evergreen.toml", world.now().isoformat(), NightOptions(apply=True)
    if prefect:
        from flows.prefect_nightly import run_with_prefect  # noqa: PLC0415 - Prefect takes seconds to import

        run = run_with_prefect(config, options, as_of=as_of, replay=replay)
    else:
        with open_services(config, as_of=as_of, replay=replay) as services:
            run = run_night(services, options)
    with open_snapshot(load_config(config).home) as snapshot:
        contradicted = snapshot.rows(_CONTRADICTED)
    flagged = {(row["account_id"], row["field"]): "" for row in contradicted}
    for change in read_plan(Path(run.paths["plan"])).changes:
        replaces = change.verdict is Verdict.WRITE and change.kind is ChangeKind.REPLACE
        if replaces or change.verdict is Verdict.REVIEW:
            flagged[change.account_id, change.field] = change.value or ""
    return run, flagged


@contextmanager
def _timed(report: DemoReport, name: str) -> Iterator[None]:
    """Adds the time a block takes to a report."""
    began = time.monotonic()
    try:
        yield
    finally:
        report.seconds[name] = report.seconds.get(name, 0.0) + time.monotonic() - began

"""The report of a run: what was stale and why, what was filled, replaced, confirmed, asked, what failed, what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse.expectations import quiet_sources
from warehouse.store import Warehouse, sql

Row = Mapping[str, Any]
#: Changes of one kind that a report lists; the plan file and the console have them all.
MOST_TOLD = 2_000


@dataclass(frozen=True, slots=True)
class RunReport:
    """Everything a person wants to know of a run; `text` and `html` renderings read nothing else.

    `changes` are the foremost of each kind, at most `MOST_TOLD`; `tallies` count all of them by verdict, kind, code and outcome.
    `seconds` maps a stage to its wall time. `quiet` are sources that brought far less than they
    used to. `paths` maps what was written (`plan`, `report`, `changes`) to where.
    Times in UTC.
    """

    run_id: str
    kind: str
    status: str
    applied: bool
    started_at: datetime
    as_of: datetime
    finished_at: datetime
    accounts: int
    looked_at: int
    waiting: int
    states: Mapping[str, int]
    stale: Sequence[Row]
    changes: Sequence[Row]
    confirmed: int
    sources: Sequence[Row]
    sources_off: Sequence[tuple[str, str]]
    failures: Sequence[Row]
    links: Mapping[str, int]
    signals: Sequence[Row]
    tallies: Sequence[Row]
    reviews: int
    outcomes: Mapping[str, int]
    quiet: Sequence[Row] = ()
    breaker: str = ""
    healed: Sequence[str] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    def written(self, kind: str) -> list[Row]:
        """The changes of a kind that stand in the CRM now, or would in a dry run."""
        done = ("written", "unchanged") if self.applied else (None,)
        return [
            c for c in self.changes if c["verdict"] == "write" and c["kind"] == kind and c["outcome"] in done
        ]

    def count(self, verdict: str, kind: str | None = None, *, refused: bool = False) -> int:
        """How many changes there are of a verdict and kind, told or not: those written, or those `refused`."""
        done = ("written", "unchanged") if self.applied else (None,)
        return sum(
            t["n"]
            for t in self.tallies
            if t["verdict"] == verdict
            and kind in (None, t["kind"])
            and (
                verdict != "write"
                or (t["outcome"] not in ("written", "unchanged", None) if refused else t["outcome"] in done)
            )
        )

    @property
    def asked(self) -> list[Row]:
        """The changes that wait for a steward."""
        return [c for c in self.changes if c["verdict"] == "review"]

    @property
    def held(self) -> Mapping[str, int]:
        """Changes nobody is asked about, by the reason that holds them."""
        found: Counter[str] = Counter()
        for t in self.tallies:
            if t["verdict"] == "hold":
                found[t["code"]] += t["n"]
        return found

    @property
    def refused(self) -> list[Row]:
        """Changes that were to be written and were not."""
        done = ("written", "unchanged", None)
        return [c for c in self.changes if c["verdict"] == "write" and c["outcome"] not in done]

    def as_json(self) -> dict[str, Any]:
        """The run's object for `--json`: id, status, counts by stage, paths."""
        return {
            "run_id": self.run_id, "kind": self.kind, "status": self.status, "applied": self.applied,
            "as_of": self.as_of, "started_at": self.started_at, "finished_at": self.finished_at,
            "counts": self.counts(), "states": dict(self.states), "outcomes": dict(self.outcomes),
            "sources": [dict(s) for s in self.sources],
            "sources_off": [{"source": s, "reason": r} for s, r in self.sources_off],
            "quiet_sources": [dict(q) for q in self.quiet],
            "breaker": self.breaker, "healed": list(self.healed), "seconds": dict(self.seconds), "paths": dict(self.paths),
        }  # fmt: skip

    def counts(self) -> dict[str, int]:
        """Counts by stage, in the order of the stages."""
        return {
            "accounts": self.accounts, "looked_at": self.looked_at, "waiting": self.waiting,
            "stale": sum(self.states.get(s, 0) for s in ("expired", "contradicted", "invalid")),
            "missing": self.states.get("missing", 0), "linked": self.links.get("accept", 0),
            "links_in_doubt": self.links.get("review", 0), "signals": len(self.signals), "confirmed": self.confirmed,
            "filled": self.count("write", "fill"), "replaced": self.count("write", "replace"),
            "cleared": self.count("write", "clear"), "refused": self.count("write", refused=True),
            "held": sum(self.held.values()),
            "reviews": self.reviews, "failed_calls": sum(s["failed"] for s in self.sources),
            "requests": sum(s["requests"] or 0 for s in self.sources),
        }  # fmt: skip


def gather(warehouse: Warehouse, run_id: str) -> dict[str, Any]:
    """What the warehouse knows of a run, as the fields of a RunReport."""
    by = {"run_id": run_id}
    links = warehouse.rows(
        "SELECT decision, count(*) AS n FROM link WHERE run_id = $run_id GROUP BY decision", by
    )
    outcomes = warehouse.rows(
        "SELECT status, count(*) AS n FROM outcome WHERE run_id = $run_id GROUP BY status", by
    )
    return {
        "changes": warehouse.rows(sql("report_changes"), {**by, "most": MOST_TOLD}),
        "tallies": warehouse.rows(sql("report_tallies"), by),
        "confirmed": warehouse.value("SELECT count(*) FROM confirmation WHERE run_id = $run_id", by),
        "sources": warehouse.rows(sql("report_sources"), by),
        "failures": warehouse.rows(sql("report_failures"), by),
        "links": {row["decision"]: row["n"] for row in links},
        "signals": warehouse.rows(sql("report_signals"), by),
        "quiet": quiet_sources(warehouse, run_id),
        "reviews": warehouse.value("SELECT count(*) FROM review_item"),
        "outcomes": {row["status"]: row["n"] for row in outcomes},
    }


def write_report(report: RunReport, folder: Path) -> Path:
    """Writes the report as one self-contained HTML file; returns its path."""
    from flows.report_html import render_html  # noqa: PLC0415 - Jinja2 is only needed here

    path = folder / "report.html"
    path.write_text(render_html(report), encoding="utf-8")
    return path

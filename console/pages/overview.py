"""The overview: what can be trusted, what happened last, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from accounts.run import Run, RunStatus
from console.charts import bars, lines
from console.pages.queue import open_questions
from console.rendering import Page, Reads
from console.snapshots import Reading
from console.wording import Words
from warehouse.runs import list_runs

router = APIRouter(include_in_schema=False)
#: Fields shown before "all fields".
_FIELDS = 14


@dataclass(frozen=True, slots=True)
class Step:
    """One thing worth doing next: how many, what, where; `tone` is red, amber or green."""

    tone: str
    count: int
    key: str
    href: str


def coverage(reading: Reading) -> list[dict[str, Any]]:
    """Counts by state for every field."""
    return reading.once("coverage", lambda: reading.ask("coverage"))


def newest_runs(reading: Reading, limit: int = 400) -> list[Run]:
    """The runs on record, newest first."""

    def make() -> list[Run]:
        with reading.hand() as hand:
            return list_runs(hand, limit)

    return reading.once(("runs", limit), make)


@router.get("/")
def overview(page: Reads) -> Response:
    """The first page."""
    reading = page.reading
    fields = coverage(reading)
    runs = newest_runs(reading)
    waiting = open_questions(page)
    nights = [r for r in reversed(runs) if r.kind == "nightly" and r.counts][-30:]
    everything = page.given("fields") == "all"
    return page.show(
        "overview",
        totals=_totals(fields), fields=fields if everything else fields[:_FIELDS], hidden=max(0, len(fields) - _FIELDS),
        everything=everything, runs=runs[:6], waiting=len(waiting), steps=[*_steps(fields, runs, len(waiting))],
        nights=nights,
        trend=reading.once(("trend", page.words.lang), lambda: _trend(nights, page.words)),
        writes=reading.once(("writes", page.words.lang), lambda: _writes(nights, page.words)),
        accounts=reading.once("accounts", lambda: reading.value("SELECT count(*) FROM crm_account")),
        spent=_spent(page, runs), busy=[j for j in page.site.jobs.newest(5) if not j.is_over],
    )  # fmt: skip


def _totals(fields: Sequence[dict[str, Any]]) -> dict[str, int]:
    names = ("accounts", "filled", "fresh", "due", "expired", "invalid", "contradicted", "missing")
    return {name: sum(f[name] for f in fields) for name in names}


def _steps(fields: Sequence[dict[str, Any]], runs: Sequence[Run], waiting: int) -> Iterator[Step]:
    last = runs[0] if runs else None
    if last and last.status in (RunStatus.FAILED, RunStatus.CRASHED):
        yield Step("red", 1, "failed", f"/runs/{last.id}")
    if last and last.status is RunStatus.HELD:
        yield Step("red", 1, "held", f"/runs/{last.id}")
    if last and last.status is RunStatus.DRY and last.kind != "undo":
        yield Step(
            "green",
            last.counts.get("filled", 0) + last.counts.get("replaced", 0),
            "dry",
            f"/runs/{last.id}/plan",
        )
    if waiting:
        yield Step("amber", waiting, "review", "/review")
    if bad := sum(f["contradicted"] + f["invalid"] for f in fields):
        yield Step("amber", bad, "wrong", "/stale?status=contradicted")
    if old := sum(f["expired"] for f in fields):
        yield Step("amber", old, "expired", "/stale?status=expired")
    if last and last.counts.get("waiting"):
        yield Step("amber", last.counts["waiting"], "budget", f"/runs/{last.id}")
    if last and last.counts.get("failed_calls"):
        yield Step("plain", last.counts["failed_calls"], "calls", f"/runs/{last.id}#failures")


def _trend(nights: Sequence[Run], words: Words) -> Any:
    if len(nights) < 2:
        return None
    labels = [f"{r.as_of:%m-%d}" for r in nights]
    series = {words(f"state.{n}"): [r.counts.get(n, 0) for r in nights] for n in ("stale", "missing")}
    return lines(words("overview.trend"), labels, series)


def _writes(nights: Sequence[Run], words: Words) -> Any:
    if not nights:
        return None
    labels = [f"{r.as_of:%m-%d}" for r in nights]
    names = ("filled", "replaced", "cleared")
    return bars(
        words("overview.writes"),
        labels,
        {words(f"count.{n}"): [r.counts.get(n, 0) for r in nights] for n in names},
    )


def _spent(page: Page, runs: Sequence[Run]) -> dict[str, Any]:
    last = next((r for r in runs if r.kind in ("nightly", "backfill")), None)
    if last is None:
        return {
            "looked_at": 0,
            "budget": page.site.config.run.budget,
            "requests": 0,
            "cost": 0.0,
            "waiting": 0,
        }
    reading = page.reading
    cost = reading.once(
        ("cost", last.id),
        lambda: reading.value("SELECT sum(cost) FROM source_call WHERE run_id = $id", {"id": last.id}) or 0.0,
    )
    return {
        "looked_at": last.counts.get("looked_at", 0), "budget": page.site.config.run.budget, "cost": cost,
        "requests": last.counts.get("requests", 0), "waiting": last.counts.get("waiting", 0),
    }  # fmt: skip

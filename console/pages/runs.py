"""The run ledger, one run in full, the plan of a dry run, and undo."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from accounts.run import Run, RunStatus
from console.pages.overview import newest_runs
from console.rendering import AdminWrites, NotFound, Page, Reads
from console.snapshots import Reading
from warehouse.store import sql

router = APIRouter(include_in_schema=False)
_CELLS = 100
_UNDO_SHOWN = 300


@router.get("/runs")
def runs(page: Reads) -> Response:
    """The runs, newest first."""
    return page.show("runs", runs=newest_runs(page.reading)[:200], jobs=page.site.jobs.newest(5))


def find(page: Page, run_id: str) -> Run:
    """A run by its id. Raises NotFound."""
    found = next((r for r in newest_runs(page.reading) if r.id == run_id), None)
    if found is None:
        raise NotFound
    return found


@router.get("/runs/{run_id}")
def run(page: Reads, run_id: str) -> Response:
    """One run: stages, shards, sources, changes, failures."""
    told = find(page, run_id)
    reading, by = page.reading, {"run_id": run_id}
    groups = reading.once(("changes", run_id), lambda: reading.ask("run_changes", by))
    return page.show(
        "run",
        run=told, shards=_shards(reading, run_id), sources=reading.once(("sources", run_id), lambda: reading.rows(sql("report_sources"), by)),
        failures=reading.once(("failures", run_id), lambda: _failures(reading, run_id)), verdicts=_by_verdict(groups),
        wrote=_count(reading, "SELECT count(*) FROM outcome WHERE run_id = $run_id AND status = 'written'", run_id),
        undone=_count(reading, "SELECT count(*) FROM undone WHERE run_id = $run_id", run_id),
        plan=_plan_is_open(page, told), report=(page.site.config.home / "runs" / run_id / "report.html").exists(),
    )  # fmt: skip


@router.get("/runs/{run_id}/cells")
def cells(page: Reads, run_id: str) -> Response:
    """The cells of a run, with reason and evidence."""
    return _cells(page, run_id, "cells", None)


@router.get("/runs/{run_id}/plan")
def plan(page: Reads, run_id: str) -> Response:
    """The plan of a dry or held run, to be read and approved."""
    return _cells(page, run_id, "plan", "write")


def _cells(page: Page, run_id: str, template: str, verdict: str | None) -> Response:
    told = find(page, run_id)
    at = max(0, int(page.given("at") or 0)) if page.given("at").isdigit() else 0
    wanted = {"verdict": page.given("verdict") or verdict or "", "field": page.given("field")}
    given = {"run_id": run_id, "limit": _CELLS, "offset": at} | {k: v or None for k, v in wanted.items()}
    reading = page.reading
    groups = reading.once(("changes", run_id), lambda: reading.ask("run_changes", {"run_id": run_id}))
    total = sum(
        g["n"]
        for g in groups
        if wanted["verdict"] in ("", g["verdict"]) and wanted["field"] in ("", g["field"])
    )
    return page.show(
        template,
        run=told, cells=reading.ask("run_cells", given), total=total, at=at, size=_CELLS, wanted=wanted,
        fields={g["field"]: page.words.label(g) for g in groups}, plan=_plan_is_open(page, told),
        kinds=_kinds(groups),
    )  # fmt: skip


def _kinds(groups: Sequence[dict[str, Any]]) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for group in groups:
        if group["verdict"] == "write":
            kinds[group["kind"]] += group["n"]
    return kinds


@router.post("/runs/{run_id}/apply")
def apply(page: AdminWrites, run_id: str) -> Response:
    """Starts the apply of a plan a person has read."""
    told = find(page, run_id)
    if not _plan_is_open(page, told):
        raise NotFound
    force = ["--force"] if page.given("force") == "yes" else []
    job = page.site.jobs.start("apply", [run_id, "--apply", *force], page.person.name)
    return page.go(f"/jobs/{job.id}")


@router.get("/runs/{run_id}/undo")
def undo_preview(page: Reads, run_id: str) -> Response:
    """What an undo would put back, and what is no longer ours."""
    told = find(page, run_id)
    wanted = {"account": page.given("account"), "field": page.given("field")}
    given = {"run_id": run_id, "limit": _UNDO_SHOWN} | {k: v or None for k, v in wanted.items()}
    reading = page.reading
    rows = reading.once(("undo", *given.items()), lambda: reading.ask("undo", given))
    by_state: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_state[row["state"]].append(row)
    fields = page.reading.rows(
        "SELECT DISTINCT o.field, f.label_en, f.label_zh FROM outcome o LEFT JOIN field_spec f ON f.name = o.field "
        "WHERE o.run_id = $run_id AND o.status = 'written' ORDER BY o.field",
        {"run_id": run_id},
    )
    return page.show(
        "undo", run=told, states={s: by_state.get(s, []) for s in ("ours", "theirs", "undone")}, wanted=wanted,
        fields={f["field"]: page.words.label(f) for f in fields},
    )  # fmt: skip


@router.post("/runs/{run_id}/undo")
def undo(page: AdminWrites, run_id: str) -> Response:
    """Starts an undo."""
    find(page, run_id)
    arguments = [run_id]
    if account := page.given("account"):
        arguments.append(f"--account={account}")
    if field := page.given("field"):
        arguments.append(f"--field={field}")
    job = page.site.jobs.start("undo", [*arguments, "--apply"], page.person.name)
    return page.go(f"/jobs/{job.id}")


def _plan_is_open(page: Page, run: Run) -> bool:
    """True for a plan that wrote nothing yet and still lies in its folder."""
    there = (page.site.config.home / "runs" / run.id / "plan.json").exists()
    return there and run.status in (RunStatus.DRY, RunStatus.HELD) and run.kind != "undo"


def _shards(reading: Reading, run_id: str) -> list[dict[str, Any]]:
    return reading.rows("SELECT * FROM shard WHERE run_id = $run_id ORDER BY shard", {"run_id": run_id})


def _failures(reading: Reading, run_id: str) -> list[dict[str, Any]]:
    return reading.rows(sql("report_failures") + " LIMIT 200", {"run_id": run_id})


def _count(reading: Reading, query: str, run_id: str) -> int:
    return int(reading.once((query, run_id), lambda: reading.value(query, {"run_id": run_id})) or 0)


def _by_verdict(groups: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    verdicts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for group in groups:
        verdicts[group["verdict"]].append(group)
    return {v: verdicts[v] for v in ("write", "review", "hold") if verdicts[v]}

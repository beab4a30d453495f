"""The run ledger: which runs there were, which shards they finished."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.run import Run, RunStatus, new_run_id
from warehouse.store import Warehouse


def start_run(warehouse: Warehouse, run: Run) -> None:
    """Notes that a run has begun. Runs that were left `running` have died: they become `crashed`."""
    warehouse.run(
        "UPDATE run SET status = 'crashed', error = 'it never ended; the next run took over' WHERE status = 'running'"
    )
    number = warehouse.value("SELECT coalesce(max(number), 0) + 1 FROM run")
    warehouse.append("run", [{**_row(run), "number": number}])


def next_run_id(warehouse: Warehouse, now: datetime) -> str:
    """The id of the run about to start."""
    return new_run_id(now, warehouse.value("SELECT coalesce(max(number), 0) + 1 FROM run"))


def finish_run(
    warehouse: Warehouse,
    run_id: str,
    status: RunStatus,
    at: datetime,
    counts: Mapping[str, int],
    error: str = "",
) -> None:
    """Notes how a run ended."""
    warehouse.run(
        "UPDATE run SET status = $status, finished_at = $at, counts = $counts, error = $error WHERE id = $id",
        {"status": status.value, "at": at, "counts": json.dumps(dict(counts)), "error": error, "id": run_id},
    )


def list_runs(warehouse: Warehouse, limit: int = 50) -> list[Run]:
    """The newest runs, newest first."""
    rows = warehouse.rows("SELECT * FROM run ORDER BY number DESC LIMIT $limit", {"limit": limit})
    return [
        Run(
            r["id"], r["kind"], RunStatus(r["status"]), r["started_at"], r["as_of"], r["finished_at"],
            json.loads(r["counts"] or "{}"), r["error"] or "",
        )
        for r in rows
    ]  # fmt: skip


def find_run(warehouse: Warehouse, name: str, *, writing: bool = False) -> str | None:
    """The id of a run by id, unambiguous beginning, or `last`; with `writing`, the last one that wrote to the CRM."""
    if name == "last":
        wrote = "WHERE id IN (SELECT run_id FROM outcome WHERE status = 'written')" if writing else ""
        wrote += " AND kind <> 'undo'" if writing else ""
        found = warehouse.value(f"SELECT id FROM run {wrote} ORDER BY number DESC LIMIT 1")
        return str(found) if found else None
    ids = [r["id"] for r in warehouse.rows("SELECT id FROM run WHERE starts_with(id, $name)", {"name": name})]
    return ids[0] if len(ids) == 1 else None


def finish_shard(
    warehouse: Warehouse,
    run_id: str,
    shard: str,
    accounts: int,
    at: datetime,
    *,
    status: str = "done",
    error: str = "",
) -> None:
    """Notes that a shard's rows are in the warehouse, or why they are not."""
    row = {
        "run_id": run_id,
        "shard": shard,
        "status": status,
        "accounts": accounts,
        "noted_at": at,
        "error": error,
    }
    warehouse.append("shard", [row])


def shards_done(warehouse: Warehouse, run_id: str) -> Sequence[str]:
    """The shards of a run whose rows are in."""
    rows = warehouse.rows("SELECT shard FROM shard WHERE run_id = $id AND status = 'done'", {"id": run_id})
    return [r["shard"] for r in rows]


def _row(run: Run) -> dict[str, object]:
    return {
        "id": run.id, "kind": run.kind, "status": run.status.value, "started_at": run.started_at,
        "as_of": run.as_of, "finished_at": run.finished_at, "counts": dict(run.counts), "error": run.error,
    }  # fmt: skip

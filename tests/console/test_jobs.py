"""Work for the writer: it waits its turn, says so, can be stopped, and outlives the console."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient

from console.app import create_app
from console.jobs import Job, Jobs
from tests.console.conftest import BASE
from tests.console.test_deciding import token
from warehouse.store import open_warehouse


def until(jobs: Jobs, job_id: str, holds: Callable[[Job], bool], seconds: float = 90) -> Job:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        job = jobs.find(job_id)
        if job is not None and holds(job):
            return job
        time.sleep(0.05)
    raise AssertionError(f"never so: {jobs.find(job_id)}")


def test_a_job_waits_for_a_run_that_holds_the_warehouse_and_then_does_its_work(folder: Path) -> None:
    jobs = Jobs(folder / ".evergreen", folder / "evergreen.toml", patience=0.1)
    client = TestClient(create_app(folder / "evergreen.toml"), base_url=BASE)
    client.app.state.site.jobs = jobs  # type: ignore[attr-defined]
    with open_warehouse(folder / ".evergreen"):
        job = jobs.start("undo", ["last"], "ann")
        waiting = until(jobs, job.id, lambda j: j.state == "waiting")
        assert "Another process has the warehouse" in waiting.told
        page = client.get(f"/jobs/{job.id}").text
        assert "Another run holds the warehouse" in page and 'hx-trigger="every' in page
    done = until(jobs, job.id, lambda j: j.is_over)
    assert done.exit_code is not None and done.state in ("done", "failed")
    assert 'hx-trigger="every' not in client.get(f"/jobs/{job.id}").text


def test_a_waiting_job_is_stopped_and_told_of_later(folder: Path) -> None:
    config = folder / "evergreen.toml"
    jobs = Jobs(folder / ".evergreen", config, patience=0.1)
    client = TestClient(create_app(config), base_url=BASE)
    client.app.state.site.jobs = jobs  # type: ignore[attr-defined]
    with open_warehouse(folder / ".evergreen"):
        job = jobs.start("undo", ["last"], "ann")
        until(jobs, job.id, lambda j: j.state == "waiting")
        client.post(f"/jobs/{job.id}/stop", data={"csrf": token(client)})
        until(jobs, job.id, lambda j: j.state == "stopped")
    again = Jobs(folder / ".evergreen", config)
    kept = again.find(job.id)
    assert kept is not None and (kept.by, kept.state) == ("ann", "stopped")
    assert re.search(r"stopped", client.get("/jobs").text)


def test_a_job_whose_console_ended_is_no_longer_running(folder: Path) -> None:
    jobs = Jobs(folder / ".evergreen", folder / "evergreen.toml")
    jobs._keep(Job("20261122T000000-abc", "nightly", (), "ann", "2026-11-22T00:00:00+00:00", state="running"))
    (found,) = jobs.newest()
    assert found.state == "failed" and "The console ended" in found.told
    assert jobs.find("../../etc") is None


def test_only_known_work_is_started(client: TestClient, folder: Path) -> None:
    csrf = token(client)
    assert client.post("/jobs", data={"csrf": csrf, "kind": "rm -rf"}).status_code == 404
    assert client.post("/runs/20261121T020000-0001/apply", data={"csrf": csrf}).status_code == 404, (
        "it is no plan"
    )
    assert client.post("/stale/backfill", data={"csrf": csrf, "country": "nowhere"}).status_code == 400
    assert not (folder / ".evergreen" / "console" / "jobs").exists()

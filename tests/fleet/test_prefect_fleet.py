"""Prefect on PostgreSQL, three machines: one loses power in the night, then PostgreSQL dies and comes back; the golden record is that of one machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.machines import Machine, machines
from tests.fleet.nights import Nights, assert_same
from tests.fleet.objects import CREDENTIALS, objects
from tests.fleet.postgres import free_port, need_postgres, postgres
from tests.fleet.world import NO_NAMES, WEB, served, way_to

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
RUN = {"shard_size": 8, "threads": 2}

pytestmark = [pytest.mark.slow, pytest.mark.prefect, pytest.mark.xdist_group("prefect")]


@contextmanager
def prefect_server(folder: Path, host: str, database: str) -> Iterator[dict[str, str]]:
    """Prefect's server on PostgreSQL; gives the environment of its clients."""
    port = free_port()
    clients = {
        "PREFECT_API_URL": f"http://{host}:{port}/api", "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": "2", "PREFECT_WORKER_PREFETCH_SECONDS": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1", "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false", "EVERGREEN_HOME": str(folder),
        "PREFECT_CLIENT_RETRY_EXTRA_CODES": "500",
    }  # fmt: skip
    server = {
        **clients, "PREFECT_HOME": str(folder / "prefect"), "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{database}/postgres",
    }  # fmt: skip
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [str(BIN / "prefect"), "server", "start", "--host", "0.0.0.0", "--port", str(port)],
            env={**os.environ, **server}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _wait(lambda: _get(f"http://127.0.0.1:{port}/api/health") is True, 120, folder / "server.log")
        yield {**clients, "LOCAL": f"http://127.0.0.1:{port}/api"}
    finally:
        process.terminate()
        process.wait()


def test_three_machines_one_of_which_dies_bring_what_one_machine_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_postgres()
    ca = tmp_path / "ca"
    alone = Nights(tmp_path / "alone", 40, run=RUN, web=WEB, **NO_NAMES)
    with (
        machines(tmp_path, 3) as (host, workers), postgres() as database, objects() as bucket,
        served(alone.world, ca, "0.0.0.0", seconds=0.2) as port, prefect_server(tmp_path, host, database.address) as clients,
    ):  # fmt: skip
        fleet = Nights(
            tmp_path / "fleet", 40, run=RUN, web=WEB, **NO_NAMES,
            fleet={"store": "s3://shards/evergreen", "endpoint_url": f"http://{host}:{bucket}", "readers": 3},
        )  # fmt: skip
        local = clients.pop("LOCAL")
        here = {
            **os.environ,
            **clients,
            **CREDENTIALS,
            **way_to("127.0.0.1", port, ca),
            "NO_PROXY": host,
            "no_proxy": host,
        }
        _run([str(BIN / "evergreen"), "setup-prefect", "--readers", "3", "--silence", "45"], here, tmp_path)
        _run([str(BIN / "prefect"), "--no-prompt", "deploy", "--name", "read-shard"], here, ROOT)
        there = {**clients, **CREDENTIALS, **way_to(host, port, ca), "NO_PROXY": host, "no_proxy": host}
        for worker in workers:
            start = [str(BIN / "prefect"), "worker", "start", "--pool", "evergreen-read", "--limit", "1"]
            worker.start(start, there, tmp_path / f"{worker.name}.log")
        night = subprocess.Popen(
            [str(BIN / "evergreen"), "nightly", "--apply", "--as-of", alone.world.now().isoformat()],
            env=here, cwd=fleet.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        _lose_power_while_reading(workers[1], local)
        database.die()  # and the server, which knows who reads what, loses its memory for a while
        time.sleep(3)
        database.start()
        for name, value in way_to("127.0.0.1", port, ca).items():
            monkeypatch.setenv(name, value)
        alone.run(replay=False)
        told, _ = night.communicate(timeout=300)
        assert night.returncode == 0, told
        runs = _post(f"{local}/flow_runs/filter", {"limit": 200})
    assert_same(alone, fleet)
    reads = {run["name"]: run["state_name"] for run in runs if run["deployment_id"]}
    assert len(reads) >= 6
    assert "Crashed" in {state for name, state in reads.items() if name.endswith("-01")}, reads
    assert [state for name, state in reads.items() if name.endswith("-02")] == ["Completed"], reads


def _lose_power_while_reading(machine: Machine, api: str) -> None:
    """Kills everything on a machine as soon as it reads a shard."""

    def is_reading() -> bool:
        running = _post(f"{api}/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}})
        there = machine.pids()
        return any(int((run["infrastructure_pid"] or ":0").rpartition(":")[2]) in there for run in running)

    _wait(is_reading, 120)
    machine.lose_power()


def _run(command: list[str], environment: Mapping[str, str], folder: Path) -> None:
    done = subprocess.run(
        command, env=dict(environment), cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _wait(until: Any, seconds: float, log: Path | None = None) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if until():
                return
        except OSError:
            pass
        time.sleep(0.5)
    pytest.fail(f"waited {seconds:.0f} s in vain" + (f": {log.read_text()[-2000:]}" if log else ""))


def _get(url: str) -> Any:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
        return json.loads(answer.read())


def _post(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.loads(answer.read())

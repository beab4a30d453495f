"""A night read by workers that share nothing but a store comes to the same, whatever happens to them."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from flows.fleet_hands import HandLost, _Worker
from flows.fleet_worker import Attempt
from tests.fleet.nights import Nights, assert_same, work_here

RUN = {"shard_size": 4, "threads": 4}


def fleet_of(folder: Path, workers: int) -> dict[str, object]:
    store = str(folder / "shared")
    commands = [work_here(folder / f"worker-{n}", store) for n in range(workers)]
    return {"store": store, "by": "commands", "workers": commands}


def test_two_workers_one_of_which_is_killed_bring_what_one_machine_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = Nights(tmp_path / "alone", run=RUN)
    fleet = Nights(tmp_path / "fleet", run=RUN, fleet=fleet_of(tmp_path, 2))
    alone.run()
    do, lost = _Worker.do, []

    def do_and_kill(self: _Worker, order: Attempt, seconds: float) -> dict[str, Any]:
        if (order.number, order.attempt) == (1, 1):
            pid = self.pid or 0
            threading.Timer(0.1, lambda: os.kill(pid, signal.SIGKILL)).start()
        try:
            return do(self, order, seconds)
        except HandLost:
            lost.append(order)
            raise

    monkeypatch.setattr(_Worker, "do", do_and_kill)
    fleet.run()
    assert [(o.number, o.attempt) for o in lost] == [(1, 1)]
    assert_same(alone, fleet)
    assert not [p for p in (tmp_path / "shared").rglob("*") if p.is_file()]
    assert not list(fleet.home.glob("runs/*/[0-9]*"))
    assert not list(tmp_path.glob("worker-*/*"))

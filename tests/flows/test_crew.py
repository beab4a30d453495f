"""Shards in processes of their own come to the same, also where one of them is killed."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

import flows.night as nights
from flows.crew import Crew
from flows.services import Services
from tests.flows.night import Night


def night(folder: Path, processes: int, monkeypatch: pytest.MonkeyPatch) -> Night:
    folder.mkdir()
    made = Night(folder)
    monkeypatch.chdir(folder)
    text = f"\n[run]\nprocesses = {processes}\nshard_size = 4\n"
    made.config.write_text(made.config.read_text(encoding="utf-8") + text, encoding="utf-8")
    return made


def test_two_processes_one_of_which_is_killed_write_what_one_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = night(tmp_path / "alone", 1, monkeypatch)
    told = alone.nightly("--apply")
    do, killed = Crew.do, []

    def kill_one(crew: Crew) -> None:
        pid = crew.workers[0].process.pid
        assert pid is not None
        killed.append(pid)
        os.kill(pid, signal.SIGKILL)

    def do_and_kill(self: Crew, folder: Path, number: int, tasks: Any) -> None:
        if number == 1:
            threading.Thread(target=kill_one, args=(self,), daemon=True).start()
        do(self, folder, number, tasks)

    monkeypatch.setattr(Crew, "do", do_and_kill)
    pair = night(tmp_path / "pair", 2, monkeypatch)
    both = pair.nightly("--apply")
    assert killed
    assert pair.file.read_bytes() == alone.file.read_bytes()
    assert both["counts"] == told["counts"]
    assert not list(pair.folder.glob(".evergreen/runs/*/*.done"))


@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_that_is_stopped_ends_soon_and_the_next_goes_on(
    processes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C with shards under way: finished ones are kept, the others are read by the next run."""
    whole = night(tmp_path / "whole", 1, monkeypatch)
    whole.nightly("--apply")
    stopped = night(tmp_path / "stopped", processes, monkeypatch)
    text = stopped.config.read_text(encoding="utf-8").replace("shard_size = 4", "shard_size = 2")
    stopped.config.write_text(text, encoding="utf-8")
    load = nights.load_shard

    def stop_on_the_second(services: Services, run_id: str, folder: Path, number: int) -> None:
        load(services, run_id, folder, number)
        raise KeyboardInterrupt

    monkeypatch.setattr(nights, "load_shard", stop_on_the_second)
    stopped.run("nightly", "--apply", "--no-prefect", "--replay", str(stopped.web), "--as-of", "2026-11-22")
    assert stopped.file.read_bytes() == stopped.before
    monkeypatch.setattr(nights, "load_shard", load)
    told = stopped.nightly("--apply")
    assert told["counts"]["looked_at"] < 13
    assert stopped.file.read_bytes() == whole.file.read_bytes()

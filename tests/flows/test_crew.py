"""Shards in processes of their own come to the same, also where one of them is killed."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from flows.crew import Crew
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

"""A whole night over a simulated Salesforce org: written once, silent the second time, undone to the last field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import evergreen
from demo.replay import write_night
from demo.simulate.salesforce import SalesforceSimulator, make
from demo.world import World

pytestmark = pytest.mark.slow
ACCOUNTS = 12


def run(*words: str) -> Any:
    result = CliRunner().invoke(evergreen, [*words, "--json"], catch_exceptions=True)
    return json.loads(result.stdout) if result.stdout.strip().startswith("{") else None


def test_a_night_a_second_one_and_its_undo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    replay = write_night(World(7, ACCOUNTS + 1), tmp_path / "world")
    with make(ACCOUNTS) as org:
        assert isinstance(org, SalesforceSimulator)
        Path("evergreen.toml").write_text(
            org.settings(tmp_path) + "\n[run]\nbreaker = 1.0\n", encoding="utf-8"
        )
        before = {name: dict(entry.values) for name, entry in org.org.entries.items()}
        night = ("nightly", "--no-prefect", "--apply", "--replay", str(replay), "--as-of", "2026-11-22")
        first = run(*night)
        assert first["counts"]["filled"] > ACCOUNTS
        writes = org.org.writes
        assert writes > 0
        run(*night)
        assert org.org.writes == writes
        told = run("undo", first["run_id"], "--apply")
        assert told["counts"]["theirs"] == 0
        assert {name: dict(entry.values) for name, entry in org.org.entries.items()} == before

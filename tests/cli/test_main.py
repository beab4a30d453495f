"""The entry point as a process: what is imported, exit codes, where words go."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.night import Night

HEAVY = (
    "prefect",
    "duckdb",
    "pydantic",
    "numpy",
    "lxml",
    "bs4",
    "requests",
    "rich",
    "jinja2",
    "phonenumbers",
)


def evergreen(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command as a shell runs it."""
    return subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", *words],
        cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    night = Night(tmp_path_factory.mktemp("night"))
    night.nightly()
    return night


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from cli.main import evergreen; evergreen.main(['--help'], standalone_mode=False); "
        f"print('loaded:', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.endswith("loaded: []\n")


def test_done_is_0(night: Night) -> None:
    told = evergreen("explain", "D04", "phone", cwd=night.folder)
    assert (told.returncode, told.stderr) == (0, "")
    assert "902-555-0176" in told.stdout


@pytest.mark.parametrize("verb", ["check", "stale"])
def test_findings_are_1(night: Night, verb: str) -> None:
    assert evergreen(verb, cwd=night.folder).returncode == 1


def test_work_left_by_the_budget_is_1_and_told_on_stderr(tmp_path: Path) -> None:
    night = Night(tmp_path)
    words = ("nightly", "--no-prefect", "--replay", str(night.web), "--as-of", "2026-11-22", "--limit", "1")
    told = evergreen(*words, "--json", cwd=tmp_path)
    assert told.returncode == 1
    assert "left by the budget" in told.stderr
    assert json.loads(told.stdout)["counts"]["waiting"] == 12


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nonsense",), "No such command"),
        (("explain",), "Missing argument"),
        (("explain", "NOBODY"), "NOBODY"),
        (("explain", "D04", "phon"), "Did you mean phone?"),
        (("stale", "--field", "emial"), "email"),
        (("read", "edgar-submission", "-"), "edgar-submissions"),
        (("review", "accept", "0000"), "evergreen review list"),
        (("review", "lock", "NOBODY:phone"), "NOBODY"),
        (("apply", "nothing"), "evergreen runs"),
        (("undo", "nothing"), "evergreen runs"),
        (("init", "--path", "other.csv"), "--force"),
        (("check", "--config", "absent.toml"), "evergreen init"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_word_is_2_with_a_remedy_and_no_traceback(
    night: Night, words: tuple[str, ...], says: str
) -> None:
    told = evergreen(*words, cwd=night.folder)
    assert told.returncode == 2
    assert told.stdout == ""
    assert says in told.stderr
    assert "Traceback" not in told.stderr


def test_reading_before_the_first_night_is_3(tmp_path: Path) -> None:
    Night(tmp_path)
    told = evergreen("runs", cwd=tmp_path)
    assert told.returncode == 3
    assert "evergreen nightly" in told.stderr


def test_a_crm_out_of_reach_is_3(tmp_path: Path) -> None:
    night = Night(tmp_path)
    night.file.unlink()
    told = evergreen("plan", cwd=tmp_path)
    assert told.returncode == 3
    assert "accounts.csv" in told.stderr


def test_a_pipe_gets_no_colour_and_no_progress_bar(tmp_path: Path) -> None:
    night = Night(tmp_path)
    told = evergreen(
        "nightly", "--no-prefect", "--replay", str(night.web), "--as-of", "2026-11-22", cwd=tmp_path
    )
    assert told.returncode == 0, told.stderr
    assert "\x1b" not in told.stdout + told.stderr
    assert told.stderr == ""

"""Nights over a small world, through the same run as any other: accuracy is counted, and people's edits stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.verbs.demo import command
from demo.crm_export import read_csv
from flows.demo_nights import DemoOptions, DemoReport, run_demo


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    return run_demo(DemoOptions(tmp_path_factory.mktemp("world"), accounts=60, nights=3, seed=4))


def test_no_person_is_overwritten(report: DemoReport) -> None:
    assert report.as_json()["total"]["clobbered"] == 0


def test_blanks_are_filled_and_nearly_all_of_it_is_right(report: DemoReport) -> None:
    total = report.as_json()["total"]
    assert total["written_right"]["of"] > 60
    assert total["written_right"]["rate"] > 0.9
    assert total["filled"]["rate"] > 0.6


def test_every_night_is_on_record_and_the_world_lies_beside_it(report: DemoReport) -> None:
    folder: Path = report.options.folder
    assert [n["status"] for n in report.nights] == ["done"] * 3
    assert len(list(folder.glob("truth-*.csv"))) == 3
    assert len(read_csv(folder / "accounts.csv")) == report.nights[0]["accounts"]


def test_the_verb_prints_one_object_and_refuses_a_folder_in_use(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        command, ["--accounts", "6", "--nights", "1", "--folder", str(tmp_path), "--json"]
    )
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["accounts"] == 6
    again = CliRunner().invoke(command, ["--accounts", "6", "--nights", "1", "--folder", str(tmp_path)])
    assert again.exit_code == 2

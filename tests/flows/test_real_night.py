"""The real night: 47 real organisations, what the web answered, and what a right night does to each phone."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import evergreen

NIGHT = Path(__file__).resolve().parents[3] / "shared" / "data" / "night"
KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.xdist_group("real_night"),
    pytest.mark.skipif(not NIGHT.exists(), reason="the labelled night lies outside the project"),
]


def line(text: str) -> str:
    """A phone's last seven digits, extension cut off, vanity letters mapped."""
    bare = re.split(r"(?i)\s*(?:x|ext\.?)\s*\d+\s*$", text)[0]
    return re.sub(r"\D", "", bare.upper().translate(KEYPAD))[-7:]


def cells(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


class Night:
    """One folder with a configuration and the accounts, and the verbs run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "accounts.csv"
        shutil.copyfile(NIGHT / "accounts.csv", self.file)
        self.before = self.file.read_bytes()
        self.run("init", "--crm", "file", "--path", "accounts.csv")

    def run(self, *words: str, expect: int = 0) -> str:
        result = CliRunner().invoke(evergreen, [*words, "--config", str(self.folder / "evergreen.toml")])
        assert result.exit_code == expect, result.output + repr(result.exception)
        return result.stdout

    def nightly(self, *words: str) -> dict[str, object]:
        given = (
            "nightly",
            "--no-prefect",
            "--replay",
            str(NIGHT / "web.jsonl"),
            "--as-of",
            "2026-11-22",
            "--json",
        )
        told: dict[str, object] = json.loads(self.run(*given, *words))
        return told


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("night")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        night = Night(folder)
        night.nightly("--apply")
        yield night


@pytest.fixture(scope="module")
def truth() -> list[dict[str, str]]:
    with (NIGHT / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_fills_and_replaces_are_right(night: Night, truth: list[dict[str, str]]) -> None:
    after = cells(night.file)
    wrong = [
        (row["account_id"], after[row["account_id"]][row["field"]], row["right_values"])
        for row in truth
        if row["field"] == "phone"
        and row["expect"] in ("fill", "replace")
        and line(after[row["account_id"]]["phone"]) not in {line(v) for v in row["right_values"].split(" ; ")}
    ]
    assert not wrong


def test_kept_and_held_cells_stay_as_they_were(night: Night, truth: list[dict[str, str]]) -> None:
    after = cells(night.file)
    for row in truth:
        if row["expect"] in ("keep", "alone"):
            assert after[row["account_id"]][row["field"]] == row["crm_value"]


def test_no_other_filled_cell_changes(night: Night, truth: list[dict[str, str]], tmp_path: Path) -> None:
    (tmp_path / "before.csv").write_bytes(night.before)
    before, after = cells(tmp_path / "before.csv"), cells(night.file)
    replaced = {(row["account_id"], row["field"]) for row in truth if row["expect"] == "replace"}
    changed = {
        (key, column)
        for key, row in before.items()
        for column, value in row.items()
        if value and after[key][column] != value
    }
    assert changed <= replaced
    assert list(after) == list(before)


def test_held_values_wait_in_the_review_queue_with_both_values(
    night: Night, truth: list[dict[str, str]]
) -> None:
    items = json.loads(night.run("review", "list", "--json"))["items"]
    queue = {(i["account_id"], i["field"]): i for i in items}
    for row in truth:
        if row["expect"] == "alone":
            item = queue[row["account_id"], row["field"]]
            assert item["crm_value"] == row["crm_value"]
            assert line(item["proposed"]) in {line(v) for v in row["right_values"].split(" ; ")}


def test_the_registry_speaks_where_the_site_is_silent(night: Night) -> None:
    assert cells(night.file)["S000"]["industry"] == "Motor Vehicles & Passenger Car Bodies"
    told = {f["field"]: f for f in json.loads(night.run("explain", "S000", "--json"))["items"]}
    assert told["cik"]["golden_value"] == "1318605"
    assert "TESLA MOTORS" in told["former_names"]["golden_value"].upper()
    for name in ("cik", "street", "city", "former_names", "industry"):
        assert told[name]["evidence"], name
        assert "sec.gov" in told[name]["evidence"][0]["url"]
        assert told[name]["evidence"][0]["passage"]


def test_a_second_run_writes_nothing_and_undo_restores_every_byte(night: Night) -> None:
    after = night.file.read_bytes()
    assert after != night.before
    counts = night.nightly("--apply")["counts"]
    assert isinstance(counts, dict)
    assert (counts["filled"], counts["replaced"]) == (0, 0)
    assert night.file.read_bytes() == after
    preview = json.loads(night.run("undo", "last", "--json"))
    assert preview["applied"] is False
    assert night.file.read_bytes() == after
    night.run("undo", "last", "--apply")
    assert night.file.read_bytes() == night.before

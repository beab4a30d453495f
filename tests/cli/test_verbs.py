"""Each verb as a user meets it: one JSON object, tables that fit, what a decision does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from accounts.config import load_config
from cli.main import evergreen
from tests.flows.night import SAMPLE, Night

WRITES_OUT = ("inspect", "match dedupe", "match link")


@pytest.fixture(scope="module")
def after_a_dry_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dry")
    Night(folder).nightly()
    return folder


@pytest.fixture
def night(after_a_dry_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    """A folder of its own in which one dry run was made."""
    folder = tmp_path / "night"
    night = Night(_fresh(folder))
    shutil.copytree(after_a_dry_run / ".evergreen", folder / ".evergreen")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")
    return night


def _fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


def items(night: Night) -> dict[tuple[str, str], dict[str, Any]]:
    """The review queue by account and field."""
    return {(i["account_id"], i["field"]): i for i in night.json("review", "list")["items"]}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check",), 1), (("plan", "--as-of", "2026-11-23"), 0), (("stale",), 1), (("explain", "D06"), 0), (("runs",), 0),
        (("review", "list"), 0), (("apply", "last"), 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_json_is_one_object_and_lists_are_items(night: Night, words: tuple[str, ...], code: int) -> None:
    told = night.json(*words, expect=code)
    assert isinstance(told["items"], list) if words[0] != "apply" else told["applied"] is False


@pytest.mark.parametrize(
    "verb", ["check", "plan", "stale", "explain D06", "runs", "review list", "undo last"]
)
def test_tables_keep_to_the_width_of_the_terminal(night: Night, verb: str) -> None:
    if verb == "undo last":
        night.run("apply", "last", "--apply")
    for line in night.run(*verb.split()).stdout.splitlines():
        width = sum(2 if "\u2e80" <= c <= "\uffef" else 1 for c in line)
        assert width <= 80 or verb == "check", line  # `check` prints sentences, which the terminal wraps


def test_init_writes_a_configuration_that_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    night = Night(tmp_path)
    night.config.unlink()
    monkeypatch.chdir(tmp_path)
    assert night.json("init", "--path", "客户 名单.csv")["config"] == str(night.config)
    config = load_config(night.config)
    assert config.crm.path == Path("客户 名单.csv")
    assert night.run("init", "--path", "x.csv").exit_code == 2
    assert load_config(night.config).crm.path == Path("客户 名单.csv")


def test_every_commented_setting_of_the_starter_is_one(tmp_path: Path) -> None:
    night = Night(tmp_path)
    night.run("init", "--path", "accounts.csv", "--force")
    lines = night.config.read_text(encoding="utf-8").splitlines()
    settings = [line for line in lines if line.startswith("# ") and (" = " in line or line.startswith("# ["))]
    assert len(settings) > 12
    wanted = [line.removeprefix("# ") if line in settings else line for line in lines if not _is_prose(line)]
    night.config.write_text("\n".join(wanted), encoding="utf-8")
    assert load_config(night.config).run.budget == 5000


def _is_prose(line: str) -> bool:
    return line.startswith("# ") and ("(KEY" in line or (" = " not in line and not line.startswith("# [")))


def test_check_names_what_is_in_the_way_and_the_remedy(night: Night) -> None:
    rows = night.cells()
    night.type_in("D07", "website", "")
    assert rows["D07"]["website"]
    told = night.run("check").stdout
    assert "neither a website nor a company number" in told
    assert "[web] contact" in told
    found = {f["code"]: f for f in night.json("check", expect=1)["items"]}
    assert found["no_anchor"]["accounts"] == ["D07"]


def test_plan_says_what_a_budget_buys(night: Night) -> None:
    whole, part = (night.json("plan", "--as-of", "2027-06-01", *words) for words in ((), ("--budget", "3")))
    assert len(part["items"]) == 3
    assert part["waiting"] == len(whole["items"]) - 3
    assert 0 < part["benefit_bought"] < part["benefit_whole"] == whole["benefit_bought"]
    assert night.file.read_bytes() == night.before


def test_stale_lists_one_field_worst_first(night: Night) -> None:
    rows = night.json("stale", "--field", "phone", expect=1)["items"]
    assert rows
    assert {r["field"] for r in rows} == {"phone"}
    benefits = [r["benefit"] for r in rows]
    assert benefits == sorted(benefits, reverse=True)
    assert all(r["reason"] for r in rows)


def test_explain_finds_an_account_by_its_name(night: Night) -> None:
    told = night.json("explain", "深圳市澜图传感技术有限公司", "phone")
    assert told["account_id"] == "D08"
    [phone] = told["items"]
    assert phone["evidence"][0]["passage"]
    assert phone["evidence"][0]["url"].startswith("http")


def test_a_decision_takes_the_item_off_the_list_and_is_carried_out(night: Night) -> None:
    queue = items(night)
    done = night.json("review", "accept", queue["D04", "phone"]["id"][:8], "--by", "anna")["items"]
    assert [(d["account_id"], d["field"], d["by"]) for d in done] == [("D04", "phone", "anna")]
    night.run("review", "keep", queue["D11", "phone"]["id"], "--by", "anna")
    assert set(items(night)) == set(queue) - {("D04", "phone"), ("D11", "phone")}
    night.run("apply", "last", "--apply")
    assert night.cells()["D04"]["phone"] == queue["D04", "phone"]["proposed"]
    assert night.cells()["D11"]["phone"] == "0571-5550 0155"


def test_a_lock_holds_a_field_and_a_whole_record(night: Night) -> None:
    night.run("review", "lock", "D02:phone", "D05:*", "--by", "anna")
    night.run("apply", "last", "--apply")
    cells = night.cells()
    assert cells["D02"]["phone"] == "0113 496 0123"
    assert cells["D02"]["email"] == "enquiries@larkmoor-joinery.example"
    night.nightly("--apply", as_of="2026-11-23")
    assert night.cells()["D02"]["phone"] == "0113 496 0123"


def test_a_lock_on_a_record_holds_a_plan_made_before_it(night: Night) -> None:
    night.run("review", "lock", "D05:*", "--by", "anna")
    night.run("apply", "last", "--apply")
    assert night.cells()["D05"]["phone"] == "512-555"


def test_what_was_accepted_and_undone_is_not_written_again(night: Night) -> None:
    night.run("review", "accept", items(night)["D04", "phone"]["id"], "--by", "anna")
    night.run("apply", "last", "--apply")
    night.run("undo", "last", "--apply")
    assert night.file.read_bytes() == night.before
    night.nightly("--apply", as_of="2026-11-23")
    assert night.cells()["D04"]["phone"] == "902-555-0176"


def test_apply_twice_writes_nothing_twice(night: Night) -> None:
    first = night.json("apply", "last", "--apply")
    assert first["counts"]["written"] > 20
    written = night.file.read_bytes()
    second = night.json("apply", first["run_id"], "--apply")
    assert second["counts"]["already"] == first["counts"]["written"]
    assert night.file.read_bytes() == written


def test_undo_takes_back_an_account_then_a_field_then_the_rest(night: Night) -> None:
    night.run("apply", "last", "--apply")
    preview = night.json("undo", "last", "--account", "D05")
    assert preview["applied"] is False
    assert {i["account_id"] for i in preview["items"]} == {"D05"}
    night.run("undo", "last", "--account", "D05", "--apply")
    assert night.cells()["D05"]["phone"] == "512-555"
    assert night.cells()["D02"]["phone"] != "0113 496 0123"
    night.run("undo", "last", "--field", "phone", "--apply")
    assert night.cells()["D02"]["phone"] == "0113 496 0123"
    assert night.json("undo", "last", "--apply")["counts"]["theirs"] == 0
    assert night.file.read_bytes() == night.before
    assert night.run("undo", "last", "--apply").exit_code == 2


def test_runs_are_newest_first(night: Night) -> None:
    night.nightly(as_of="2026-11-25")
    runs = night.json("runs")["items"]
    assert [r["status"] for r in runs] == ["dry", "dry"]
    assert runs[0]["as_of"] > runs[1]["as_of"]


@pytest.mark.parametrize(
    "words",
    [
        ("inspect", "web.jsonl", "out"), ("match", "dedupe", "accounts.csv", "out"),
        ("match", "link", "accounts.csv", "accounts.csv", "out"),
    ],
    ids=WRITES_OUT,
)  # fmt: skip
def test_batches_write_their_file_and_keep_stdout_for_json(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sample"
    shutil.copytree(SAMPLE, folder)
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(evergreen, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    assert isinstance(json.loads(result.stdout), dict)
    assert (folder / "out").stat().st_size > 100

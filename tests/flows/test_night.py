"""The night's promises at the level of flows: dry runs, budgets, breakers, stewards, resumption, undo."""

from __future__ import annotations

import json
import re
import resource
from pathlib import Path

import pytest

from accounts.catalogue import shipped_catalogue
from flows.enriching import Enricher, Findings
from tests.flows.night import Night

PHONE = shipped_catalogue()["phone"].value_type


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    monkeypatch.chdir(tmp_path)
    return Night(tmp_path)


def settings(night: Night, text: str) -> None:
    night.config.write_text(night.config.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_dry_run_writes_a_plan_a_report_and_nothing_else(night: Night) -> None:
    told = night.nightly()
    assert told["status"] == "dry"
    assert night.file.read_bytes() == night.before
    assert Path(told["paths"]["plan"]).exists()
    assert Path(told["paths"]["report"]).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_plan_is_applied_once(night: Night) -> None:
    plan = night.nightly()["paths"]["plan"]
    assert night.json("apply", plan)["applied"] is False
    assert night.file.read_bytes() == night.before
    first = night.json("apply", plan, "--apply")
    assert first["counts"]["written"] > 10
    after = night.file.read_bytes()
    again = night.json("apply", plan, "--apply")
    assert again["counts"].get("written", 0) == 0
    assert night.file.read_bytes() == after


def test_the_budget_cuts_the_list_and_leaves_work(night: Night) -> None:
    told = night.nightly("--limit", "3", expect=1)
    assert told["counts"]["looked_at"] == 3
    assert told["counts"]["waiting"] == 10


def test_the_breaker_keeps_the_plan_and_writes_nothing(night: Night) -> None:
    settings(night, "\n[run]\nbreaker = 0.1\n")
    told = night.nightly("--apply", expect=1)
    assert told["status"] == "held"
    assert "breaker" in told["breaker"]
    assert night.file.read_bytes() == night.before
    forced = night.json("apply", told["paths"]["plan"], "--apply", "--force")
    assert forced["counts"]["written"] > 10


def item_of(night: Night, account: str, field: str) -> dict[str, object]:
    items = night.json("review", "list")["items"]
    return next(i for i in items if (i["account_id"], i["field"]) == (account, field))


def test_a_steward_accepts_and_the_next_run_writes_it_once(night: Night) -> None:
    night.nightly("--apply")
    item = item_of(night, "D04", "phone")
    night.json("review", "accept", str(item["id"]))
    assert not [i for i in night.json("review", "list")["items"] if i["id"] == item["id"]]
    night.nightly("--apply")
    assert PHONE.key(night.cells()["D04"]["phone"]) == item["proposed_key"]
    night.type_in("D04", "phone", "902-555-0176")
    night.nightly("--apply", as_of="2026-11-23")
    assert night.cells()["D04"]["phone"] == "902-555-0176", "a steward's word counts once"


def test_a_kept_value_is_not_asked_about_again(night: Night) -> None:
    night.nightly("--apply")
    night.json("review", "keep", str(item_of(night, "D04", "phone")["id"]))
    night.nightly("--apply", as_of="2026-12-30")
    assert not [
        i for i in night.json("review", "list")["items"] if (i["account_id"], i["field"]) == ("D04", "phone")
    ]
    assert night.cells()["D04"]["phone"] == "902-555-0176"


def test_a_lock_holds_a_blank_blank(night: Night) -> None:
    night.nightly()
    night.json("review", "lock", "D01:phone", "--note", "calls only by mail")
    night.nightly("--apply")
    assert night.cells()["D01"]["phone"] == ""
    assert night.cells()["D01"]["email"] != ""
    told = night.json("explain", "D01", "phone")["items"][0]
    assert told["decision"]["code"] == "locked"
    assert "calls only by mail" in told["decision"]["reason"]
    night.json("review", "unlock", "D01:phone")
    night.nightly("--apply")
    assert night.cells()["D01"]["phone"] != ""


def test_what_a_person_clears_stays_clear(night: Night) -> None:
    night.nightly("--apply")
    night.type_in("D01", "phone", "")
    for as_of in ("2026-11-23", "2027-06-01", "2029-01-01"):
        night.nightly("--apply", as_of=as_of)
        assert night.cells()["D01"]["phone"] == ""


def test_what_a_person_edits_after_us_stays(night: Night) -> None:
    night.nightly("--apply")
    night.type_in("D01", "phone", "719-555-0199")
    night.nightly("--apply", as_of="2026-11-23")
    assert night.cells()["D01"]["phone"] == "719-555-0199"
    assert item_of(night, "D01", "phone")["crm_value"] == "719-555-0199"


def test_undo_by_field_and_account_leaves_the_rest(night: Night) -> None:
    night.nightly("--apply")
    full = night.cells()
    night.json("undo", "last", "--account", "D01", "--field", "phone", "--apply")
    rows = night.cells()
    assert rows["D01"]["phone"] == ""
    rows["D01"]["phone"] = full["D01"]["phone"]
    assert rows == full


def test_undo_leaves_alone_what_is_no_longer_ours(night: Night) -> None:
    night.nightly("--apply")
    night.type_in("D01", "phone", "719-555-0199")
    told = night.json("undo", "last", "--apply")
    assert night.cells()["D01"]["phone"] == "719-555-0199"
    assert night.cells()["D01"]["email"] == ""
    assert [(i["account_id"], i["field"]) for i in told["items"] if not i["ours"]] == [("D01", "phone")]


def test_what_was_undone_is_asked_before_it_is_written_again(night: Night) -> None:
    night.nightly("--apply")
    night.json("undo", "last", "--apply")
    assert night.file.read_bytes() == night.before
    told = night.nightly("--apply")
    assert (told["counts"]["filled"], told["counts"]["replaced"]) == (0, 0)
    assert item_of(night, "D01", "phone")["code"] == "undone_before"


def test_a_run_that_dies_after_reading_loses_nothing(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies between two shards: the next run takes what was read, and asks only for the rest."""
    settings(night, "\n[run]\nshard_size = 5\n")
    enrich, seen = Enricher.enrich_all, []

    def die_on_the_second(self: Enricher, *given: object) -> Findings:
        seen.append(1)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return enrich(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Enricher, "enrich_all", die_on_the_second)
    night.run("nightly", "--apply", "--no-prefect", "--replay", str(night.web), "--as-of", "2026-11-22")
    assert night.file.read_bytes() == night.before
    monkeypatch.undo()
    monkeypatch.chdir(night.folder)
    told = night.nightly("--apply")
    assert told["counts"]["looked_at"] < 13
    assert "died after reading 1 shards" in told["healed"][0]
    assert {r["status"] for r in night.json("runs")["items"]} == {"done", "crashed"}
    whole = Night(_fresh(night.folder / "whole"))
    monkeypatch.chdir(whole.folder)
    whole.nightly("--apply")
    assert night.file.read_bytes() == whole.file.read_bytes()


def _fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_check_says_what_is_in_the_way(night: Night) -> None:
    told = night.json("check", expect=1)
    assert {"no_contact"} <= {i["code"] for i in told["items"]}
    assert told["accounts"] == 13
    night.type_in("D02", "name", "test")
    night.type_in("D02", "website", "")
    assert {"junk", "no_anchor"} <= {i["code"] for i in night.json("check", expect=1)["items"]}


def test_plan_shows_what_a_budget_buys_and_reads_nothing(night: Night) -> None:
    whole = night.json("plan", "--as-of", "2026-11-22")
    part = night.json("plan", "--as-of", "2026-11-22", "--budget", "4")
    assert (len(whole["items"]), len(part["items"]), part["waiting"]) == (13, 4, 9)
    assert part["benefit_bought"] > whole["benefit_whole"] * 4 / 13
    assert night.file.read_bytes() == night.before


def test_stale_lists_worst_first_and_exits_1(night: Night) -> None:
    night.nightly()
    items = night.json("stale", expect=1)["items"]
    assert [i["benefit"] for i in items] == sorted((i["benefit"] for i in items), reverse=True)
    assert {i["status"] for i in items} == {"expired", "invalid", "contradicted"} & {
        i["status"] for i in items
    }
    only = night.json("stale", "--field", "phone", expect=1)["items"]
    assert {i["field"] for i in only} == {"phone"}


def test_explain_names_source_evidence_losers_and_what_would_change_it(night: Night) -> None:
    night.nightly("--apply")
    told = night.json("explain", "Larkmoor Joinery Ltd", "phone")["items"][0]
    assert told["crm_value"] == "+44 113 496 0187"
    assert told["written_by_us"]
    assert told["evidence"][0]["url"].startswith("http")
    assert "0187" in told["evidence"][0]["passage"].replace(" ", "")
    assert len(told["evidence"][0]["body_sha256"]) == 64
    assert told["what_would_change_it"]
    assert json.dumps(told, default=str)


def test_a_source_gone_quiet_is_told(night: Night) -> None:
    for number in range(6):
        night.nightly(as_of=f"2026-11-{22 + number}")
    silent = night.folder / "silent.jsonl"
    silent.write_text(
        "".join(
            f'{{"url": "http://{row["website"].removeprefix("https://").strip("/")}/", "status": 200}}\n'
            for row in night.cells().values()
        ),
        encoding="utf-8",
    )
    told = night.json("nightly", "--no-prefect", "--replay", str(silent), "--as-of", "2026-11-28")
    assert {q["source"] for q in told["quiet_sources"]} >= {"site"}
    report = Path(told["paths"]["report"]).read_text(encoding="utf-8")
    assert "Gone quiet" in report


def test_a_run_leaves_its_figures_for_monitoring(night: Night) -> None:
    settings(night, '\n[run]\nmetrics_file = "out/evergreen.prom"\n')
    told = night.nightly()
    text = (night.folder / "out" / "evergreen.prom").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert 'evergreen_run_count{kind="nightly",what="accounts"} 13' in lines
    assert 'evergreen_run_status{kind="nightly",status="dry"} 1' in lines
    assert f'evergreen_run_stage_seconds{{kind="nightly",stage="pull"}} {told["seconds"]["pull"]}' in lines
    assert len(lines) == len({line.rsplit(" ", 1)[0] for line in lines})
    peaks = dict(re.findall(r'evergreen_run_peak_memory_bytes\{kind="nightly",process="(\w+)"\} (\d+)', text))
    assert int(peaks["run"]) > 0
    assert int(peaks["worker"]) == resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024

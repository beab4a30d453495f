"""Backfill and refresh: a part of the CRM, now, and nothing else."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from accounts.errors import ConfigError, WriterBusy
from flows.enriching import Enricher, Findings
from tests.flows.night import Night


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    monkeypatch.chdir(tmp_path)
    return Night(tmp_path)


def over(night: Night, *words: str) -> tuple[str, ...]:
    return (*words, "--replay", str(night.web), "--as-of", "2026-11-22")


def changed(night: Night, before: dict[str, dict[str, str]]) -> set[tuple[str, str]]:
    return {(k, c) for k, row in night.cells().items() for c, v in row.items() if v != before[k][c]}


def test_a_backfill_touches_its_segment_and_fields_only(night: Night) -> None:
    before = night.cells()
    told = night.json(
        *over(
            night,
            "backfill",
            "--no-prefect",
            "--where",
            "country = '中国' AND phone IS NULL",
            "--fields",
            "phone",
            "--apply",
        )
    )
    assert told["kind"] == "backfill"
    assert changed(night, before) == {("D08", "phone")}


def test_a_backfill_looks_again_where_a_night_would_not(night: Night) -> None:
    night.nightly("--apply")
    assert night.nightly("--apply")["counts"]["looked_at"] <= 1, "only the dead site is asked again"
    told = night.json(*over(night, "backfill", "--no-prefect", "--where", "id IN ('D01', 'D02')"))
    assert told["counts"]["looked_at"] == 2
    assert len(night.json("review", "list")["items"]) >= 3, "other accounts' questions stay in the queue"


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("contry = 'US'", "contry"),
        ("1 = 1; DROP TABLE account", "one condition|syntax"),
        ("id IN (SELECT content FROM read_text('/etc/hostname'))", "disabled|Permission|access"),
        ("id = 'nobody'", "selects no account"),
    ],
)
def test_a_condition_is_only_a_condition(night: Night, where: str, said: str) -> None:
    result = night.run(*over(night, "backfill", "--no-prefect", "--where", where))
    assert result.exit_code == 2
    assert isinstance(result.exception, ConfigError)
    assert result.exception.remedy
    assert re.search(said, str(result.exception)), str(result.exception)


def test_a_refresh_looks_at_one_account(night: Night) -> None:
    before = night.cells()
    told = night.json(*over(night, "refresh", "Larkmoor Joinery Ltd", "--apply"))
    assert told["counts"]["looked_at"] == 1
    assert {account for account, _ in changed(night, before)} == {"D02"}
    assert ("D02", "phone") in changed(night, before)


def test_a_refresh_is_served_by_a_running_night_at_its_next_shard(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.config.write_text(
        night.config.read_text(encoding="utf-8") + "\n[run]\nshard_size = 4\n", encoding="utf-8"
    )
    home = night.folder / ".evergreen"
    asked, answers = threading.Event(), []
    enrich = Enricher.enrich_all

    def ask() -> None:
        from flows.requests import ask_running_night

        def busy() -> None:
            raise WriterBusy("the night holds it")

        answers.append(ask_running_night(home, "D11", False, patience=60, try_again=busy))

    def first_shard_asks(self: Enricher, *given: object) -> Findings:
        if not asked.is_set():
            asked.set()
            thread.start()
            while not list((home / "requests").glob("*.json")):
                pass
        return enrich(self, *given)  # type: ignore[arg-type]

    thread = threading.Thread(target=ask)
    monkeypatch.setattr(Enricher, "enrich_all", first_shard_asks)
    told = night.nightly("--apply")
    thread.join(timeout=60)
    assert answers[0]["kind"] == "refresh"
    assert answers[0]["counts"]["looked_at"] == 1
    assert told["status"] == "done"
    assert {r["kind"]: r["status"] for r in night.json("runs")["items"]} == {
        "nightly": "done",
        "refresh": "dry",
    }
    assert not list((home / "requests").iterdir())


def test_a_refresh_of_nobody_says_so(night: Night) -> None:
    result = night.run(*over(night, "refresh", "Nobody Ltd"))
    assert result.exit_code == 2
    assert "Nobody Ltd" in str(result.exception)


def test_setup_crm_adds_columns_once_and_leaves_every_cell(night: Night) -> None:
    before = night.cells()
    told = night.json("setup-crm", "--fields", "legal_name,cik,phone")
    assert (told["missing"], told["made"]) == (["legal_name", "cik"], [])
    assert night.file.read_bytes() == night.before
    assert night.json("setup-crm", "--fields", "legal_name,cik", "--apply")["made"] == ["legal_name", "cik"]
    after = night.cells()
    assert {k: {c: v for c, v in row.items() if c in before[k]} for k, row in after.items()} == before
    assert night.json("setup-crm", "--fields", "legal_name,cik", "--apply")["made"] == []
    night.nightly("--apply")
    assert night.cells()["D06"]["cik"] == "9990171"

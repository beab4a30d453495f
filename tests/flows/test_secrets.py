"""A source's key through a whole night: sent to nobody else, and found in nothing that is kept or said."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from accounts.account import Account
from accounts.link import Candidate
from enrichers.base import _SOURCES, Answer, Reading, SourceContext
from flows.night import NightOptions, run_night
from flows.prefect_blocks import fill_from_blocks
from flows.services import open_services

SECRET = "k3y-that-nobody-may-see"


class Tactless:
    """A source that puts its key into everything it says."""

    name = "tactless"
    provides = frozenset({"phone"})
    needs: frozenset[str] = frozenset()
    cost = 0.0
    licence = "test"
    key_env = "TACTLESS_KEY"

    def __init__(self, context: SourceContext) -> None:
        self.key = context.settings["key"]

    def search(self, account: Account) -> Answer[Candidate]:
        if account.id == "A1":
            raise RuntimeError(f"GET https://api.example/?key={self.key}: 403")
        return Answer.failed(f"the key {self.key} is not known")

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        raise AssertionError("nothing is read")


def night(folder: Path) -> None:
    (folder / "accounts.csv").write_text("id,name,phone\nA1,Acme,\nA2,Birch,\n", encoding="utf-8")
    (folder / "web.jsonl").write_text("", encoding="utf-8")
    with open_services(
        folder / "evergreen.toml", as_of="2026-11-22", replay=folder / "web.jsonl"
    ) as services:
        report = run_night(services, NightOptions())
        errors = [
            r["error"]
            for r in services.warehouse.rows("SELECT error FROM source_call WHERE source = 'tactless'")
        ]
    assert report.status == "dry"
    assert sorted(errors)[1] == "the key [hidden] is not known"
    assert "?key=[hidden]: 403" in sorted(errors)[0]


@pytest.mark.parametrize("place", ["file", "env"])
def test_a_key_is_in_no_log_no_file_and_no_row(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    monkeypatch.setitem(_SOURCES, "tactless", Tactless)
    if place == "env":
        monkeypatch.setenv("TACTLESS_KEY", SECRET)
    else:
        key = tmp_path.parent / f"{tmp_path.name}.key"
        key.write_text(SECRET)
        key.chmod(0o600)
    named = "" if place == "env" else f'[sources.tactless]\nkey_file = "{key}"\n'
    (tmp_path / "evergreen.toml").write_text(
        f'[crm]\nkind = "file"\npath = "accounts.csv"\n{named}', encoding="utf-8"
    )
    with caplog.at_level(logging.DEBUG):
        night(tmp_path)
    said = capfd.readouterr()
    assert "tactless" in caplog.text
    assert SECRET not in caplog.text + said.out + said.err
    holding = [p for p in tmp_path.rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()]
    assert holding == []


def test_a_block_that_cannot_be_loaded_is_told_by_name_and_one_that_is_set_needs_no_prefect() -> None:
    environment = {"EVERGREEN_BLOCK_CRM_KEY": "set"}
    fill_from_blocks(["crm-key"], environment)
    assert environment == {"EVERGREEN_BLOCK_CRM_KEY": "set"}

"""Two folders with the same world: one reads its night alone, the other has it read by workers."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from accounts.clock import parse_instant
from accounts.config import load_config
from demo.crm_export import export, write_csv
from demo.replay import write_night
from demo.world import World
from flows.night import NightOptions, run_night
from flows.report import RunReport
from flows.services import open_services
from warehouse.store import open_warehouse

#: The golden record and what it rests on, without runs and times: must be the same whoever read it.
_GOLDEN = """
    SELECT * EXCLUDE (run_id, valid_from, valid_to, observation_ids) REPLACE (round(confidence, 9) AS confidence, round(score, 9) AS score)
    FROM golden ORDER BY ALL
"""
_RESTS_ON = {
    "observation": "SELECT account_id, source, record_id, field, value, kind, confidence, passage, body_sha256 FROM observation ORDER BY ALL",
    "link": "SELECT account_id, source, record_id, decision, round(probability, 9) AS p, reason FROM link ORDER BY ALL",
    "signal": "SELECT id, account_id, signal_class, title FROM signal ORDER BY ALL",
    "posting": "SELECT account_id, board, posting_id, title, closed_at IS NULL AS open FROM posting ORDER BY ALL",
    "reading": "SELECT account_id, source, record_id, fingerprint, outcome, fields, pages FROM reading ORDER BY ALL",
    "source_call": "SELECT account_id, source, outcome, rows, pages FROM source_call ORDER BY ALL",
    "change": "SELECT account_id, field, verdict, code, value, reason FROM change ORDER BY ALL",
}


def work_here(folder: Path, store: str, *more: str, before: Sequence[str] = ()) -> list[str]:
    """The command of a worker on this machine, with a folder of its own."""
    evergreen = str(Path(sys.executable).with_name("evergreen"))
    return [*before, evergreen, "work", "--store", store, "--folder", str(folder), *more]


class Nights:
    """The nights of one folder over the demo world."""

    def __init__(self, folder: Path, accounts: int = 12, seed: int = 7, **sections: dict[str, Any]) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.world = World(seed, accounts, 1)
        write_csv(folder / "accounts.csv", export(self.world))
        self.config = folder / "evergreen.toml"
        sections = {"crm": {"kind": "file", "path": "accounts.csv"}, **sections}
        lines = (
            f"[{name}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in s.items())
            for name, s in sections.items()
        )
        self.config.write_text("\n".join(lines), encoding="utf-8")

    @property
    def home(self) -> Path:
        """The folder of the warehouse."""
        return self.folder / ".evergreen"

    def accounts(self) -> list[str]:
        """The ids of the accounts."""
        with (self.folder / "accounts.csv").open(encoding="utf-8", newline="") as file:
            return [row["id"] for row in csv.DictReader(file)]

    def run(self, replay: bool = True, **settings: Any) -> RunReport:
        """One night over the world as it is."""
        web = write_night(self.world, self.folder / "web") if replay else None
        now = parse_instant(self.world.now().isoformat())
        with open_services(self.config, as_of=now.isoformat(), replay=web) as services:
            return run_night(services, NightOptions(apply=True), **settings)

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """The golden record and what it rests on."""
        with open_warehouse(self.home, lake=load_config(self.config).warehouse.lake) as warehouse:
            queries = {"golden": _GOLDEN, **_RESTS_ON}
            return {name: warehouse.rows(query) for name, query in queries.items()}


def assert_same(one: Nights, other: Nights) -> None:
    """Row for row the same, and no less than something."""
    mine, theirs = one.told(), other.told()
    assert len(mine["golden"]) > 10
    for table, rows in mine.items():
        assert theirs[table] == rows, table
    assert (one.folder / "accounts.csv").read_bytes() == (other.folder / "accounts.csv").read_bytes()

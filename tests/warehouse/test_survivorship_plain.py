"""The statements that weigh millions of rows come to what one plain query says, over random worlds and night after night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.warehouse.conftest import NOW, World
from warehouse import golden
from warehouse.golden import settle_golden
from warehouse.store import Warehouse, open_warehouse

_PLAIN = (Path(__file__).parent / "plain_survival.sql").read_text(encoding="utf-8")
_SHAPE = """
    SELECT account_id, field, value, key, kind, display, round(confidence, 7) AS confidence, round(score, 7) AS score, sources,
           observation_ids, observed_at, confirming_keys, losers::VARCHAR AS losers
    FROM {} ORDER BY account_id, field
"""
#: Fields of each sort: plain, with kinds (of which some are wrong or never written), many values joined, many kept in sight.
FIELDS = ("city", "phone", "ticker", "technologies", "key_executives", "legal_name")
SOURCES = ("site", "edgar", "technographics", "lost")
KINDS = (None, None, "main", "local", "fax", "mobile", "subdomain")


class Happenings:
    """What a random night may bring. No two readings are alike in all that counts, so that one answer alone is right."""

    def __init__(self, warehouse: Warehouse, seed: int, accounts: int) -> None:
        self.warehouse, self.dice, self.count = warehouse, Random(seed), 0
        self.accounts = [f"A{n:02d}" for n in range(accounts)]

    def night(self, number: int, share: float = 1.0) -> None:
        """Links, readings, looks and a little learning for some of the accounts."""
        told = [a for a in self.accounts if self.dice.random() < share]
        run = f"r{number}"
        self.warehouse.append("link", [row for a in told for row in self._links(a, run, number)])
        self.warehouse.append(
            "observation", [row for a in told for row in self._observations(a, run, number)]
        )
        self.warehouse.append("source_call", [self._look(a, run, number) for a in told])
        if self.dice.random() < 0.5:
            self.warehouse.append("reading", [self._reading(a, number) for a in told])
        if self.dice.random() < 0.4:
            self.warehouse.replace("reliability", [
                {"source": s, "field": f, "shift": round(self.dice.uniform(-1, 1), 3), "sure": round(self.dice.uniform(-1, 1), 3)}
                for s in SOURCES for f in FIELDS if self.dice.random() < 0.3
            ])  # fmt: skip

    def _links(self, account: str, run: str, number: int) -> Iterator[dict[str, Any]]:
        for source in SOURCES:
            for record in ("one", "two")[: self.dice.randint(0, 2)]:
                yield {
                    "run_id": run, "account_id": account, "source": source, "record_id": record,
                    "probability": round(self.dice.uniform(0.6, 1), 3), "decided_at": NOW + timedelta(days=number),
                    "decision": self.dice.choice(("accept", "accept", "accept", "review", "reject")),
                }  # fmt: skip

    def _observations(self, account: str, run: str, number: int) -> Iterator[dict[str, Any]]:
        for field in FIELDS:
            for _ in range(self.dice.randint(0, 5)):
                self.count += 1
                word, source, age = (
                    self.dice.choice("abc"),
                    self.dice.choice((*SOURCES, "intelligence")),
                    self.dice.randint(0, 900),
                )
                yield {
                    "id": f"{self.count:05d}", "run_id": run, "account_id": account, "field": field, "key": word,
                    "value": word.upper() + ' "said"', "display": f"{word}!", "kind": self.dice.choice(KINDS), "source": source,
                    "record_id": account if source == "intelligence" else self.dice.choice(("one", "two")),
                    "url": f"https://www.a.example/{word}/", "confidence": round(self.dice.uniform(0.05, 1), 6),
                    "observed_at": NOW + timedelta(days=number - self.dice.choice((0, age)), seconds=self.count),
                }  # fmt: skip

    def _look(self, account: str, run: str, number: int) -> dict[str, Any]:
        return {
            "run_id": run, "account_id": account, "source": "technographics", "outcome": self.dice.choice(("rows", "zero_rows", "failed")),
            "noted_at": NOW + timedelta(days=number, hours=12),
            "pages": [f"http://a.example/{w}" for w in "abc"[: self.dice.randint(0, 3)]],
        }  # fmt: skip

    def _reading(self, account: str, number: int) -> dict[str, Any]:
        return {
            "run_id": f"r{self.dice.randint(0, number)}", "account_id": account, "source": self.dice.choice(SOURCES),
            "record_id": self.dice.choice(("one", "two")), "read_at": NOW, "seen_at": NOW + timedelta(days=number, seconds=self.count + 7),
            "looks": 2,
        }  # fmt: skip


def plainly(warehouse: Warehouse) -> list[dict[str, Any]]:
    """The golden record of all accounts as the plain query tells it."""
    warehouse.run("CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT account_id FROM observation")
    warehouse.run("CREATE OR REPLACE TEMP TABLE plain AS " + _PLAIN)
    return warehouse.rows(_SHAPE.format("plain"))


def standing(warehouse: Warehouse) -> list[dict[str, Any]]:
    return warehouse.rows(_SHAPE.format("(FROM golden WHERE valid_to IS NULL)"))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_weighed_as_numbers_comes_to_what_the_plain_query_says(world: World, seed: int) -> None:
    happenings = Happenings(world.warehouse, seed, 40)
    happenings.night(0)
    happenings.night(1)
    settle_golden(world.warehouse, "r1", happenings.accounts, NOW)
    found = standing(world.warehouse)
    assert found == plainly(world.warehouse)
    assert {row["field"] for row in found} == set(FIELDS)
    assert any(row["losers"] != "[]" for row in found)


def test_nights_that_weigh_what_changed_end_as_one_that_weighs_it_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(golden, "AT_ONCE", 150)
    happenings = Happenings(world.warehouse, 7, 30)
    for number in range(6):
        happenings.night(number, 0.3 if number else 1.0)
        settle_golden(world.warehouse, f"r{number}", happenings.accounts, NOW + timedelta(days=number))
        assert standing(world.warehouse) == plainly(world.warehouse), number


def test_rows_of_a_transaction_still_open_are_weighed_too(world: World) -> None:
    happenings = Happenings(world.warehouse, 5, 10)
    happenings.night(0)
    with world.warehouse.transaction():
        happenings.night(1)
        settle_golden(world.warehouse, "r1", happenings.accounts, NOW)
        assert standing(world.warehouse) == plainly(world.warehouse)


def test_of_readings_alike_in_all_that_counts_the_first_written_speaks(tmp_path: Path) -> None:
    told = []
    for turn in range(2):
        with open_warehouse(tmp_path / str(turn)) as warehouse:
            world = World(warehouse)
            for source in ("one", "two"):
                world.link("A", source, source)
            for source in ("one", "two"):
                for text in ("Denver", "DENVER", "denver"):
                    world.observe("A", "city", text, source=source, record=source)
            told.append(world.settle("A")["city"]["display"])
    assert told == ["Denver", "Denver"]


def test_of_an_account_that_changed_only_the_cells_that_did_are_weighed(world: World) -> None:
    happenings = Happenings(world.warehouse, 11, 20)
    happenings.night(0)
    world.warehouse.run("DELETE FROM reading; DELETE FROM source_call")
    settle_golden(world.warehouse, "r0", happenings.accounts, NOW)
    # what is not weighed again keeps what was put in its place by hand
    world.warehouse.run("UPDATE golden SET value = 'kept'")
    world.warehouse.run(
        "INSERT INTO observation BY NAME SELECT * REPLACE (id || 'x' AS id, observed_at + INTERVAL 1 DAY AS observed_at) "
        "FROM observation WHERE field = 'city'"
    )
    settle_golden(world.warehouse, "r1", happenings.accounts, NOW + timedelta(days=1))
    open_rows = standing(world.warehouse)
    assert {row["field"] for row in open_rows if row["value"] == "kept"} == set(FIELDS) - {"city"}
    assert [row for row in open_rows if row["field"] == "city"] == [
        row for row in plainly(world.warehouse) if row["field"] == "city"
    ]


def test_what_nothing_speaks_for_any_longer_is_closed(world: World) -> None:
    world.link("A", "site", "one")
    world.observe("A", "city", "Denver", source="site", record="one")
    world.observe("A", "legal_name", "Acme Ltd", source="site", record="one")
    assert set(world.settle("A")) == {"city", "legal_name"}
    world.warehouse.run("DELETE FROM observation WHERE field = 'city'")
    assert set(world.settle("A")) == {"legal_name"}
    assert plainly(world.warehouse) == standing(world.warehouse)
    world.warehouse.run("DELETE FROM observation")
    assert set(world.settle("A")) == set()


def test_a_page_found_unchanged_moves_the_time_of_what_it_said_and_opens_no_row(world: World) -> None:
    world.link("A", "site", "one")
    world.observe("A", "city", "Denver", source="site", record="one")
    world.observe("A", "legal_name", "Acme Ltd", source="site", record="two")
    world.settle("A")
    before = world.warehouse.rows("SELECT run_id, observed_at FROM golden WHERE field = 'city'")
    [run] = world.warehouse.rows("SELECT DISTINCT run_id FROM observation")
    world.warehouse.append("reading", [{
        "run_id": run["run_id"], "account_id": "A", "source": "site", "record_id": "one", "read_at": NOW - timedelta(days=400),
        "seen_at": NOW + timedelta(days=3), "looks": 2,
    }])  # fmt: skip
    world.settle("A")
    after = world.warehouse.rows("SELECT run_id, observed_at FROM golden WHERE field = 'city'")
    assert [row["run_id"] for row in after] == [row["run_id"] for row in before]
    assert after[0]["observed_at"] == NOW + timedelta(days=3) > before[0]["observed_at"]
    assert plainly(world.warehouse) == standing(world.warehouse)

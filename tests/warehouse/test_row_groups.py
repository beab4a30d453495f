"""More rows at once than DuckDB keeps in one row group (122,880), put in with two threads, inside one transaction: all are kept.

DuckDB 2.0.0 loses them where the table was made of no rows in the same transaction, and only then, as far as known; so every way in is tried.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.clock import FixedClock
from flows.shards import finish_files, load_shard
from tests.warehouse.conftest import CATALOGUE, COLUMNS, NOW
from warehouse.catalogue_table import store_catalogue
from warehouse.crm_state import take_outcomes
from warehouse.golden import settle_golden
from warehouse.judgement import disown
from warehouse.knowledge import keep_hierarchy, keep_proposals
from warehouse.postings import FRESH
from warehouse.readings import FRESH as FRESH_READING
from warehouse.readings import SIGHTS
from warehouse.store import Warehouse, open_warehouse

COUNT = 150_000


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "home") as made:
        made.run("SET threads = 2")  # one thread never showed it
        yield made


def numbered(column: str, kind: str) -> Iterator[dict[str, Any]]:
    """So many rows with one column that differs."""
    for n in range(COUNT):
        yield {column: n if kind not in ("VARCHAR", "JSON") else f"A{n}"}


def kept(warehouse: Warehouse, table: str) -> int:
    return int(warehouse.value(f"SELECT count(*) FROM (SELECT rowid FROM {table})"))


@pytest.mark.slow
def test_every_table_keeps_what_is_appended_inside_a_transaction(warehouse: Warehouse) -> None:
    for table in warehouse.tables():
        column, kind = next(
            (c for c in warehouse.columns(table) if c[1] == "VARCHAR"), warehouse.columns(table)[0]
        )
        before = kept(warehouse, table)
        with warehouse.transaction():
            warehouse.append(table, numbered(column, kind))
        told = warehouse.value(f'SELECT count(DISTINCT "{column}") FROM {table}')
        assert kept(warehouse, table) == before + COUNT, table
        assert told >= COUNT, table
        warehouse.run(f"DELETE FROM {table}")


def test_what_is_put_in_place_of_all_there_was_is_kept(warehouse: Warehouse) -> None:
    for _ in range(2):  # over nothing, and over as much
        with warehouse.transaction():
            keep_hierarchy(warehouse, ({"account_id": f"A{n}"} for n in range(COUNT)))
            keep_proposals(warehouse, ({"account_id": f"A{n}"} for n in range(COUNT)))
            disown(warehouse, ({"signal_id": f"A{n}"} for n in range(COUNT)))
        assert [kept(warehouse, t) for t in ("hierarchy_edge", "merge_proposal", "disowned")] == [COUNT] * 3


def test_a_shard_of_any_size_is_loaded_whole(warehouse: Warehouse, tmp_path: Path) -> None:
    told = {
        "observation": "id", "link": "record_id", "signal": "id", FRESH: "posting_id", FRESH_READING: "record_id", SIGHTS: "record_id",
    }  # fmt: skip
    for table, column in told.items():
        lines = (
            json.dumps({column: f"R{n}", "account_id": f"A{n}", "source": "site", "board": "b", "seen_at": "2026-11-22", "run_id": "r1"})
            for n in range(COUNT)
        )  # fmt: skip
        (tmp_path / f"00000.{table}.ndjson").write_text("\n".join(lines), encoding="utf-8")
    finish_files(tmp_path, 0, COUNT)
    load_shard(SimpleNamespace(warehouse=warehouse, clock=FixedClock(NOW)), "r1", tmp_path, 0)  # type: ignore[arg-type]
    for table in ("observation", "link", "signal", "posting", "reading"):
        assert kept(warehouse, table) == COUNT, table
    assert warehouse.value("SELECT count(*) FROM posting WHERE account_id IS NOT NULL") == COUNT


def test_what_a_large_run_wrote_is_taken_in_whole(warehouse: Warehouse) -> None:
    cells = [{"account_id": f"A{n}", "field": "name"} for n in range(COUNT)]
    warehouse.append("crm_value", cells)
    wrote = {
        "run_id": "r1",
        "status": "written",
        "value": "Larkmoor",
        "change": {"kind": "fill"},
        "noted_at": NOW,
    }
    with warehouse.transaction():
        warehouse.append("outcome", (cell | wrote for cell in cells))
        take_outcomes(warehouse, "r1")
    assert warehouse.value("SELECT count(*) FROM crm_value WHERE value = 'Larkmoor'") == COUNT
    assert warehouse.value("SELECT count(*) FROM crm_history WHERE value = 'Larkmoor'") == COUNT


def test_a_large_golden_record_is_kept_whole(warehouse: Warehouse) -> None:
    store_catalogue(warehouse, CATALOGUE, COLUMNS, ["site"])
    ids = [f"A{n}" for n in range(COUNT)]
    with warehouse.transaction():
        warehouse.append("link", (_link(i) for i in ids))
        warehouse.append("observation", (_observation(i) for i in ids))
        assert settle_golden(warehouse, "r1", ids, NOW) == COUNT
    assert warehouse.value("SELECT count(DISTINCT account_id) FROM golden WHERE value = 'Leeds'") == COUNT


def _link(account: str) -> dict[str, Any]:
    return {
        "run_id": "r1", "account_id": account, "source": "site", "record_id": "r", "decision": "accept", "probability": 0.98,
        "noted_at": NOW,
    }  # fmt: skip


def _observation(account: str) -> dict[str, Any]:
    return {
        "id": account, "run_id": "r1", "account_id": account, "field": "city", "value": "Leeds", "key": "leeds", "display": "Leeds",
        "source": "site", "record_id": "r", "url": "https://r.example/", "passage": "Leeds", "confidence": 0.9,
        "extractor": "test/1", "fetched_at": NOW, "observed_at": NOW,
    }  # fmt: skip

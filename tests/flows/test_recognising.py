"""Nights that recognise unchanged pages come to the same golden record, CRM and questions as nights that read everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import flows.demo_nights as nights
from flows.demo_nights import DemoOptions, run_demo
from warehouse.store import Warehouse, open_warehouse

_GOLDEN = """
    SELECT account_id, field, value, key, kind, display, round(confidence, 9) AS confidence, round(score, 9) AS score, sources,
           observed_at, confirming_keys, losers, valid_from, valid_to FROM golden ORDER BY ALL
"""
_STANDING = {
    "golden": _GOLDEN,
    "review": "SELECT * EXCLUDE (run_id) FROM review_item ORDER BY ALL",
    "staleness": "SELECT * FROM staleness ORDER BY ALL",
    "confirmation": "SELECT account_id, field, key, sources, noted_at FROM confirmation ORDER BY ALL",
    "calls": "SELECT run_id, account_id, source, outcome, rows, error, pages FROM source_call ORDER BY ALL",
    "contradicted": "SELECT account_id, field, status FROM staleness WHERE status = 'contradicted' ORDER BY ALL",
    "signal": "SELECT id, account_id, signal_class, observed_at FROM signal ORDER BY ALL",
    "posting": "SELECT * FROM posting ORDER BY ALL",
    "board_look": "SELECT * FROM board_look ORDER BY ALL",
    "article": "SELECT * FROM article ORDER BY ALL",
    "story": "SELECT * FROM story ORDER BY ALL",
    "hiring": "SELECT * FROM hiring ORDER BY ALL",
    "reliability": "SELECT source, field, round(shift, 6) AS shift, claimed, checked, compared FROM reliability ORDER BY ALL",
    "rates": "SELECT * EXCLUDE (noted_at) REPLACE (round(rate, 9) AS rate) FROM change_rate ORDER BY ALL",
}


def standing(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """All that must not depend on how a night came to know it."""
    return {name: warehouse.rows(query) for name, query in _STANDING.items()}


def both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]) -> list[Path]:
    folders = []
    shipped = nights._CONFIG
    for reread in ("changed", "all"):
        folder = tmp_path / reread
        monkeypatch.setattr(nights, "_CONFIG", f'{shipped}\n[run]\nreread = "{reread}"\n')
        run_demo(DemoOptions(folder, **options))
        folders.append(folder)
    return folders


@pytest.mark.parametrize(
    ("accounts", "count", "seed", "days_apart"),
    [(9, 3, 3, 4), *(pytest.param(30, 6, seed, 1 + seed, marks=pytest.mark.slow) for seed in range(2))],
)
def test_nights_that_recognise_end_as_nights_that_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accounts: int, count: int, seed: int, days_apart: int
) -> None:
    options = {"accounts": accounts, "nights": count, "seed": seed, "days_apart": days_apart}
    short, long = both_ways(tmp_path, monkeypatch, options)
    assert (short / "accounts.csv").read_bytes() == (long / "accounts.csv").read_bytes()
    with open_warehouse(short / ".evergreen") as a, open_warehouse(long / ".evergreen") as b:
        left, right = standing(a), standing(b)
        for name in _STANDING:
            assert left[name] == right[name], name
        assert a.value("SELECT sum(looks - 1) FROM reading") > accounts / 2, "nothing was recognised"
        assert a.value("SELECT count(*) FROM observation") < 0.9 * b.value("SELECT count(*) FROM observation")
        assert b.value("SELECT count(*) FROM reading") == 0

"""Nights over a lake come to the same as over the warehouse's file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fleet.nights import Nights, assert_same
from tests.warehouse.lakes import lakes_on_postgres


@pytest.mark.skipif(not os.environ.get("EVERGREEN_LAKE"), reason="needs DuckLake: `make test-lake`")
def test_two_nights_over_a_lake_come_to_what_they_come_to_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    with lakes_on_postgres(tmp_path / "made") as lakes:
        lakes.create("nights", "made")
        file = Nights(tmp_path / "file")
        lake = Nights(tmp_path / "lake", warehouse={"lake": lakes.told("nights")})
        for nights in (file, lake):
            nights.run()
            nights.world.turn()
            nights.run()
        assert_same(file, lake)
    assert not (lake.home / "warehouse.duckdb").exists()

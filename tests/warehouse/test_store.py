"""Opening, migrating, appending, one writer."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.errors import WarehouseError, WriterBusy
from warehouse.store import migrations, open_warehouse


def test_a_new_warehouse_has_the_newest_schema(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as warehouse:
        assert warehouse.value("SELECT max(version) FROM schema_version") == migrations()[-1][0]


def test_what_was_appended_is_there_after_reopening_times_aware_in_utc(tmp_path: Path) -> None:
    at = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
    with open_warehouse(tmp_path) as warehouse:
        rows = [{"id": "run-1", "kind": "nightly", "started_at": at, "counts": {"读": 1}}]
        assert warehouse.append("run", rows) == 1
        assert warehouse.append("run", []) == 0
    with open_warehouse(tmp_path) as warehouse:
        row = warehouse.rows("SELECT * FROM run WHERE id = $id", {"id": "run-1"})[0]
    assert row["started_at"] == at
    assert row["counts"] == '{"读":1}'
    assert row["finished_at"] is None


def test_a_transaction_is_whole_or_nothing_and_nests(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as warehouse:
        with pytest.raises(RuntimeError), warehouse.transaction():
            warehouse.append("run", [{"id": "a"}])
            with warehouse.transaction():
                warehouse.append("run", [{"id": "b"}])
            raise RuntimeError
        assert warehouse.value("SELECT count(*) FROM run") == 0


def test_a_second_process_is_refused_with_the_remedy(tmp_path: Path) -> None:
    script = f"from pathlib import Path; from warehouse.store import open_warehouse; open_warehouse(Path({str(tmp_path)!r}))"
    with open_warehouse(tmp_path):
        with pytest.raises(WriterBusy):
            open_warehouse(tmp_path)
        other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "WriterBusy" in other.stderr
    assert "Wait for that run to end" in other.stderr


def test_a_warehouse_of_a_newer_evergreen_is_refused(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as warehouse:
        warehouse.run("INSERT INTO schema_version VALUES (999, NULL)")
    with pytest.raises(WarehouseError, match="999"):
        open_warehouse(tmp_path)


def test_a_damaged_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(b"this is no database" * 1000)
    with pytest.raises(WarehouseError, match=r"warehouse\.duckdb"):
        open_warehouse(tmp_path)


def test_hostile_text_goes_in_and_comes_out_as_it_is(tmp_path: Path) -> None:
    text = "'; DROP TABLE run; --\n\t\"\\ 公司 \U0001f600 \u2028"
    with open_warehouse(tmp_path) as warehouse:
        warehouse.append("run", [{"id": text}])
        assert warehouse.value("SELECT id FROM run") == text

"""A vendor's table through a whole night: linked, weighed by its own authority, written, explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.night import Night
from warehouse.store import open_warehouse

SOURCE = '\n[sources.vendor]\nkind = "table"\npath = "vendor.csv"\nmapping = "vendor.yml"\n'
MAPPING = "authority: {authority}\nconfidence: 0.9\nobserved_at: 2026-11-01\nmatch: {{account_id: id}}\nfields: {{phone: tel, employees: staff, street: street}}\n"


def night_with(folder: Path, authority: float, rows: str) -> Night:
    night = Night(folder)
    with night.config.open("a", encoding="utf-8") as file:
        file.write(SOURCE)
    (folder / "vendor.yml").write_text(MAPPING.format(authority=authority), encoding="utf-8")
    (folder / "vendor.csv").write_text("id,tel,staff,street\n" + rows, encoding="utf-8")
    return night


def test_its_values_fill_the_crm_and_explain_themselves(tmp_path: Path) -> None:
    night = night_with(tmp_path, 0.8, "D13,,55,\nD07,,42,\n")
    report = night.nightly("--apply")
    told = {s["source"]: s for s in report["sources"]}["vendor"]
    assert told["rows"] == 2 and told["failed"] == 0
    assert night.cells()["D07"]["employees"] == "42"
    [field] = [f for f in night.json("explain", "D07")["items"] if f["field"] == "employees"]
    assert field["sources"] == ["vendor"]
    assert any("staff: 42" in str(e) for e in field.values())


@pytest.mark.parametrize(("authority", "golden"), [(1.0, "9 Vendor Row"), (0.05, "Unit 4, Kirkgill Mills")])
def test_its_authority_decides_against_another_source(tmp_path: Path, authority: float, golden: str) -> None:
    night = night_with(tmp_path, authority, "D02,,12,9 Vendor Row\n")
    night.nightly()
    [street] = [f for f in night.json("explain", "D02")["items"] if f["field"] == "street"]
    assert street["golden_value"] == golden
    assert len(street["losers"]) == 1
    with open_warehouse(night.folder / ".evergreen") as warehouse:
        weights = warehouse.rows("SELECT DISTINCT weight FROM authority WHERE source = 'vendor'")
    assert weights == [{"weight": authority}]


def test_a_new_export_is_read_the_next_night(tmp_path: Path) -> None:
    night = night_with(tmp_path, 0.8, "D01,,10,\n")
    night.nightly("--apply")
    with (tmp_path / "vendor.csv").open("a", encoding="utf-8") as file:
        file.write("D07,,42,\n")
    night.nightly("--apply", as_of="2026-11-24")
    assert night.cells()["D07"]["employees"] == "42"


def test_a_broken_table_stops_before_anything_is_read(tmp_path: Path) -> None:
    night = night_with(tmp_path, 0.8, "D01,1,2,\nD01,3,4,\n")
    told = night.run("nightly", "--no-prefect", "--replay", str(night.web))
    assert told.exit_code == 2 and "same id" in str(told.exception)
    assert night.file.read_bytes() == night.before

"""An Excel workbook as a CRM: formulas, dates, styles and other sheets stay; bombs are refused."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from accounts.account import Actor
from accounts.change import WriteStatus
from accounts.errors import CrmRefused
from crm.apply import apply_change_set
from crm.undo import apply_undo, plan_undo
from crm.xlsx_package import Package
from crm.xlsx_table import XlsxTable
from tests.crm.build import CLOCK, NOW, change, change_set, file_crm
from tests.crm.memory_ledger import MemoryLedger

PHONE = change("A1", "phone", None, "+44 20 7946 0000")
CITY = change("A2", "city", "宁波", "上海")
PEOPLE = change("A1", "employees", "120", "250")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    other = book.active
    assert other is not None
    other.title, other.sheet_state = "notes", "hidden"
    other["A1"] = "not this one"
    sheet = book.create_sheet("accounts")
    sheet.append(["id", "name", "phone", "city", "employees", "label", "last_modified", "last_modified_by"])
    sheet.append(
        ["A1", "Birch Lamps", None, "Leeds", 120, '=B2&" / "&D2', datetime(2023, 1, 10, 9), "import"]  # noqa: DTZ001 - cells know no zone
    )
    sheet.append(["A2", "晨光灯具", "0574 8765 4321", "宁波", 75.5, None, datetime(2026, 11, 15, 9), "maya"])  # noqa: DTZ001 - cells know no zone
    sheet.append(["A3", "Copper Kettle", 442079460958, None, None, None, None, None])
    sheet["B2"].font = Font(bold=True)
    sheet.merge_cells("C4:D4")
    file = tmp_path / "accounts.xlsx"
    book.save(file)
    return file


def values(path: Path, sheet: str = "accounts") -> list[list[object]]:
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_pull_reads_texts_numbers_and_dates(path: Path) -> None:
    first, second, third = file_crm(path).pull().accounts
    assert (first.id, first.get("name"), first.get("employees")) == ("A1", "Birch Lamps", "120")
    assert first.last_modified == datetime(2023, 1, 10, 9, tzinfo=UTC)
    assert first.history[""].actor is Actor.MACHINE
    assert (second.get("city"), second.get("employees")) == ("宁波", "75.5")
    assert third.get("phone") == "442079460958"


def test_a_write_touches_its_cells_alone(path: Path) -> None:
    before, old = parts(path), values(path)
    outcomes = file_crm(path).send([PHONE, CITY, PEOPLE])
    assert [o.status for o in outcomes] == [WriteStatus.WRITTEN] * 3
    new = values(path)
    old[1][2], old[2][3], old[1][4] = PHONE.value, CITY.value, 250  # a number stays a number
    assert new == old
    after = parts(path)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet2.xml"}
    assert openpyxl.load_workbook(path)["accounts"]["B2"].font.bold


def test_undo_brings_every_value_back(path: Path) -> None:
    old, ledger = values(path), MemoryLedger()
    cik = change("A2", "cik", None, "1318605")
    crm = file_crm(path, add_columns=True)
    report = apply_change_set(crm, ledger, change_set(PHONE, CITY, PEOPLE, cik), CLOCK)
    assert len(report.written) == 4
    assert values(path)[0][-1] == "cik"
    undo = plan_undo(ledger, crm, "run-1", undo_run_id="u", now=NOW)
    assert len(apply_undo(crm, ledger, undo, "run-1", CLOCK).written) == 4
    assert values(path) == old


def test_formulas_and_merged_cells_are_never_written(path: Path) -> None:
    crm = file_crm(path, columns={"industry": "label"})
    formula = change("A1", "industry", None, "Lamps", column="label")
    merged = change("A3", "phone", "442079460958", "+44 20 7946 0000")
    said = [o.message for o in crm.prepare([formula, merged]).refused]
    assert said == ["The cell holds a formula, which is kept.", "The cell is part of a merged range."]
    assert values(path)[1][5] == '=B2&" / "&D2'


def test_a_protected_sheet_is_never_written(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book["accounts"].protection.enable()
    book.save(path)
    assert file_crm(path).send([PHONE])[0].message == "The sheet is protected."


def test_a_sheet_may_be_named(path: Path) -> None:
    with pytest.raises(CrmRefused, match="no key column 'id'; its columns are 'not this one'"):
        file_crm(path, options={"sheet": "notes"}).pull()
    with pytest.raises(CrmRefused, match="no sheet 'Accounts'; its sheets are 'notes', 'accounts'"):
        file_crm(path, options={"sheet": "Accounts"}).pull()


def test_a_conflict_is_left_alone(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book["accounts"]["D3"] = "杭州"
    book.save(path)
    outcome = file_crm(path).send([CITY])[0]
    assert (outcome.status, outcome.found) == (WriteStatus.CONFLICT, "杭州")


def test_control_characters_are_invalid(path: Path) -> None:
    assert "control" in file_crm(path).send([change("A1", "city", "Leeds", "Yo\x0brk")])[0].message


def test_the_first_cell_of_a_row_and_text_with_spaces(path: Path) -> None:
    table = XlsxTable.read(path.read_bytes(), path)
    table.put(2, 5, "  <b> & 晨 ")
    again = XlsxTable.read(table.to_bytes(), path)
    assert again.cells(2)[5] == "  <b> & 晨 "


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def rewritten(path: Path, part: str, data: bytes) -> bytes:
    return zipped(**{**parts(path), part: data})


def test_a_zip_bomb_is_refused_unopened(path: Path) -> None:
    bomb = rewritten(path, "xl/media/image1.png", b"\0" * 40_000_000)
    with pytest.raises(CrmRefused, match="would unpack to"):
        Package(bomb, path)
    with pytest.raises(CrmRefused, match="parts"):
        Package(zipped(**{f"p{n}": b"" for n in range(6_000)}), path)


def test_entities_are_refused_not_expanded(path: Path) -> None:
    evil = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
    with pytest.raises(CrmRefused, match="declares a DTD"):
        XlsxTable.read(rewritten(path, "xl/worksheets/sheet2.xml", evil), path)


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 100])
def test_a_half_written_workbook_is_refused(path: Path, data: bytes) -> None:
    with pytest.raises(CrmRefused, match="not a readable workbook"):
        XlsxTable.read(data, path)


def test_other_damage_is_refused(path: Path) -> None:
    with pytest.raises(CrmRefused, match="holds no workbook"):
        XlsxTable.read(zipped(a=b"x"), path)
    with pytest.raises(CrmRefused, match="damaged"):
        XlsxTable.read(rewritten(path, "xl/worksheets/sheet2.xml", b"<worksheet"), path)
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    with pytest.raises(CrmRefused, match=r"\.xls"):
        file_crm(path).pull()


def test_rows_and_cells_without_references_are_counted(path: Path) -> None:
    plain = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b"<row><c t='inlineStr'><is><t>id</t></is></c><c t='inlineStr'><is><t>city</t></is></c></row>"
        b"<row><c t='inlineStr'><is><t>A1</t></is></c></row></sheetData></worksheet>"
    )
    table = XlsxTable.read(rewritten(path, "xl/worksheets/sheet2.xml", plain), path)
    table.put(0, 1, "York")
    path.write_bytes(table.to_bytes())
    assert values(path) == [["id", "city"], ["A1", "York"]]

"""The CSV table gives back every byte nobody touched."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from accounts.config import CrmConfig
from accounts.errors import ConfigError, CrmRefused
from crm.csv_table import CsvTable
from crm.csv_text import cut_cells, cut_rows, quote, unquote
from crm.headers import known_headers
from tests.crm.build import CATALOGUE

KNOWN = known_headers(CATALOGUE, CrmConfig())
PATH = Path("accounts.csv")

CELL = st.text(st.sampled_from("aZ9 é晨\",;\t|\r\n'=+\ufeff\u2028\x0b"), max_size=8)


def read(data: bytes, encoding: str | None = None, delimiter: str | None = None) -> CsvTable:
    return CsvTable.read(data, PATH, KNOWN, encoding, delimiter)


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, str]:
    """Ragged, oddly quoted, mixed line ends; always with a header that names an id."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    ends = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\n  \n"])

    def row(cells: list[str]) -> str:
        return delimiter.join(quote(c, delimiter, always=draw(st.booleans())) for c in cells)

    lines = [delimiter.join(["id", "phone", "city"])]
    lines += [row(draw(st.lists(CELL, min_size=1, max_size=6))) for _ in range(draw(st.integers(0, 5)))]
    text = "".join(line + draw(ends) for line in lines)
    text = text if draw(st.booleans()) else text.rstrip("\r\n")
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
    return text.encode(encoding), encoding


@settings(max_examples=200, deadline=None)
@given(tables())
def test_reading_and_writing_nothing_changes_no_byte(table: tuple[bytes, str]) -> None:
    data, encoding = table
    assert read(data, encoding).to_bytes() == data


@settings(max_examples=200, deadline=None)
@given(tables(), st.integers(0, 9), st.integers(0, 8), CELL.filter(str.strip))
def test_a_cell_written_and_put_back_changes_no_byte(
    table: tuple[bytes, str], row: int, column: int, value: str
) -> None:
    data, encoding = table
    csv = read(data, encoding)
    assume(len(csv) > 0)
    row %= len(csv)
    assume(csv.cells(row))
    image = csv.image(row, column)
    csv.put(row, column, value)
    assert csv.cells(row)[column] == value
    assert read(csv.to_bytes(), encoding).cells(row)[column] == value
    csv.restore(row, column, image)
    assert csv.to_bytes() == data


@settings(max_examples=200, deadline=None)
@given(
    tables(), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1), CELL.filter(str.strip)), max_size=4)
)
def test_columns_added_and_left_blank_go_without_a_trace(
    table: tuple[bytes, str], writes: list[tuple[int, int, str]]
) -> None:
    data, encoding = table
    csv = read(data, encoding)
    assume(not csv.overlong())
    writes = [(row % len(csv), which, value) for row, which, value in writes if len(csv)]
    writes = [w for w in writes if csv.cells(w[0])]
    images = [(row, which, csv.image(row, None)) for row, which, _ in writes]
    columns = [csv.add_column("cik"), csv.add_column("sic")]
    for row, which, value in writes:
        csv.put(row, columns[which], value)
    assert csv.drop_column_if_blank(columns[0]) is not any(which == 0 for _, which, _ in writes)
    if len(csv.headers) == columns[1]:  # the first is out, the second moved up
        columns = [-1, columns[0]]
    for row, which, image in images:
        csv.restore(row, columns[which], image)
    for column in sorted({c for c in columns if c >= 0}, reverse=True):
        csv.drop_column_if_blank(column)
    assert csv.to_bytes() == data


@given(st.lists(CELL, min_size=1, max_size=5), st.sampled_from([",", ";", "\t", "|"]))
@example(['"'], ",")
def test_cells_survive_quoting(cells: list[str], delimiter: str) -> None:
    row = delimiter.join(quote(c, delimiter) for c in cells)
    rows = list(cut_rows(row + "\n", delimiter))
    assert [unquote(raw) for raw in cut_cells(rows[0].text, delimiter)] == cells


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "utf-16-le", "utf-16-be"])
def test_encodings_are_found(encoding: str) -> None:
    text = "编号,客户名称,电话\nA1,晨光灯具有限公司,0574 8765 4321\nA2,海燕航运股份公司,\n"
    assert read(text.encode(encoding)).cells(0)[1] == "晨光灯具有限公司"


def test_windows_western_is_found() -> None:
    data = "id;name;city\r\nA1;Café Zoë;Düsseldorf\r\nA2;Über Möbel;Köln\r\n".encode("cp1252")
    table = read(data)
    assert table.cells(0) == ["A1", "Café Zoë", "Düsseldorf"]
    assert "cp1252" in table.warnings[0]
    assert table.to_bytes() == data


def test_broken_utf8_is_refused_with_offset_line_and_remedy() -> None:
    data = "id,name\nA1,晨光灯具有限公司\nA2,晨".encode() + b"\xff\xfe,x\n"
    with pytest.raises(CrmRefused) as refused:
        read(data)
    assert f"byte {data.index(0xFF)} (0xFF, line 3)" in refused.value.what
    assert "[crm] encoding" in refused.value.remedy


def test_a_lying_encoding_is_refused() -> None:
    with pytest.raises(CrmRefused, match="byte 8"):
        read("id,name\né,x\n".encode("cp1252"), "utf-8")
    with pytest.raises(ConfigError, match="does not exist"):
        read(b"id,name\n", "utf-99")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(delimiter: str) -> None:
    rows = [["id", "name", "phone, main"], ["A1", "Birch; Lamps", "1,5"], ["A2", "a|b\tc", ""]]
    text = "\n".join(delimiter.join(quote(c, delimiter) for c in row) for row in rows)
    assert read(text.encode()).cells(1)[1] == "a|b\tc"


def test_a_sep_line_is_kept_and_obeyed() -> None:
    data = b"sep=;\r\nid;name\r\nA1;Birch, Lamps\r\n"
    table = read(data)
    assert table.headers == ["id", "name"]
    assert table.cells(0) == ["A1", "Birch, Lamps"]
    assert table.to_bytes() == data


def test_a_quote_never_closed_is_refused() -> None:
    with pytest.raises(CrmRefused, match="line 3 opens a quote"):
        read(b'id,name\nA1,x\nA2,"Birch\nA3,y\n')


def test_empty_files_are_refused() -> None:
    for data in (b"", b"\n\n", b"\xef\xbb\xbf"):
        with pytest.raises(CrmRefused, match="empty"):
            read(data)


def test_the_style_of_a_cell_is_kept() -> None:
    table = read(b'"id","name","phone"\n"A1","Birch",""\n')
    table.put(0, 2, "+1 303-555-0100")
    assert table.to_bytes() == b'"id","name","phone"\n"A1","Birch","+1 303-555-0100"\n'


def test_hostile_quotes_cost_linear_time() -> None:
    began = time.perf_counter()
    for data in (
        b"id,name\n" + b'"' * 300_001,
        b"id,name\n" + b'a"' * 200_000,
        b"id,name\n" + b'"",' * 200_000,
    ):
        with suppress(CrmRefused):
            read(data).cells(0)
    assert time.perf_counter() - began < 5

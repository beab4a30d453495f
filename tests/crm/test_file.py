"""The `file` CRM: what it reads, what it refuses, and how it writes."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import crm.file
from accounts.account import Actor
from accounts.change import ChangeKind, WriteStatus
from accounts.config import Config, CrmConfig
from accounts.errors import ConfigError, CrmRefused, CrmUnavailable, UnknownField
from crm.file_lock import locked
from crm.import_file import write_import_file
from crm.registry import kinds, open_crm
from tests.crm.build import CATALOGUE, CLOCK, NOW, TABLE, change, file_crm


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "accounts.csv"
    file.write_text(TABLE, encoding="utf-8")
    return file


def test_a_pull_tells_values_and_who_set_them(path: Path) -> None:
    pull = file_crm(path).pull()
    by_id = {account.id: account for account in pull.accounts}
    assert list(by_id) == ["A1", "A2", "A3", "A4"]
    assert pull.complete
    assert by_id["A2"].get("phone") == "020 7946 0958"
    assert by_id["A2"].get("city") is None
    assert by_id["A3"].last_modified == datetime(2026, 11, 15, 9, tzinfo=UTC)
    assert by_id["A3"].history[""].actor is Actor.PERSON
    assert by_id["A2"].history[""].actor is Actor.MACHINE
    assert set(by_id["A2"].history) == {""}


def test_the_fingerprint_changes_with_the_file(path: Path) -> None:
    crm_file = file_crm(path)
    before = crm_file.pull().fingerprint
    path.write_text(TABLE.replace("Hove", "York"), encoding="utf-8")
    assert crm_file.pull().fingerprint != before


def test_headers_are_found_without_case_and_blanks(path: Path) -> None:
    path.write_text("Account ID;客户名称;  Main Phone ;On hold\n7;Birch;1;x\n", encoding="utf-8")
    crm_file = file_crm(path, hold_column="on_hold")
    assert crm_file.describe().key == "Account ID"
    account = crm_file.pull().accounts[0]
    assert (account.id, account.get("name"), account.get("phone"), account.held) == ("7", "Birch", "1", True)


def test_a_mapping_names_the_column(path: Path) -> None:
    path.write_text("id,phone,Zentrale\n1,old,new\n", encoding="utf-8")
    mapped = file_crm(path, columns={"phone": "zentrale"})
    column = mapped.describe().column_of("phone")
    assert column is not None and column.name == "Zentrale"
    assert mapped.pull().accounts[0].get("phone") == "new"
    with pytest.raises(ConfigError, match="Zentral'"):
        file_crm(path, columns={"phone": "Zentral"}).describe()
    with pytest.raises(UnknownField, match="phone"):
        file_crm(path, columns={"fone": "Zentrale"}).describe()


def test_na_is_blank_on_purpose(path: Path) -> None:
    path.write_text("id,phone\n1,#N/A\n", encoding="utf-8")
    account = file_crm(path).pull().accounts[0]
    assert account.get("phone") is None
    assert account.history["phone"].actor is Actor.PERSON


BAD = {
    "missing key": ("name,phone\nBirch,1\n", "no key column 'id'; its columns are 'name', 'phone'"),
    "key twice": ("id,name,ID\n1,Birch,2\n", "two key columns"),
    "duplicate keys": ("id,name\n1,a\n2,b\n\n1,c\n", "'1' on lines 2 and 5"),
    "blank key": ("id,name\n1,a\n,b\n", "rows without id: line 3"),
    "blank key, ragged": ("name,id\na\n", "rows without id: line 2"),
    "half a workbook": ("PK\x03\x04....", "not a readable workbook"),
    "empty": ("", "empty"),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_a_shape_that_forbids_going_on_is_refused_and_untouched(path: Path, text: str, said: str) -> None:
    path.write_text(text, encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(CrmRefused) as refused:
        file_crm(path).pull()
    assert said in refused.value.what
    assert refused.value.remedy
    assert refused.value.exit_code == 3
    with pytest.raises(CrmRefused):
        file_crm(path).send([change("1", "name", None, "x")])
    assert path.read_bytes() == before


def test_a_missing_file_is_out_of_reach(tmp_path: Path) -> None:
    with pytest.raises(CrmUnavailable, match="There is no"):
        file_crm(tmp_path / "gone.csv").pull()


def test_the_registry_opens_by_kind(path: Path) -> None:
    config = Config(path=path.parent / "evergreen.toml", crm=CrmConfig(path=Path("accounts.csv")))
    assert open_crm(config, CATALOGUE, CLOCK).kind == "file"
    assert "file" in kinds()
    for kind, said in (("fiel", "Did you mean file"), ("policy", "There are")):
        wrong = Config(path=config.path, crm=CrmConfig(kind=kind))
        with pytest.raises(ConfigError) as refused:
            open_crm(wrong, CATALOGUE, CLOCK)
        assert said in refused.value.remedy
    with pytest.raises(ConfigError, match="path is not set"):
        open_crm(Config(path=config.path), CATALOGUE, CLOCK)


def test_a_write_touches_its_cell_alone(path: Path) -> None:
    outcome = file_crm(path).send([change("A1", "phone", None, "+1 303-555-0100")])[0]
    assert outcome.status is WriteStatus.WRITTEN
    assert outcome.read_back == "+1 303-555-0100"
    assert path.read_text(encoding="utf-8") == TABLE.replace("Lamps,,", "Lamps,+1 303-555-0100,")


def test_permissions_backup_and_links_are_kept(path: Path, tmp_path: Path) -> None:
    path.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    file_crm(link).send([change("A4", "phone", None, "+86 574 8765 4321")])
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "8765 4321" in path.read_text(encoding="utf-8")
    backups = list((tmp_path / "backups").iterdir())
    assert [b.read_text(encoding="utf-8") for b in backups] == [TABLE]
    assert {p.name for p in tmp_path.iterdir()} == {"accounts.csv", "link.csv", "backups"}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("phone", "12", "too few to dial"),
        ("description", "=HYPERLINK(1)", "formula"),
        ("description", "+cmd|' /C calc'!A0", "formula"),
        ("description", "-2+3", "formula"),
        ("description", "@SUM(1)", "formula"),
        ("description", "＝1+1", "formula"),
        ("city", " \t=1", "formula"),
        ("city", "#N/A", "mark for clearing"),
        ("city", "  ", "absence never clears"),
        ("city", None, "absence never clears"),
        ("city", "x" * 40_000, "40000 characters"),
        ("city", "a\0b", "NUL"),
        ("region", "Kent", "no column 'region'"),
    ],
)
def test_what_must_not_be_written_is_never_sent(path: Path, field: str, value: str | None, said: str) -> None:
    path.write_text("id,phone,city,description\n1,,,\n", encoding="utf-8")
    before = path.read_bytes()
    crm_file = file_crm(path)
    refused = crm_file.prepare([change("1", field, None, value)]).refused[0]
    assert refused.status is WriteStatus.INVALID
    assert said in refused.message
    assert crm_file.send([change("1", field, None, value)])[0].status is WriteStatus.INVALID
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "value", ["+1 303-555-0100", "+44 20 7946 0958", "+86 574 8765 4321", "+1 303-555-0100 ext. 12"]
)
def test_plain_phones_are_no_formulas(path: Path, value: str) -> None:
    assert file_crm(path).send([change("A1", "phone", None, value)])[0].status is WriteStatus.WRITTEN


def test_key_and_evidence_columns_are_never_written(path: Path) -> None:
    for column in ("id", "last_modified", "last_modified_by"):
        refused = file_crm(path).prepare([change("A1", "city", None, "York", column=column)]).refused
        assert "never written" in refused[0].message


def test_a_character_the_encoding_lacks_is_invalid_not_a_question_mark(path: Path) -> None:
    path.write_bytes("id;name;city\nA1;Café Zoë;\nA2;Über;\n".encode("cp1252"))
    before = path.read_bytes()
    outcome = file_crm(path).send([change("A1", "city", None, "宁波")])[0]
    assert outcome.status is WriteStatus.INVALID
    assert "'宁' cannot be written in the file's encoding, cp1252" in outcome.message
    assert path.read_bytes() == before


def test_clearing_empties_the_cell(path: Path) -> None:
    cleared = change("A2", "phone", "020 7946 0958", None, kind=ChangeKind.CLEAR)
    assert file_crm(path).send([cleared])[0].status is WriteStatus.WRITTEN
    assert "Kettle,,," in path.read_text(encoding="utf-8")


def test_a_cell_changed_meanwhile_is_left_and_told(path: Path) -> None:
    wanted = [change("A2", "phone", "020 7946 0958", "+44 20 7946 0000"), change("A2", "city", None, "York")]
    path.write_text(TABLE.replace("020 7946 0958", "020 7946 0777"), encoding="utf-8")
    phone, city = file_crm(path).send(wanted)
    assert (phone.status, phone.found) == (WriteStatus.CONFLICT, "020 7946 0777")
    assert city.status is WriteStatus.WRITTEN
    assert "Kettle,020 7946 0777,York" in path.read_text(encoding="utf-8")


def test_a_row_or_column_that_vanished_is_held_or_invalid(path: Path) -> None:
    path.write_text("id,name,city\nA1,Birch,\n", encoding="utf-8")
    gone, columnless, there = file_crm(path).send(
        [change("A9", "city", None, "York"), change("A1", "phone", None, "+44 20 7946 0000"), change("A1", "city", None, "York")]
    )  # fmt: skip
    assert gone.status is WriteStatus.HELD
    assert columnless.status is WriteStatus.INVALID
    assert there.status is WriteStatus.WRITTEN


def test_two_changes_to_one_cell_in_a_batch(path: Path) -> None:
    first, second = file_crm(path).send(
        [change("A1", "city", "Leeds", "York"), change("A1", "city", "Leeds", "Hull")]
    )
    assert (first.status, second.status) == (WriteStatus.WRITTEN, WriteStatus.INVALID)


def write_between(
    monkeypatch: pytest.MonkeyPatch, path: Path, edit: Callable[[], None], times: int = 1
) -> None:
    """Somebody edits the file after we read it and before we replace it."""
    real, left = crm.file.back_up, [times]

    def back_up(*args: object) -> object:
        if left[0] > 0:
            left[0] -= 1
            edit()
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(crm.file, "back_up", back_up)


def test_an_edit_in_the_very_moment_is_merged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edited = TABLE.replace("Birch Lamps", "Birch Lighting").replace("Leeds", "Ripon")
    write_between(monkeypatch, path, lambda: path.write_text(edited, encoding="utf-8") and None)
    phone, city = file_crm(path).send(
        [change("A1", "phone", None, "+44 20 7946 0000"), change("A1", "city", "Leeds", "York")]
    )
    assert (phone.status, city.status, city.found) == (WriteStatus.WRITTEN, WriteStatus.CONFLICT, "Ripon")
    assert "A1,Birch Lighting,+44 20 7946 0000,Ripon" in path.read_text(encoding="utf-8")


def test_a_file_changed_all_the_time_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def edit() -> None:
        path.write_text(
            path.read_text(encoding="utf-8") + f"B{path.stat().st_size},x,,,,,\n", encoding="utf-8"
        )

    write_between(monkeypatch, path, edit, times=99)
    with pytest.raises(CrmUnavailable, match="changed all the time"):
        file_crm(path).send([change("A1", "city", "Leeds", "York")])
    assert "York" not in path.read_text(encoding="utf-8")


def test_a_second_writer_waits_then_is_told_who_holds_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    lock = path.with_name(".accounts.csv.evergreen-lock")
    owner = {"token": "t", "pid": holder.pid, "host": os.uname().nodename, "since": NOW.isoformat()}
    lock.write_text(json.dumps(owner), encoding="utf-8")
    monkeypatch.setattr("crm.file.locked", lambda p, c: locked(p, c, patience=0.2))
    try:
        with pytest.raises(CrmUnavailable, match=f"process {holder.pid} on"):
            file_crm(path).send([change("A1", "city", "Leeds", "York")])
        assert path.read_text(encoding="utf-8") == TABLE
    finally:
        holder.communicate()
    outcome = file_crm(path).send([change("A1", "city", "Leeds", "York")])[
        0
    ]  # the holder is dead: taken over
    assert outcome.status is WriteStatus.WRITTEN
    assert not lock.exists()


def test_another_machines_lock_goes_stale(path: Path) -> None:
    lock = path.with_name(".accounts.csv.evergreen-lock")
    owner = {"token": "t", "pid": 1, "host": "elsewhere", "since": (NOW - timedelta(hours=1)).isoformat()}
    lock.write_text(json.dumps(owner), encoding="utf-8")
    assert file_crm(path).send([change("A1", "city", "Leeds", "York")])[0].status is WriteStatus.WRITTEN


@pytest.mark.parametrize("name", [".~lock.accounts.csv#", "~$accounts.csv"])
def test_a_file_open_in_a_spreadsheet_is_not_written(path: Path, name: str) -> None:
    path.with_name(name).touch()
    with pytest.raises(CrmUnavailable, match="is open in"):
        file_crm(path).send([change("A1", "city", "Leeds", "York")])
    assert path.read_text(encoding="utf-8") == TABLE


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CrmUnavailable, match="No space left"):
        file_crm(path).send([change("A1", "city", "Leeds", "York")])
    assert path.read_text(encoding="utf-8") == TABLE
    assert [p.name for p in path.parent.iterdir() if "evergreen-tmp" in p.name] == []


def test_no_backup_no_write(path: Path) -> None:
    (path.parent / "backups").write_text("a file in the way", encoding="utf-8")
    with pytest.raises(CrmUnavailable, match="No backup"):
        file_crm(path).send([change("A1", "city", "Leeds", "York")])
    assert path.read_text(encoding="utf-8") == TABLE


def test_columns_are_added_only_when_asked_and_only_those_needed(path: Path) -> None:
    assert file_crm(path).describe().column_of("cik") is None
    crm_file = file_crm(path, add_columns=True)
    column = crm_file.describe().column_of("cik")
    assert column is not None and not column.exists
    outcome = crm_file.send([change("A1", "cik", None, "1318605", column=column.name)])[0]
    assert outcome.status is WriteStatus.WRITTEN
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith("last_modified_by,cik")
    assert lines[1].endswith("import,1318605")
    assert lines[2].endswith("import,")


def test_no_column_beside_rows_longer_than_the_header(path: Path) -> None:
    path.write_text("id,name\n1,a\n2,b,stray\n", encoding="utf-8")
    schema = file_crm(path, add_columns=True).describe()
    assert schema.column_of("cik") is None
    assert "line 3" in schema.warnings[0]


def test_an_import_file_holds_only_what_changed(path: Path) -> None:
    outcomes = file_crm(path).send(
        [
            change("A1", "phone", None, "+44 20 7946 0000"),
            change("A2", "phone", "020 7946 0958", None, kind=ChangeKind.CLEAR),
            change("A4", "city", "宁波", "上海"),
            change("A3", "city", "Brighton", "York"),
        ]
    )
    made = write_import_file(path.with_name("import.csv"), outcomes)
    text = made.path.read_bytes().decode("utf-8-sig")
    assert text == "id,phone,city\r\nA1,+44 20 7946 0000,\r\nA2,#N/A,\r\nA4,,上海\r\n"
    assert (made.rows, made.columns, made.skipped) == (3, ("phone", "city"), ())


def test_an_import_file_creates_no_formula(path: Path) -> None:
    path.write_text("id,city\n1,=1+1\n", encoding="utf-8")
    crm_file = file_crm(path)
    wrote = crm_file.send([change("1", "city", "=1+1", "York")])[0]
    back = crm_file.send(
        [change("1", "city", "York", "=1+1", kind=ChangeKind.RESTORE, before_image=wrote.before_image)]
    )
    assert path.read_text(encoding="utf-8") == "id,city\n1,=1+1\n"
    made = write_import_file(path.with_name("import.csv"), back)
    assert (made.rows, len(made.skipped)) == (0, 1)

"""Undo puts back what is still ours, byte for byte, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.change import ChangeSet, Code, Verdict, WriteStatus
from accounts.errors import ConfigError
from crm.apply import ApplyReport, apply_change_set
from crm.undo import apply_undo, plan_undo
from tests.crm.build import CLOCK, NOW, TABLE, change, change_set, file_crm
from tests.crm.memory_ledger import Killed, KillingLedger, MemoryLedger

PHONE = change("A1", "phone", None, "+44 20 7946 0000")
CITY = change("A4", "city", "宁波", "上海")
CIK = change("A2", "cik", None, "1318605")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "accounts.csv"
    file.write_text(TABLE, encoding="utf-8")
    return file


def plan(
    ledger: MemoryLedger, path: Path, run: str = "run-1", name: str = "undo-1", **only: str
) -> ChangeSet:
    return plan_undo(ledger, file_crm(path), run, undo_run_id=name, now=NOW, **only)


def undo(
    ledger: MemoryLedger, path: Path, run: str = "run-1", name: str = "undo-1", **only: str
) -> ApplyReport:
    return apply_undo(file_crm(path), ledger, plan(ledger, path, run, name, **only), run, CLOCK)


def run(ledger: MemoryLedger, path: Path, *changes: object, name: str = "run-1") -> ApplyReport:
    crm = file_crm(path, add_columns=True)
    return apply_change_set(crm, ledger, change_set(*changes, run=name), CLOCK)  # type: ignore[arg-type]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_a_run_is_undone_byte_for_byte_with_the_columns_it_added(path: Path) -> None:
    ledger = MemoryLedger()
    assert len(run(ledger, path, PHONE, CITY, CIK).written) == 3
    preview = plan(ledger, path)
    assert {c.verdict for c in preview.changes} == {Verdict.WRITE}
    assert text(path) != TABLE
    assert len(undo(ledger, path).written) == 3
    assert text(path) == TABLE


@pytest.mark.parametrize(
    "data",
    [
        '\ufeffid;phone;city\r\n"A1";"";\r\n\r\nA2;;x;y\r\nA4;;"宁波"'.encode(),
        "id\tphone\tcity\rA1\t\t\rA2\rA4\t\t宁波\r".encode("gb18030"),
        "id|phone|city\nA1||\nA2\nA4||宁波\n".encode("utf-16"),
    ],
)
def test_odd_files_come_back_byte_for_byte(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    ledger = MemoryLedger()
    changes = [PHONE, CITY, change("A2", "phone", None, "+44 20 7946 0001")]
    assert [o.status for o in run(ledger, path, *changes).outcomes] == [WriteStatus.WRITTEN] * 3
    undo(ledger, path)
    assert path.read_bytes() == data


def test_what_somebody_changed_since_is_theirs(path: Path) -> None:
    ledger = MemoryLedger()
    run(ledger, path, PHONE, CITY)
    path.write_text(text(path).replace("上海", "杭州"), encoding="utf-8")
    preview = {c.account_id: c for c in plan(ledger, path).changes}
    assert preview["A1"].verdict is Verdict.WRITE
    assert (preview["A4"].verdict, preview["A4"].code) == (Verdict.HOLD, Code.CHANGED_MEANWHILE)
    assert "no longer ours" in preview["A4"].reason
    undo(ledger, path)
    assert text(path) == TABLE.replace("宁波", "杭州")


def test_one_account_or_one_field(path: Path) -> None:
    ledger = MemoryLedger()
    run(ledger, path, PHONE, CITY, CIK)
    undo(ledger, path, account="A4")
    assert "宁波" in text(path) and "0000" in text(path)
    undo(ledger, path, name="undo-2", field="cik")
    assert "cik" not in text(path)
    undo(ledger, path, name="undo-3")
    assert text(path) == TABLE


def test_undo_twice_has_nothing_left(path: Path) -> None:
    ledger = MemoryLedger()
    run(ledger, path, PHONE)
    undo(ledger, path)
    with pytest.raises(ConfigError, match="nothing that could be undone"):
        plan(ledger, path, name="undo-2")
    with pytest.raises(ConfigError, match="run-9"):
        plan(ledger, path, run="run-9")


def test_an_undo_can_be_undone(path: Path) -> None:
    ledger = MemoryLedger()
    run(ledger, path, PHONE, CITY)
    after = text(path)
    undo(ledger, path)
    undo(ledger, path, run="undo-1", name="redo-1")
    assert text(path) == after


def test_a_later_run_stands_in_the_way_until_it_is_undone(path: Path) -> None:
    ledger = MemoryLedger()
    run(ledger, path, CITY)
    run(ledger, path, change("A4", "city", "上海", "杭州"), name="run-2")
    assert plan(ledger, path).writes == ()
    undo(ledger, path, run="run-2", name="undo-2")
    undo(ledger, path)
    assert text(path) == TABLE


def test_an_undone_plan_may_be_carried_out_again(path: Path) -> None:
    ledger = MemoryLedger()
    run(ledger, path, PHONE)
    undo(ledger, path)
    assert len(run(ledger, path, PHONE).written) == 1
    undo(ledger, path, name="undo-2")
    assert text(path) == TABLE


def test_an_undo_killed_half_way_is_finished_by_the_next(path: Path) -> None:
    ledger = KillingLedger()
    run(ledger, path, PHONE, CITY)
    preview = plan(ledger, path)
    ledger.die_in = "settle"
    with pytest.raises(Killed):
        apply_undo(file_crm(path), ledger, preview, "run-1", CLOCK)
    ledger.die_in = None
    assert text(path) == TABLE
    report = undo(ledger, path, name="undo-2")
    assert report.written == ()
    assert [o.status for o in report.settled] == [WriteStatus.WRITTEN] * 2
    assert all(e.undone_by == "undo-2" for e in ledger.written("run-1"))
    assert ledger.standing("A1", "phone").ours_key is None


def test_a_row_that_is_gone_is_held(path: Path) -> None:
    ledger = MemoryLedger()
    run(ledger, path, PHONE)
    path.write_text(
        "".join(line for line in text(path).splitlines(keepends=True) if "A1" not in line), encoding="utf-8"
    )
    gone = plan(ledger, path).changes[0]
    assert (gone.verdict, "gone" in gone.reason) == (Verdict.HOLD, True)

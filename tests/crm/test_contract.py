"""Every connector keeps the contract, and the contract catches those that do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from accounts.account import Account
from accounts.change import Change, WriteOutcome, WriteStatus
from crm.base import Crm
from crm.contract import check_connector
from crm.file import FileCrm
from tests.crm.build import CATALOGUE, CLOCK, TABLE, file_crm
from tests.crm.remote_crm import RemoteCrm

ONE, TWO = "+44 20 7946 0000", "+44 20 7946 0001"


def check(crm: Crm, account: str = "A1") -> None:
    check_connector(crm, account=account, field="phone", value=ONE, other=TWO)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "accounts.csv"
    file.write_text(TABLE, encoding="utf-8")
    return file


def test_csv(path: Path) -> None:
    check(file_crm(path))
    assert path.read_text(encoding="utf-8") == TABLE


def test_csv_with_a_column_to_add(path: Path) -> None:
    check_connector(file_crm(path, add_columns=True), account="A2", field="cik", value="1318605", other="1")
    assert path.read_text(encoding="utf-8") == TABLE


def test_xlsx(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["id", "name", "phone"], ["A1", "Birch", None], ["A2", "Kettle", ONE]):
        sheet.append(row)
    book.save(tmp_path / "accounts.xlsx")
    check(file_crm(tmp_path / "accounts.xlsx"))


def test_a_remote_crm() -> None:
    check(RemoteCrm({"A1": {"city": "Leeds"}, "A2": {}}))


class Clobbers(FileCrm):
    """Writes over anything."""

    def send(self, changes: Sequence[Change]) -> Sequence[WriteOutcome]:
        now = self.read([c.account_id for c in changes])
        seen = [replace(c, base=now[c.account_id].get(c.field)) for c in changes]
        return [replace(o, change=c) for o, c in zip(super().send(seen), changes, strict=True)]


class SaysYes(FileCrm):
    """Says yes and does nothing."""

    def send(self, changes: Sequence[Change]) -> Sequence[WriteOutcome]:
        return [WriteOutcome(c, WriteStatus.WRITTEN, CLOCK.now()) for c in changes]


class MakesUp(FileCrm):
    """Tells of accounts that do not exist."""

    def read(self, ids: object) -> Mapping[str, Account]:
        return {i: Account(i, {}) for i in ids}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(Clobbers, "over a value, came to written"), (SaysYes, "reads back"), (MakesUp, "does not exist")],
)
def test_a_connector_that_breaks_it_is_caught(path: Path, wrong: type[FileCrm], said: str) -> None:
    good = file_crm(path)
    with pytest.raises(AssertionError, match=said):
        check(wrong(path, CATALOGUE, good._config, CLOCK, path.parent / "backups"))

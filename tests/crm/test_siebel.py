"""What is Siebel's own: errors as 500 with a code, rows that come bare, user keys, times without a zone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.change import WriteStatus
from accounts.errors import CrmRefused, CrmUnavailable
from crm.remote.records import Fault
from crm.remote.session import Reply
from crm.siebel import Siebel, fault_of
from tests.crm.build import change
from tests.crm.rig import SimulatorRig, open_rig

PHONE = "Main Phone Number"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SimulatorRig]:
    opened: Any = open_rig("siebel", tmp_path)
    yield opened
    opened.close()


def crm(rig: SimulatorRig, **settings: Any) -> Siebel:
    opened = rig.crm(**settings)
    assert isinstance(opened, Siebel)
    return opened


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("modified by another user (SBL-DAT-00523)", Fault.LOCKED_ROW),
        ("no such row (SBL-EAI-04397)", Fault.GONE),
        ("a value is wrong (SBL-DAT-00225)", Fault.VALIDATION),
        ("the server is ill", None),
    ],
)
def test_the_code_decides_and_not_the_500(words: str, fault: Fault | None) -> None:
    assert fault_of(Reply(500, {}, {"ERROR": words}, words)) is fault


def test_one_row_may_come_bare_and_none_as_a_404(rig: SimulatorRig) -> None:
    opened = crm(rig)
    assert opened.pull().accounts == ()
    account = rig.add(phone="020 7946 0100")
    read = opened._items(Reply(200, {}, {"items": {"Id": account}}, ""))
    assert [row["Id"] for row in read] == [account]
    assert opened.read([account])[account].get("phone") == "020 7946 0100"


def test_every_page_is_read_and_changes_are_told_by_time(rig: SimulatorRig) -> None:
    accounts = [rig.add() for _ in range(205)]
    opened = crm(rig)
    pulled = opened.pull()
    assert {a.id for a in pulled.accounts} == set(accounts)
    rig.pass_time(1)
    rig.edit(accounts[7], "city", "York")
    cursor = opened.pull(pulled.cursor).cursor
    rig.pass_time(1)
    rig.edit(accounts[150], "city", "Hove")
    assert {a.id for a in opened.pull(cursor).accounts} == {
        accounts[7],
        accounts[150],
    }  # the last one comes again


def test_user_keys_are_sent_unchanged_where_the_server_wants_them(rig: SimulatorRig) -> None:
    account = rig.add()
    opened = crm(rig, options={"user_key": ["Name"]})
    opened.read([account])
    [told] = opened.send([change(account, "city", None, "York", column="Primary Account City")])
    assert told.status is WriteStatus.WRITTEN
    assert rig.simulator.org.entries[account].values["Name"] == "Birch Lamps"


def test_a_row_in_somebody_s_hands_is_tried_again(rig: SimulatorRig) -> None:
    account = rig.add()
    rig.faults.locks[account] = 2
    [told] = crm(rig).send([change(account, "phone", None, "020 7946 0100", column=PHONE)])
    assert told.status is WriteStatus.WRITTEN


def test_a_wrong_password_is_told_without_it(rig: SimulatorRig, tmp_path: Path) -> None:
    file = tmp_path / "wrong.password"
    file.write_text("geheim-und-falsch")
    file.chmod(0o600)
    with pytest.raises((CrmRefused, CrmUnavailable)) as met:
        crm(rig, options={"password_file": str(file)}).describe()
    assert "geheim" not in f"{met.value} {met.value.remedy} {getattr(met.value, 'raw', '')}"

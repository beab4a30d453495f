"""What is 销售易's own: errors inside a 200, pick lists as numbers, approval, one call a record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.change import WriteStatus
from accounts.errors import CrmUnavailable
from crm.neocrm import Neocrm
from crm.neocrm_words import fault_of
from crm.remote.records import Fault
from crm.remote.session import Reply
from demo.simulate.neocrm import USERS
from demo.simulate.org import US
from tests.crm.build import change
from tests.crm.rig import SimulatorRig, open_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SimulatorRig]:
    opened: Any = open_rig("neocrm", tmp_path)
    yield opened
    opened.close()


def crm(rig: SimulatorRig, **settings: Any) -> Neocrm:
    opened = rig.crm(**settings)
    assert isinstance(opened, Neocrm)
    return opened


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, {"code": "200", "data": {}}, None),
        (200, {"code": 0, "result": {}}, None),
        (200, {"access_token": "x"}, None),
        (200, {"code": 1010, "msg": "访问过于频繁"}, Fault.THROTTLED),
        (200, {"code": "1020", "msg": "当日接口调用次数已达上限"}, Fault.BUDGET_SPENT),
        (200, {"error_code": 20000002, "message": "token invalid"}, Fault.AUTH_EXPIRED),
        (200, {"code": 7, "msg": "该数据处于审批中"}, Fault.HELD),
        (200, {"code": 7, "msg": "客户名称不能为空"}, Fault.VALIDATION),
        (429, {}, Fault.THROTTLED),
        (502, None, Fault.TRANSIENT),
    ],
)
def test_the_code_inside_decides_whatever_the_status(status: int, body: Any, fault: Fault | None) -> None:
    assert fault_of(Reply(status, {}, body, "")) is fault


def test_pick_lists_travel_as_numbers_and_are_read_as_words(rig: SimulatorRig) -> None:
    account = rig.add()
    rig.simulator.org.edit(account, {"industryId": "2"}, by="import")
    opened = crm(rig)
    assert opened.read([account])[account].get("industry") == "软件"
    [told] = opened.send([change(account, "industry", "软件", "金融", column="industryId")])
    assert told.status is WriteStatus.WRITTEN
    assert rig.simulator.org.entries[account].values["industryId"] == "4"


def test_a_word_that_is_in_no_pick_list_is_never_sent(rig: SimulatorRig) -> None:
    account = rig.add()
    opened, before = crm(rig), rig.writes
    prepared = opened.prepare([change(account, "industry", None, "灯具", column="industryId")])
    assert [o.status for o in prepared.refused] == [WriteStatus.INVALID]
    assert rig.writes == before


def test_what_is_in_approval_is_held_and_not_an_error(rig: SimulatorRig) -> None:
    account = rig.add(phone="010-5550-0100")
    rig.faults.approval.add(account)
    assert crm(rig).read([account])[account].held
    [told] = crm(rig).send([change(account, "phone", "010-5550-0100", "010-5550-0101")])
    assert told.status is WriteStatus.HELD
    assert "审批" in told.message


def test_a_page_s_end_is_no_end_of_the_accounts(rig: SimulatorRig) -> None:
    accounts = {rig.add() for _ in range(25)}
    assert {a.id for a in crm(rig, options={"page": 10}).pull().accounts} == accounts


def test_our_own_writes_are_known_by_our_user(rig: SimulatorRig) -> None:
    opened = crm(rig)
    assert opened.our_names() == frozenset({str(USERS[US])})


def test_a_refused_login_names_the_remedy_and_no_secret(rig: SimulatorRig, tmp_path: Path) -> None:
    file = tmp_path / "wrong.password"
    file.write_text("geheim-und-falsch")
    file.chmod(0o600)
    with pytest.raises(CrmUnavailable) as met:
        crm(rig, options={"password_file": str(file)}).describe()
    assert "用户名或密码错误" in met.value.raw
    assert "geheim" not in f"{met.value} {met.value.remedy} {met.value.raw}"

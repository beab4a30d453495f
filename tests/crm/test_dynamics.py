"""What is Dynamics' own: versions that guard every write, batches of many requests, numbers behind labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.change import WriteStatus
from accounts.errors import CrmUnavailable
from crm.dynamics import Dynamics
from crm.dynamics_batch import Update, pack, unpack
from crm.dynamics_words import fault_of
from crm.remote.records import Fault
from tests.crm.build import change
from tests.crm.rig import SimulatorRig, open_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SimulatorRig]:
    opened: Any = open_rig("dynamics", tmp_path)
    yield opened
    opened.close()


def crm(rig: SimulatorRig, **settings: Any) -> Dynamics:
    opened = rig.crm(**settings)
    assert isinstance(opened, Dynamics)
    return opened


def test_a_person_who_was_faster_is_met_by_the_version(rig: SimulatorRig) -> None:
    account = rig.add(phone="020 7946 0100")
    rig.faults.before_write = lambda: rig.edit(account, "phone", "020 7946 0999")
    [told] = crm(rig).send([change(account, "phone", "020 7946 0100", "020 7946 0111", column="telephone1")])
    assert told.status is WriteStatus.CONFLICT
    assert rig.value(account, "phone") == "020 7946 0999"
    assert rig.writes == 0


def test_an_edit_of_another_column_only_costs_another_round(rig: SimulatorRig) -> None:
    account = rig.add(phone="020 7946 0100", city="Leeds")
    rig.faults.before_write = lambda: rig.edit(account, "city", "York")
    [told] = crm(rig).send([change(account, "phone", "020 7946 0100", "020 7946 0111", column="telephone1")])
    assert told.status is WriteStatus.WRITTEN
    assert (rig.value(account, "phone"), rig.value(account, "city")) == ("020 7946 0111", "York")


def test_an_account_that_is_gone_is_not_made_anew(rig: SimulatorRig) -> None:
    """A PATCH without a condition would create it."""
    account = rig.add()
    opened = crm(rig)
    opened.describe()
    rig.faults.before_write = lambda: rig.delete(account)
    [told] = opened.send([change(account, "tier", None, "A", column="enr_tier")])
    assert told.status is WriteStatus.HELD
    assert rig.simulator.org.find(account) is None


def test_labels_stand_for_numbers(rig: SimulatorRig) -> None:
    account = rig.add()
    rig.simulator.org.edit(account, {"industrycode": "19"}, by="import")
    opened = crm(rig)
    assert opened.read([account])[account].get("industry") == "Financial"
    [told] = opened.send([change(account, "industry", "Financial", "consulting", column="industrycode")])
    assert told.status is WriteStatus.WRITTEN
    assert rig.simulator.org.entries[account].values["industrycode"] == "8"


def test_setup_makes_columns_and_pages_are_followed(rig: SimulatorRig, tmp_path: Path) -> None:
    traits = rig.simulator.org.traits
    for name in [n for n in traits if n.startswith("enr_")]:
        del traits[name]
    opened = crm(rig)
    made = opened.install([m.field for m in opened.mapping])
    assert "enr_tier" in made
    assert opened.install([m.field for m in opened.mapping]) == ()
    for _ in range(1100):
        rig.add()
    assert len(crm(rig).pull().accounts) == 1100


def test_a_batch_carries_texts_of_all_kinds_and_its_answers_keep_their_order() -> None:
    updates = [
        Update("/a(1)", {"name": "晨光 “灯具” \r\n--batch_x 🚀"}, 'W/"1"'),
        Update("/a(2)", {"name": None}, None),
    ]
    kind, body = pack(updates)
    assert kind.startswith("multipart/mixed; boundary=batch_")
    assert body.isascii()
    assert body.count(b"PATCH ") == 2
    assert b"If-Match: *" in body
    text = (
        "--r\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\n\r\n\r\n"
        '--r\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 412 Precondition Failed\r\n\r\n{"error":{"code":"0x80060882"}}\r\n--r--\r\n'
    )
    parts = unpack('multipart/mixed; boundary="r"', text)
    assert [p.status for p in parts] == [204, 412]
    assert fault_of(parts[1].status, parts[1].body) is Fault.STALE


def test_a_refused_secret_is_told_without_it(rig: SimulatorRig, tmp_path: Path) -> None:
    file = tmp_path / "wrong.secret"
    file.write_text("geheim-und-falsch")
    file.chmod(0o600)
    with pytest.raises(CrmUnavailable) as met:
        crm(rig, options={"client_secret_file": str(file)}).describe()
    assert "geheim" not in f"{met.value} {met.value.remedy} {met.value.raw}"
    assert "app registration" in met.value.remedy


def test_what_a_person_empties_right_after_our_write_was_written_and_is_theirs(rig: SimulatorRig) -> None:
    """Not a write the CRM ignored: the next night must know that somebody took it out."""
    account = rig.add()
    rig.faults.after_write = lambda: rig.edit(account, "city", None)
    [told] = crm(rig).send([change(account, "city", None, "York", column="address1_city")])
    assert (told.status, told.read_back) == (WriteStatus.WRITTEN, "")
    assert "taken out again" in told.message

"""The `odoo` connector: types before the first write, batches with bad rows, histories, archived partners, bad input."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.account import Actor
from accounts.change import Change, WriteStatus
from accounts.clock import FixedClock
from accounts.errors import ConfigError, CrmError, CrmRefused, CrmUnavailable
from crm.apply import ApplyReport, apply_change_set
from crm.odoo import OdooCrm
from crm.odoo_rpc import class_of
from crm.remote.records import Fault
from demo.simulate.odoo import OdooSimulator, make
from demo.simulate.org import OrgClock
from tests.crm.build import CLOCK, NOW, change, change_set
from tests.crm.memory_ledger import MemoryLedger
from tests.crm.rig import SimulatorRig
from tests.crm.rigs import odoo
from tests.crm.rigs.odoo import NAMES, open_odoo

PHONE, HUMAN = "+44 20 7946 0000", "+44 20 7946 0999"
COLUMNS = {**NAMES, "country": "country_id", "region": "state_id", "industry": "industry_id", "website": "website",
           "street": "street", "employees": "x_enr_employees", "description": "comment", "uscc": "x_enr_uscc"}  # fmt: skip


@pytest.fixture(params=["json2", "xmlrpc"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SimulatorRig]:
    opened = odoo.open_rig(tmp_path, request.param)
    yield opened
    opened.close()


def want(account: str, field: str, base: str | None, value: str | None, **more: Any) -> Change:
    return change(account, field, base, value, column=COLUMNS[field], **more)


def apply(rig: SimulatorRig, *changes: Change, **settings: Any) -> ApplyReport:
    return apply_change_set(rig.crm(**settings), MemoryLedger(), change_set(*changes), CLOCK)


def stored(rig: SimulatorRig, account: str) -> dict[str, Any]:
    return rig.simulator.org.entries[account].values


def test_a_country_goes_as_an_id_and_never_as_a_text(rig: SimulatorRig) -> None:
    account = rig.add()
    rig.simulator.org.edit(account, {"country_id": 3})
    report = apply(rig, want(account, "country", "DE", "Germany"), want(account, "region", None, "Hessen"),
                   want(account, "industry", None, "Manufacturing"))  # fmt: skip
    told = {o.change.field: o.status for o in report.outcomes}
    assert told == {
        "country": WriteStatus.INVALID,
        "region": WriteStatus.WRITTEN,
        "industry": WriteStatus.WRITTEN,
    }
    assert (stored(rig, account)["country_id"], stored(rig, account)["state_id"]) == (3, 2)
    [outcome] = apply(rig, want(account, "country", "DE", "GB")).outcomes
    assert (outcome.status, outcome.read_back, stored(rig, account)["country_id"]) == (
        WriteStatus.WRITTEN,
        "GB",
        1,
    )


def test_a_text_field_mapped_to_a_pointer_stops_the_plan(rig: SimulatorRig) -> None:
    account = rig.add()
    sent = change(account, "description", None, "Lamps", column="parent_id")
    with pytest.raises(CrmRefused, match=r"many2one to res\.partner"):
        apply(rig, sent, want(account, "phone", None, PHONE), columns={"description": "parent_id"})
    assert rig.writes == 0


def test_a_state_of_another_country_is_refused_by_itself(rig: SimulatorRig) -> None:
    account = rig.add()
    report = apply(rig, want(account, "region", None, "Hessen"), want(account, "city", None, "Kassel"))
    told = {o.change.field: o for o in report.outcomes}
    assert (told["region"].status, told["city"].status) == (WriteStatus.REJECTED, WriteStatus.WRITTEN)
    assert "no state 'Hessen' in the country (none)" in told["region"].message


def test_different_values_go_in_one_import_and_equal_ones_in_one_write(rig: SimulatorRig) -> None:
    accounts = [rig.add() for _ in range(30)]
    apply(rig, *(want(a, "city", None, f"Town {n}") for n, a in enumerate(accounts)))
    assert rig.simulator.calls["write"] == 1
    apply(rig, *(want(a, "phone", None, PHONE) for a in accounts))
    assert rig.simulator.calls["write"] == 2
    apply(
        rig, *(want(a, "street", None, f"{n} Road") for n, a in enumerate(accounts)), options={"load": False}
    )
    assert rig.simulator.calls["write"] == 32
    assert stored(rig, accounts[4]) == {
        **rig.fixed, "city": "Town 4", "phone": PHONE, "street": "4 Road"
    }  # fmt: skip


def test_bad_rows_of_an_import_lose_none_of_the_others(rig: SimulatorRig) -> None:
    accounts = [rig.add() for _ in range(40)]
    rig.faults.reject[accounts[7]] = "the territory rule wants an owner"
    rig.faults.locks[accounts[9]] = 1
    rig.delete(accounts[11])
    report = apply(rig, *(want(a, "city", None, f"Town {n}") for n, a in enumerate(accounts)))
    told = {o.change.account_id: o for o in report.outcomes}
    assert (told[accounts[7]].status, told[accounts[11]].status) == (WriteStatus.REJECTED, WriteStatus.HELD)
    assert "territory rule" in told[accounts[7]].message
    assert sum(o.status is WriteStatus.WRITTEN for o in report.outcomes) == 38


def test_what_we_may_not_write_at_all_costs_few_calls(rig: SimulatorRig) -> None:
    accounts = [rig.add() for _ in range(40)]
    crm = rig.crm()
    crm.describe()
    rig.faults.read_only.add("city")  # withdrawn after we looked
    sent = change_set(*(want(a, "city", None, f"Town {n}") for n, a in enumerate(accounts)))
    report = apply_change_set(crm, MemoryLedger(), sent, CLOCK)
    assert {o.status for o in report.outcomes} == {WriteStatus.REJECTED}
    assert rig.simulator.calls["write"] <= 6


def test_a_website_that_odoo_rewrites_is_not_written_again(rig: SimulatorRig) -> None:
    account = rig.add()
    first = want(account, "website", None, "birch.example/lamps")
    [outcome] = apply(rig, first).outcomes
    assert (outcome.status, outcome.read_back) == (WriteStatus.WRITTEN, "http://birch.example/lamps")
    again = want(account, "website", "http://birch.example/lamps", "birch.example/lamps")
    before = rig.writes
    assert [o.status for o in apply(rig, again).outcomes] == [WriteStatus.UNCHANGED]
    assert rig.writes == before


def test_a_number_never_set_is_blank(rig: SimulatorRig) -> None:
    account = rig.add()
    assert rig.crm().read([account])[account].get("employees") is None
    [outcome] = apply(rig, want(account, "employees", None, "240")).outcomes
    assert (outcome.status, stored(rig, account)["x_enr_employees"]) == (WriteStatus.WRITTEN, 240)


def test_tracked_changes_tell_hands_and_days(rig: SimulatorRig) -> None:
    account = rig.add(phone=PHONE, city="Leeds")
    rig.edit(account, "phone", HUMAN)
    rig.edit(account, "city", "Ripon")
    apply(rig, want(account, "street", None, "1 Road"))
    history = rig.crm().pull().accounts[0].history
    assert (history["phone"].actor, history["phone"].changed_by) == (Actor.PERSON, "Maya Lind")
    assert (
        "city" not in history
    )  # Odoo tells nothing of it, and our own write of the street says nothing either
    assert history[""].actor is Actor.UNKNOWN


def test_a_history_kept_from_us_is_told_and_lived_without(rig: SimulatorRig) -> None:
    account = rig.add()
    assert isinstance(rig.simulator, OdooSimulator)
    rig.simulator.orm.history_for_all, rig.simulator.orm.admins = False, {2}
    crm = rig.crm()
    assert any("who changed what" in warning for warning in crm.describe().warnings)
    assert [a.id for a in crm.pull().accounts] == [account]
    report = apply_change_set(crm, MemoryLedger(), change_set(want(account, "phone", None, PHONE)), CLOCK)
    assert [o.status for o in report.outcomes] == [WriteStatus.WRITTEN]


def test_archived_and_private_partners_are_no_accounts(rig: SimulatorRig) -> None:
    kept, archived, person = rig.add(), rig.add(), rig.add()
    crm = rig.crm()
    full = crm.pull()
    rig.simulator.org.clock.advance(timedelta(hours=1))
    rig.simulator.org.edit(archived, {"active": False})
    rig.simulator.org.edit(person, {"is_company": False})
    assert [a.id for a in crm.pull().accounts] == [kept]
    assert crm.pull(full.cursor).gone == (archived,)
    report = apply(rig, want(archived, "city", None, "York"), want(person, "city", None, "York"))
    assert {o.status for o in report.outcomes} == {WriteStatus.HELD}


def test_setup_makes_our_fields_or_says_who_can(tmp_path: Path) -> None:
    with make(2, OrgClock(NOW), ours=False) as simulated:
        simulated.settings(tmp_path)
        crm = open_odoo(tmp_path, simulated, CLOCK, {}, "json2")
        assert any("x_enr_tier" in warning for warning in crm.describe().warnings)
        assert set(crm.install(["tier", "score", "phone"])) == {"x_enr_tier", "x_enr_score"}
        assert crm.install(["tier", "score", "phone"]) == ()
        assert isinstance(simulated, OdooSimulator)
        simulated.orm.admins = {2}
        with pytest.raises(CrmRefused, match="administrator"):
            crm.install(["brief"])


@pytest.mark.parametrize(
    ("field", "value", "ends"),
    [
        ("street", "x" * 300_000, WriteStatus.WRITTEN),
        ("city", "🏙 Ünïcode <&>", WriteStatus.WRITTEN),
        ("city", "bad \ud800 half", WriteStatus.INVALID),
        ("city", "a\x01b", WriteStatus.INVALID),
        ("country", "57", WriteStatus.INVALID),
        ("employees", "a few", WriteStatus.INVALID),
    ],
)
def test_hostile_values_end_clearly(rig: SimulatorRig, field: str, value: str, ends: WriteStatus) -> None:
    account = rig.add()
    [outcome] = apply(rig, want(account, field, None, value)).outcomes
    assert outcome.status is ends, outcome.message
    assert (outcome.read_back == value) is (ends is WriteStatus.WRITTEN)


def test_no_accounts_and_strange_ids(rig: SimulatorRig) -> None:
    crm = rig.crm()
    assert crm.pull().accounts == ()
    assert crm.read(["", "x", "٣", "99999999", "1" * 40]) == {}


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"database": "nosuch"}, CrmError, "nosuch|404"),
        ({"url": "http://127.0.0.1:9"}, CrmUnavailable, "out of reach"),
        ({"url": "http://odoo.example"}, ConfigError, "unencrypted"),
        ({"protocol": "soap"}, ConfigError, "protocol"),
        ({"api_key_file": "nosuch.key"}, ConfigError, "cannot be read"),
        ({"where": "x"}, ConfigError, "where"),
    ],
)
def test_wrong_settings_name_the_thing(
    rig: SimulatorRig, options: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        rig.crm(options=options).describe()


def test_a_wrong_key_is_told_and_never_shown(rig: SimulatorRig, tmp_path: Path) -> None:
    file = tmp_path / "wrong.key"
    file.write_text("a-key-that-is-wrong")
    file.chmod(0o600)
    with pytest.raises(CrmUnavailable) as refused:
        rig.crm(options={"api_key_file": str(file)}).describe()
    assert "a-key-that-is-wrong" not in f"{refused.value}{refused.value.raw}"
    assert "key" in str(refused.value) or "credentials" in str(refused.value)


def test_a_proxys_page_and_a_broken_answer_are_told(rig: SimulatorRig) -> None:
    rig.faults.html = 9
    with pytest.raises(CrmUnavailable, match="Access to this site is being checked"):
        rig.crm().describe()


def test_words_of_refusals() -> None:
    assert class_of("could not serialize access due to concurrent update", Fault.OTHER) is Fault.LOCKED_ROW
    assert class_of("Record does not exist or has been deleted.", Fault.VALIDATION) is Fault.GONE
    assert class_of("The record is locked", Fault.VALIDATION) is Fault.HELD
    assert class_of("The block is too long", Fault.VALIDATION) is Fault.VALIDATION


def test_the_second_night_and_the_owners_limit(rig: SimulatorRig) -> None:
    crm = rig.crm(options={"calls_a_run": 100}, budget_share=0.5)
    assert isinstance(crm, OdooCrm)
    left = crm.budget()
    assert left is not None
    assert left.calls_left == 50
    assert rig.crm().budget() is None
    assert FixedClock(NOW).now() == rig.now

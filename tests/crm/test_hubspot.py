"""What is HubSpot's own: its histories, its refused batches, its search that ends, its limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.account import Actor
from accounts.change import Change, ChangeKind, Code, Verdict, WriteStatus
from accounts.errors import CrmBudgetSpent, CrmRefused, CrmUnavailable
from crm import hubspot as connector
from crm.hubspot import HubSpot
from demo.simulate.hubspot import HubSpotSimulator
from tests.crm.rig import SimulatorRig, open_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SimulatorRig]:
    opened: Any = open_rig("hubspot", tmp_path)
    yield opened
    opened.close()


def portal(rig: SimulatorRig) -> HubSpotSimulator:
    assert isinstance(rig.simulator, HubSpotSimulator)
    return rig.simulator


def change(account: str, field: str, column: str, value: str | None) -> Change:
    return Change(
        account_id=account, field=field, column=column, kind=ChangeKind.FILL, verdict=Verdict.WRITE,
        code=Code.BLANK_FILLED, reason="a test", base=None, value=value,
    )  # fmt: skip


def crm(rig: SimulatorRig, **options: Any) -> HubSpot:
    opened = rig.crm(machine_users=["import"], options=options)
    assert isinstance(opened, HubSpot)
    return opened


def test_hands_are_told_apart_by_the_history(rig: SimulatorRig) -> None:
    typed, imported, ours = (rig.add(phone="303-555-0100") for _ in range(3))
    rig.edit(typed, "phone", "303-555-0101")
    rig.simulator.org.write(ours, {"phone": "303-555-0102"})
    read = crm(rig).read([typed, imported, ours])
    hands = {name: read[name].history["phone"].actor for name in (typed, imported, ours)}
    assert hands == {typed: Actor.PERSON, imported: Actor.MACHINE, ours: Actor.OURS}
    assert read[typed].history["phone"].changed_by == "maya"


def test_our_app_s_id_is_asked_where_it_is_not_set(rig: SimulatorRig) -> None:
    assert crm(rig, app_id="").our_names() == frozenset({"4711"})


def test_a_batch_refused_for_one_row_is_halved_until_the_row_is_found(rig: SimulatorRig) -> None:
    accounts = [rig.add() for _ in range(8)]
    rig.faults.refuse["numberofemployees"] = "an owner's rule"
    changes = [change(a, "city", "city", "Bern") for a in accounts]
    changes.append(change(accounts[3], "employees", "numberofemployees", "12"))
    told = crm(rig).send(changes)
    assert [o.status for o in told[:8]] == [WriteStatus.WRITTEN] * 8
    assert told[8].status is WriteStatus.REJECTED
    assert "an owner's rule" in told[8].message
    assert all(rig.value(a, "city") == "Bern" for a in accounts)


def test_an_incremental_pull_goes_on_where_a_search_ends(
    rig: SimulatorRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [rig.add(city="Bern") for _ in range(30)]
    opened = crm(rig)
    cursor = opened.pull().cursor
    rig.pass_time(1)
    for account in accounts:
        rig.edit(account, "city", "Chur")
    monkeypatch.setattr(connector, "_SEARCH", 5)
    monkeypatch.setattr(connector, "_WINDOW", 10)
    pulled = crm(rig).pull(cursor)
    assert {a.id for a in pulled.accounts} == set(accounts)
    assert {a.get("city") for a in pulled.accounts} == {"Chur"}


def test_more_changes_in_a_moment_than_a_search_gives_out_are_read_from_the_list(
    rig: SimulatorRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [rig.add(city="Bern") for _ in range(12)]
    cursor = crm(rig).pull().cursor
    monkeypatch.setattr(connector, "_SEARCH", 5)
    monkeypatch.setattr(connector, "_WINDOW", 10)
    assert {a.id for a in crm(rig).pull(cursor).accounts} == set(accounts)


def test_what_is_archived_is_told_as_gone(rig: SimulatorRig) -> None:
    kept, dropped = rig.add(city="Bern"), rig.add(city="Bern")
    cursor = crm(rig).pull().cursor
    rig.delete(dropped)
    pulled = crm(rig).pull(cursor)
    assert pulled.gone == (dropped,)
    assert dropped not in crm(rig).read([kept, dropped])


def test_the_day_s_limit_stops_and_too_many_in_ten_seconds_waits(rig: SimulatorRig) -> None:
    account = rig.add(city="Bern")
    rig.faults.throttle = 2
    assert crm(rig).read([account])[account].get("city") == "Bern"
    rig.faults.calls_left = 0
    with pytest.raises(CrmBudgetSpent, match="daily limit"):
        crm(rig).read([account])


def test_the_budget_is_a_share_of_what_the_headers_tell(rig: SimulatorRig) -> None:
    rig.faults.calls_left = 1000
    opened = rig.crm(budget_share=0.5)
    left = opened.budget()
    assert left is not None
    assert 480 <= left.calls_left <= 500


def test_a_wrong_token_is_told_without_it(rig: SimulatorRig, tmp_path: Path) -> None:
    file = tmp_path / "wrong.token"
    file.write_text("pat-secret-and-wrong")
    file.chmod(0o600)
    opened = crm(rig, token_file=str(file), app_id="1")
    with pytest.raises((CrmRefused, CrmUnavailable)) as met:
        opened.describe()
    assert "private app" in str(met.value) + met.value.remedy
    assert "pat-secret" not in f"{met.value} {met.value.remedy} {getattr(met.value, 'raw', '')}"


def test_setup_makes_our_properties_and_only_ours(tmp_path: Path, rig: SimulatorRig) -> None:
    traits = rig.simulator.org.traits
    for name in [n for n in traits if n.startswith("enr_")]:
        del traits[name]
    before = set(traits)
    opened = crm(rig)
    made = opened.install([m.field for m in opened.mapping])
    assert made
    assert set(traits) - before == set(made)
    assert all(name.startswith("enr_") for name in made)
    assert opened.install([m.field for m in opened.mapping]) == ()


def test_the_search_is_never_trusted_with_a_fresh_write(rig: SimulatorRig) -> None:
    account = rig.add()
    rig.faults.lag = timedelta(hours=1)
    [told] = crm(rig).send([change(account, "city", "city", "Bern")])
    assert told.status is WriteStatus.WRITTEN
    assert told.read_back == "Bern"

"""Whose hands put a value into the CRM, from the best evidence there is."""

from __future__ import annotations

from datetime import timedelta

from accounts.account import Actor
from tests.warehouse.conftest import NOW, World, account, day


def test_the_first_pull_goes_by_the_record(world: World) -> None:
    world.pull(account("A", phone="303-555-0100"))
    row = world.value("A", "phone")
    assert (row["changed_at"], row["changed_by"], row["actor"]) == (day("2024-03-01"), "import", "machine")
    assert row["key"] == "+13035550100"
    assert world.value("A", "city")["value"] is None


def test_a_record_touched_elsewhere_says_nothing_of_a_value_that_did_not_change(world: World) -> None:
    world.pull(account("A", phone="303-555-0100", city="Denver"), at=NOW - timedelta(days=1))
    world.pull(account("A", "2026-11-22", "rep", Actor.PERSON, phone="303-555-0100", city="Boulder"))
    assert world.value("A", "phone")["actor"] == "machine"
    assert world.value("A", "phone")["changed_at"] == day("2024-03-01")
    assert world.value("A", "city")["actor"] == "person"


def test_a_change_the_record_does_not_own_up_to_is_dated_tonight_by_nobody_known(world: World) -> None:
    world.pull(account("A", phone="303-555-0100"), at=NOW - timedelta(days=1))
    world.pull(account("A", phone="303-555-0199"))
    row = world.value("A", "phone")
    assert (row["actor"], row["changed_at"], row["first_seen_at"]) == ("unknown", NOW, NOW)


def test_what_we_wrote_is_ours(world: World) -> None:
    world.pull(account("A"), at=NOW - timedelta(days=2))
    world.write("A", "phone", None, "+1 303-555-0100", at=NOW - timedelta(days=1))
    world.pull(account("A", phone="+1 303-555-0100"))
    row = world.value("A", "phone")
    assert (row["actor"], row["changed_at"], row["cleared"]) == ("ours", NOW - timedelta(days=1), False)


def test_what_a_person_empties_is_cleared_and_stays_so(world: World) -> None:
    world.pull(account("A", city="Denver"), at=NOW - timedelta(days=3))
    world.pull(account("A"), at=NOW - timedelta(days=2))
    world.pull(account("A"))
    assert world.value("A", "city")["cleared"] is True
    assert world.value("A", "phone")["cleared"] is False


def test_what_we_filled_and_a_person_emptied_is_cleared(world: World) -> None:
    world.pull(account("A"), at=NOW - timedelta(days=2))
    world.write("A", "phone", None, "+1 303-555-0100", at=NOW - timedelta(days=1))
    world.pull(account("A"))
    assert world.value("A", "phone")["cleared"] is True


def test_what_our_undo_emptied_is_not_cleared_by_a_person(world: World) -> None:
    from dataclasses import replace

    from accounts.change import ChangeKind, WriteOutcome, WriteStatus

    world.pull(account("A"), at=NOW - timedelta(days=3))
    change = world.write("A", "phone", None, "+1 303-555-0100", at=NOW - timedelta(days=2))
    world.pull(account("A", phone="+1 303-555-0100"), at=NOW - timedelta(days=1))
    back = replace(change, kind=ChangeKind.RESTORE, base=change.value, value=None, value_key="")
    world.ledger.settle("u1", [WriteOutcome(back, WriteStatus.WRITTEN, NOW - timedelta(hours=1))])
    world.ledger.mark_undone("r1", [change.id], "u1")
    world.pull(account("A"))
    assert world.value("A", "phone")["cleared"] is False


def test_history_keeps_every_value_ever_seen(world: World) -> None:
    for n, city in enumerate(("Denver", "Boulder", "Boulder", "Aspen")):
        world.pull(account("A", city=city), at=NOW + timedelta(days=n))
    rows = world.warehouse.rows("SELECT value FROM crm_history WHERE field = 'city' ORDER BY seen_at")
    assert [r["value"] for r in rows] == ["Denver", "Boulder", "Aspen"]


def test_what_we_wrote_and_a_person_retyped_is_theirs_from_then_on(world: World) -> None:
    """The same number in another spelling: somebody sat down and typed it."""
    world.pull(account("A"), at=NOW - timedelta(days=3))
    world.write("A", "phone", None, "+1 303-555-0100", at=NOW - timedelta(days=2))
    world.pull(account("A", "2026-11-20", "evergreen", phone="+1 303-555-0100"), at=NOW - timedelta(days=1))
    assert world.value("A", "phone")["actor"] == "ours"
    typed = account("A", "2026-11-22", "maya", Actor.PERSON, phone="(303) 555 0100")
    for later in (0, 1):
        world.pull(typed, at=NOW + timedelta(days=later))
        row = world.value("A", "phone")
        assert (row["actor"], row["changed_by"]) == ("person", "maya")

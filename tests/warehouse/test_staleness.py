"""A status and a reason per field."""

from __future__ import annotations

from datetime import timedelta

from accounts.golden import Freshness
from accounts.observation import Evidence, Signal
from tests.warehouse.conftest import CATALOGUE, NOW, World, account, day
from warehouse.rows import signal_row
from warehouse.staleness import Offer, refresh_staleness, stale_fields, work_list

TTL = CATALOGUE["phone"].ttl_days


def test_the_age_counts_from_the_last_change_and_says_whose(world: World) -> None:
    world.pull(account("A", phone="303-555-0100", city="Denver"))
    status, reason = world.status("A", "phone")
    assert status == "expired"
    assert "2024-03-01 by import" in reason
    assert str(TTL) in reason


def test_the_day_of_expiry_is_exact(world: World) -> None:
    changed = day("2026-01-01")
    world.pull(account("A", "2026-01-01", phone="303-555-0100"), at=changed)
    assert world.status("A", "phone", changed + timedelta(days=TTL - 1))[0] == "fresh"
    assert world.status("A", "phone", changed + timedelta(days=TTL))[0] == "expired"


def test_an_unknown_age_is_due_not_expired_until_our_own_snapshots_are_old_enough(world: World) -> None:
    world.pull(account("A", None, phone="303-555-0100"))
    assert world.status("A", "phone")[0] == "due"
    assert world.status("A", "phone", NOW + timedelta(days=TTL))[0] == "expired"


def test_a_confirmation_makes_it_fresh_again(world: World) -> None:
    world.pull(account("A", phone="303-555-0100"))
    world.ledger.confirm(
        "r1",
        [{"account_id": "A", "field": "phone", "key": "+13035550100", "sources": ["site"], "noted_at": NOW}],
    )
    status, reason = world.status("A", "phone", NOW + timedelta(days=5))
    assert (status, reason.split(",")[0]) == ("fresh", "confirmed on 2026-11-22")


def test_blank_invalid_and_fresh(world: World) -> None:
    world.pull(account("A", "2026-11-01", phone="12345"))
    assert world.status("A", "phone") == ("invalid", "what stands there has 5 digits, too few to dial")
    assert world.status("A", "city")[0] == "missing"


def test_a_signal_contradicts_what_is_older_than_it(world: World) -> None:
    told = Signal(
        "A", "site_moved", "acme.example now leads to other.example", "site", "acme.example",
        Evidence("https://acme.example/", "redirect", NOW), 0.95, "test/1", NOW, contradicts=("website",),
    )  # fmt: skip
    world.warehouse.append("signal", [signal_row("r1", told)])
    world.pull(account("A", "2026-11-01", website="acme.example", phone="303-555-0100"))
    status, reason = world.status("A", "website")
    assert status == "contradicted"
    assert "now leads to other.example" in reason
    assert world.status("A", "phone")[0] == "fresh"


def test_the_work_list_asks_no_source_twice_within_a_month_but_a_failed_one(world: World) -> None:
    world.pull(account("A"), account("B"))
    refresh_staleness(world.warehouse, NOW)
    provides = [Offer("site", frozenset({"phone", "city"}), 30)]
    assert {i.account_id for i in work_list(world.warehouse, NOW, provides)} == {"A", "B"}
    for key, outcome in (("A", "zero_rows"), ("B", "failed")):
        row = {"run_id": "r1", "account_id": key, "source": "site", "outcome": outcome, "noted_at": NOW}
        world.warehouse.append("source_call", [row])
    assert {i.account_id for i in work_list(world.warehouse, NOW, provides)} == {"B"}
    assert {i.account_id for i in work_list(world.warehouse, NOW + timedelta(days=30), provides)} == {
        "A",
        "B",
    }


def test_the_work_list_is_ordered_by_benefit(world: World) -> None:
    world.pull(
        account("A", "2026-11-01", phone="303-555-0100", city="Denver"), account("B", phone="303-555-0100")
    )
    refresh_staleness(world.warehouse, NOW)
    items = list(work_list(world.warehouse, NOW, [Offer("site", frozenset({"phone", "city"}), 30)]))
    assert [i.account_id for i in items] == ["B", "A"]
    assert [n.status for n in items[0].needs] == [Freshness.EXPIRED, Freshness.MISSING]
    assert [n.status for n in items[1].needs] == [Freshness.FRESH, Freshness.FRESH]


def test_a_page_that_shows_another_value_now_contradicts_the_one_it_showed(world: World) -> None:
    world.pull(account("A", "2026-10-01", phone="+1 303-555-0100"))
    world.observe("A", "phone", "+1 303-555-0100", at=NOW - timedelta(days=2))
    world.observe("A", "city", "Denver", at=NOW - timedelta(days=1))
    assert world.status("A", "phone")[0] == "fresh", "a later reading that names no phone says nothing"
    world.observe("A", "phone", "+1 303-555-0177", at=NOW)
    status, reason = world.status("A", "phone")
    assert status == "contradicted"
    assert "now says +13035550177" in reason


def test_a_page_that_shows_another_value_beside_it_contradicts_nothing(world: World) -> None:
    world.pull(account("A", "2026-10-01", phone="+1 303-555-0100"))
    world.observe("A", "phone", "+1 303-555-0100", at=NOW - timedelta(days=2))
    world.observe("A", "phone", "+1 303-555-0100", at=NOW)
    world.observe("A", "phone", "+1 303-555-0177", at=NOW)
    assert world.status("A", "phone")[0] == "fresh"


def test_the_stale_list_is_worst_first(world: World) -> None:
    world.pull(
        account("A", "2025-05-01", phone="303-555-0100"),
        account("B", "2020-01-01", phone="303-555-0101", city="X"),
    )
    refresh_staleness(world.warehouse, NOW)
    rows = stale_fields(world.warehouse)
    assert [(r["account_id"], r["field"]) for r in rows] == [("B", "phone"), ("A", "phone"), ("B", "city")]
    assert [r["account_id"] for r in stale_fields(world.warehouse, field="city")] == ["B"]

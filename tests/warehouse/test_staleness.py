"""A status and a reason per field."""

from __future__ import annotations

from datetime import timedelta

from accounts.golden import Freshness
from accounts.link import LinkDecision
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


def test_an_officer_whose_post_the_page_gives_to_another_is_contradicted(world: World) -> None:
    world.link("A")
    world.pull(account("A", "2026-10-01", key_executives="Jane Roe (CEO); Max Bell, CFO"))
    world.observe("A", "key_executives", "Max Bell, Chief Financial Officer")
    assert world.status("A", "key_executives")[0] == "fresh", "a page that names no CEO says nothing of one"
    world.observe("A", "key_executives", "Ida Stone, Chief Executive Officer")
    status, reason = world.status("A", "key_executives")
    assert status == "contradicted"
    assert "names Ida Stone, Chief Executive Officer" in reason


def test_posts_that_many_hold_and_another_spelling_contradict_nothing(world: World) -> None:
    world.link("A")
    world.pull(account("A", "2026-10-01", key_executives="Jane Roe, CEO; Kim Park, Vice President"))
    for text in ("Jane Q. Roe, Chief Executive Officer", "Ola Berg, Vice President"):
        world.observe("A", "key_executives", text)
    assert world.status("A", "key_executives")[0] == "fresh"


def test_an_officer_gone_from_the_page_is_contradicted_though_the_others_stay(world: World) -> None:
    world.link("A")
    world.pull(account("A", "2026-10-01", key_executives="Jane Roe, Owner; Max Bell, Partner"))
    for name in ("Jane Roe, Owner", "Max Bell, Partner"):
        world.observe("A", "key_executives", name, at=NOW - timedelta(days=2))
    assert world.status("A", "key_executives")[0] == "fresh"
    world.observe("A", "key_executives", "Max Bell, Partner", at=NOW)
    status, reason = world.status("A", "key_executives")
    assert status == "contradicted"
    assert "showed Jane Roe, Owner until 2026-11-20" in reason


def test_what_a_rejected_record_says_of_officers_counts_for_nothing(world: World) -> None:
    world.link("A", decision=LinkDecision.REJECT)
    world.pull(account("A", "2026-10-01", key_executives="Jane Roe, CEO"))
    world.observe("A", "key_executives", "Ida Stone, CEO")
    assert world.status("A", "key_executives")[0] == "fresh"


def test_a_register_that_strikes_a_company_off_contradicts_active_in_any_words(world: World) -> None:
    world.link("A", "gleif", "L1")
    world.pull(account("A", "2026-10-01", registration_status="存续"))
    world.observe(
        "A", "registration_status", "ACTIVE", source="gleif", record="L1", at=NOW - timedelta(days=1)
    )
    assert world.status("A", "registration_status")[0] == "fresh"
    world.observe("A", "registration_status", "INACTIVE", source="gleif", record="L1", at=NOW)
    status, reason = world.status("A", "registration_status")
    assert (status, "gleif register says INACTIVE" in reason) == ("contradicted", True)


def test_a_site_that_speaks_of_another_company_contradicts_the_website(world: World) -> None:
    world.pull(account("A", "2026-10-01", website="acme.example"))
    world.link("A")
    assert world.status("A", "website")[0] == "fresh"
    world.warehouse.run("DELETE FROM link")
    world.link("A", decision=LinkDecision.REJECT, probability=0.02)
    status, reason = world.status("A", "website")
    assert status == "contradicted"
    assert "speaks of Acme" in reason


def test_a_cell_of_several_values_reads_the_same_in_any_order(world: World) -> None:
    world.pull(account("A", ticker="BETA; alfa"), account("B", ticker="ALFA;BETA"))
    assert world.value("A", "ticker")["key"] == world.value("B", "ticker")["key"] == "alfa;beta"


def test_a_contradiction_asks_the_sources_again_that_answered_before_it(world: World) -> None:
    world.pull(account("A", "2026-10-01", phone="+1 303-555-0100"))
    world.observe("A", "phone", "+1 303-555-0100", at=NOW - timedelta(days=2))
    row = {
        "run_id": "r1",
        "account_id": "A",
        "source": "edgar",
        "outcome": "rows",
        "noted_at": NOW - timedelta(days=1),
    }
    world.warehouse.append("source_call", [row])
    offers = [Offer("edgar", frozenset({"phone"}), 30)]
    refresh_staleness(world.warehouse, NOW)
    assert list(work_list(world.warehouse, NOW, offers)) == []
    world.observe("A", "phone", "+1 303-555-0177", at=NOW)
    refresh_staleness(world.warehouse, NOW)
    assert [i.account_id for i in work_list(world.warehouse, NOW, offers)] == ["A"]

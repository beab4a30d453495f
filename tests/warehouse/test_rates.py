"""The work list by learned rates: who is looked at first, how soon again, and what is given up (nobody)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from accounts.run import WorkItem
from tests.warehouse.conftest import NOW, World, account
from warehouse.rates import account_histories, looks_by_kind, note_looks, work_list_by_rate
from warehouse.staleness import Offer, refresh_staleness, work_list

OFFERS = [Offer("site", frozenset({"phone", "city"}), 1)]
RATES = {"city": 0.002, "phone": 0.01}


def called(
    world: World, key: str, at: datetime, *, outcome: str = "rows", run: str = "r0", requests: int = 2
) -> None:
    row = {
        "run_id": run,
        "account_id": key,
        "source": "site",
        "outcome": outcome,
        "requests": requests,
        "noted_at": at,
    }
    world.warehouse.append("source_call", [row])


def seen(world: World, key: str, at: datetime, city: str = "Denver", **how: int) -> None:
    """An account that the CRM and its site agree about, looked at on a day."""
    world.link(key)
    world.observe(key, "city", city, at=at)
    called(world, key, at, **how)


def rates(world: World, blank: float = 0.0001) -> None:
    world.warehouse.replace(
        "change_rate",
        (
            {
                "segment": "*",
                "source": "site",
                "field": field,
                "blank": unseen,
                "rate": blank if unseen else rate,
            }
            for field, rate in RATES.items()
            for unseen in (False, True)
        ),
    )


def listed(world: World, now: datetime = NOW, paces: dict[str, float] | None = None) -> list[WorkItem]:
    refresh_staleness(world.warehouse, now)
    told = ({"account_id": a, "source": "site", "pace": p} for a, p in (paces or {}).items())
    return list(work_list_by_rate(world.warehouse, now, OFFERS, told))


def order(items: Iterable[WorkItem]) -> list[str]:
    return [item.account_id for item in items]


def pulled(world: World, *keys: str, **values: str) -> None:
    world.pull(*(account(k, "2026-11-01", **(values or {"city": "Denver"})) for k in keys))


def test_new_accounts_come_first_and_then_who_waits_longest(world: World) -> None:
    pulled(world, "A", "B", "C")
    for key, days in (("A", 3), ("B", 9)):
        seen(world, key, NOW - timedelta(days=days))
    world.settle("A", "B")
    rates(world)
    items = listed(world)
    assert order(items) == ["C", "B", "A"]
    assert [i.urgent for i in items] == [True, False, False]
    assert items[1].benefit / items[2].benefit == pytest.approx((9**2 / 2 + 60 * 8) / (3**2 / 2))


def test_a_lively_account_is_looked_at_more_often_by_the_square_root(world: World) -> None:
    pulled(world, "A", "B")
    for key in "AB":
        seen(world, key, NOW - timedelta(days=6))
    world.settle("A", "B")
    rates(world)
    benefits = {i.account_id: i.benefit for i in listed(world, paces={"A": 4.0})}
    assert benefits["A"] / benefits["B"] == 4
    seen(world, "A", NOW - timedelta(days=3))
    world.settle("A", "B")
    benefits = {i.account_id: i.benefit for i in listed(world, paces={"A": 4.0})}
    assert round(benefits["A"] / benefits["B"], 6) == 1  # four times the rate, half the days


def test_what_is_about_to_miss_the_week_comes_before_what_was_looked_at_lately(world: World) -> None:
    pulled(world, "A", "B")
    seen(world, "A", NOW - timedelta(days=7))
    seen(world, "B", NOW - timedelta(days=8))
    world.settle("A", "B")
    rates(world)
    assert order(listed(world, paces={"A": 15.0})) == ["B", "A"]
    assert order(listed(world, NOW + timedelta(days=1), paces={"A": 15.0})) == ["A", "B"]


def test_what_changes_seldom_still_has_its_turn(world: World) -> None:
    pulled(world, "A", "B")
    seen(world, "A", NOW - timedelta(days=8))
    seen(world, "B", NOW - timedelta(days=70))
    world.settle("A", "B")
    rates(world)
    assert order(listed(world, paces={"A": 5.0})) == ["B", "A"]
    assert order(listed(world, paces={"A": 8.0})) == ["A", "B"]


def test_nothing_is_given_up_because_it_changes_too_fast(world: World) -> None:
    pulled(world, "A", "B")
    for key in "AB":
        seen(world, key, NOW - timedelta(days=10))
    world.settle("A", "B")
    rates(world)
    assert order(listed(world, paces={"A": 500.0})) == ["A", "B"]


def test_what_a_source_does_not_show_counts_by_the_rate_it_appears_at(world: World) -> None:
    pulled(world, "A", "B", city="Denver", phone="719-593-0580")
    for key in "AB":
        seen(world, key, NOW - timedelta(days=6))
    world.observe("B", "phone", "719-593-0580", at=NOW - timedelta(days=6))
    world.settle("A", "B")
    rates(world)
    assert order(listed(world)) == ["B", "A"]
    assert listed(world)[0].expected > 2 * listed(world)[1].expected


def test_a_look_that_costs_less_comes_before_one_that_costs_more(world: World) -> None:
    pulled(world, "A", "B")
    seen(world, "A", NOW - timedelta(days=6), requests=6)
    seen(world, "B", NOW - timedelta(days=6), requests=1)
    world.settle("A", "B")
    rates(world)
    items = listed(world)
    assert order(items) == ["B", "A"]
    assert [i.requests for i in items] == [1, 6]


def test_what_fails_is_not_asked_every_night_even_where_it_is_contradicted(world: World) -> None:
    pulled(world, "A")
    seen(world, "A", NOW - timedelta(days=9))
    world.settle("A")
    rates(world)
    world.observe("A", "city", "Boulder", at=NOW - timedelta(days=2))
    called(world, "A", NOW - timedelta(days=2))
    world.settle("A")
    assert [i.urgent for i in listed(world)] == [False]  # looked at since: soon again, but not before all
    for n in range(4):
        called(world, "A", NOW - timedelta(hours=4 - n), outcome="failed")
    assert listed(world) == []
    assert order(listed(world, NOW + timedelta(days=8))) == ["A"]


def test_looks_tell_changes_of_what_was_shown_and_of_what_was_not(world: World) -> None:
    pulled(world, "A", "B")
    before = NOW - timedelta(days=10)
    for key in "AB":
        seen(world, key, before)
        world.settle(key)
    world.warehouse.run("UPDATE golden SET run_id = 'r0', valid_from = $at", {"at": before})
    for run, at in (("r0", before), ("r1", NOW)):
        world.warehouse.append("run", [{"id": run, "kind": "nightly", "status": "done", "started_at": at}])
    world.observe("A", "city", "Boulder")
    world.observe("B", "city", "Denver")
    world.observe("B", "phone", "719-593-0580")
    for key in "AB":
        called(world, key, NOW, run="r1")
        world.settle(key)
    note_looks(world.warehouse, "r1", OFFERS)
    told = {
        (r["field"], r["blank"]): (r["days"], r["looks"], r["changes"])
        for r in looks_by_kind(world.warehouse)
    }
    assert told == {("city", False): (10.0, 2, 1), ("phone", True): (10.0, 2, 1)}
    rates(world)
    histories = {r["account_id"]: (r["days"], r["changes"]) for r in account_histories(world.warehouse)}
    assert histories == {"A": (10.0, 1), "B": (10.0, 0)}


def test_a_history_tells_what_else_is_known_of_an_account(world: World) -> None:
    """Size and age, the sites' word before the CRM's; and pages that changed though no field did."""
    pulled(world, "A", "B")
    world.warehouse.append(
        "crm_value",
        (
            {"account_id": key, "field": field, "value": value}
            for key, field, value in (
                ("A", "employees", "30"), ("A", "founded", "1950"), ("B", "employees", "30"), ("B", "founded", "n/a"),
            )
        ),
    )  # fmt: skip
    world.link("A")
    world.observe("A", "employees", "800", at=NOW - timedelta(days=20))
    world.observe("A", "founded", "2020", at=NOW - timedelta(days=20))
    for key, days in (("A", 20), ("A", 10), ("A", 1), ("B", 20), ("B", 1)):
        called(world, key, NOW - timedelta(days=days), run=f"r{days}")
    world.settle("A")
    for key, readings in (("A", 2), ("B", 1)):
        world.warehouse.append(
            "reading",
            (
                {"account_id": key, "source": "site", "record_id": f"https://{key}/", "fingerprint": str(n)}
                for n in range(readings)
            ),
        )
    traits = {r["account_id"]: r["traits"] for r in account_histories(world.warehouse)}
    assert traits == {"A": ["large", "young", "often"], "B": ["small", "?", "still"]}


def test_fixed_ttls_give_every_account_its_turn(world: World) -> None:
    """Blanks that no page fills take the first looks, and not all of them for ever."""
    world.pull(account("A", "2026-11-01"), account("B", "2026-11-01", city="Denver"))
    now, turns = NOW, []
    for key in "AB":
        called(world, key, now)
    for _ in range(40):
        now += timedelta(days=1)
        refresh_staleness(world.warehouse, now)
        turns.append(order(work_list(world.warehouse, now, OFFERS))[0])
        called(world, turns[-1], now)
    assert min(turns.count("A"), turns.count("B")) > 10


def test_what_many_accounts_share_is_held_once_whatever_orders_the_list(world: World) -> None:
    pulled(world, "A", "B")
    offers = [Offer("wikidata", frozenset({"city"}), 30), Offer("site", frozenset({"phone", "city"}), 1)]
    refresh_staleness(world.warehouse, NOW)
    for items in (
        work_list_by_rate(world.warehouse, NOW, offers, ()),
        work_list(world.warehouse, NOW, offers),
    ):
        first, second = items
        assert {n.field: n.sources for n in first.needs} == {"city": ("site", "wikidata"), "phone": ("site",)}
        assert [id(n) for n in first.needs] == [id(n) for n in second.needs]

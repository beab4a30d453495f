"""Which calls to sources are kept: what a later night asks of them is answered as if all were there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.warehouse.conftest import NOW, World, account
from warehouse.calls import RUNS, forget_calls
from warehouse.rates import account_histories, work_list_by_rate
from warehouse.staleness import Offer, refresh_staleness

DAYS = 60
OFFERS = [Offer("site", frozenset({"phone", "city"}), 1), Offer("edgar", frozenset({"ticker"}), 1)]


def call(world: World, day: int, outcome: str = "rows", **more: Any) -> None:
    row = {
        "run_id": f"n{day}", "account_id": "A", "source": "site", "outcome": outcome, "requests": 2, "cost": 0.0,
        "noted_at": NOW - timedelta(days=DAYS - day), "pages": ["https://acme.example/"],
    }  # fmt: skip
    world.warehouse.append("source_call", [row | more])


def nights(world: World) -> None:
    """Sixty nights: the site answers, a register fails after the first; a technology is seen last on the fifth."""
    world.pull(account("A", city="Denver"))
    world.link("A")
    started = [
        {"number": day, "id": f"n{day}", "kind": "nightly", "started_at": NOW - timedelta(days=DAYS - day)}
        for day in range(DAYS)
    ]
    world.warehouse.append("run", started)
    world.observe("A", "technologies", "Drift", at=NOW - timedelta(days=DAYS - 5, hours=-1))
    for day in range(DAYS):
        call(world, day)
        call(world, day, "rows" if day == 0 else "failed", source="edgar")
    call(world, 3, source="paid", cost=0.2)


def asked(world: World) -> list[Any]:
    """What nights ask of the calls."""
    refresh_staleness(world.warehouse, NOW)
    told = [
        (i.account_id, i.needs, i.requests, i.days, i.urgent)
        for i in work_list_by_rate(world.warehouse, NOW, OFFERS, ())
    ]
    watched = sorted((r["account_id"], r["source"], r["days"]) for r in account_histories(world.warehouse))
    return [told, watched, world.warehouse.value("SELECT sum(cost) FROM source_call")]


def test_what_later_nights_ask_of_the_calls_is_answered_as_before(world: World) -> None:
    nights(world)
    before = asked(world)
    assert forget_calls(world.warehouse, 5) > DAYS
    assert asked(world) == before
    assert forget_calls(world.warehouse, 5) == 0


def test_the_last_runs_the_first_look_and_what_shows_a_thing_gone_are_kept(world: World) -> None:
    nights(world)
    forget_calls(world.warehouse, 5)
    kept = world.warehouse.rows("SELECT run_id FROM source_call WHERE source = 'site' ORDER BY noted_at")
    last = [f"n{day}" for day in range(DAYS - RUNS, DAYS)]
    assert [row["run_id"] for row in kept] == ["n0", "n6", "n7", *last]


def test_few_calls_are_left_alone(world: World) -> None:
    world.pull(account("A", city="Denver"))
    for day in range(RUNS):
        call(world, day)
    assert forget_calls(world.warehouse, 2) == 0

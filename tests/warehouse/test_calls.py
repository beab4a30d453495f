"""Which calls to sources are kept: what a later night asks of them is answered as if all were there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from accounts.config import WarehouseConfig
from tests.warehouse.conftest import NOW, World, account
from warehouse.calls import RUNS, forget_calls
from warehouse.golden import settle_golden
from warehouse.rates import account_histories, looks_by_kind, note_looks, work_list_by_rate
from warehouse.rows import observation_row
from warehouse.staleness import Offer, refresh_staleness, work_list
from warehouse.store import Warehouse, sql

DAYS = 60
SEES = "technographics"
FEWEST = 6  # calls that `[warehouse] keep_calls` may be set to
OFFERS = [Offer("site", frozenset({"phone", "city"}), 1), Offer("edgar", frozenset({"ticker"}), 1)]


def call(world: World, day: int, outcome: str = "rows", **more: Any) -> None:
    row = {
        "run_id": f"n{day}", "account_id": "A", "source": "site", "outcome": outcome, "requests": 2, "cost": 0.0,
        "noted_at": NOW - timedelta(days=DAYS - day), "pages": ["https://acme.example/"],
    }  # fmt: skip
    world.warehouse.append("source_call", [row | more])


def started(world: World) -> None:
    """The runs of sixty nights."""
    at = [NOW - timedelta(days=DAYS - day) for day in range(DAYS)]
    rows = [
        {"number": n, "id": f"n{n}", "kind": "nightly", "started_at": moment} for n, moment in enumerate(at)
    ]
    world.warehouse.append("run", rows)


def nights(world: World) -> None:
    """Sixty nights: the site answers, a register fails after the first; a technology is seen last on the fifth."""
    world.pull(account("A", city="Denver"))
    world.link("A")
    started(world)
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


def test_fewer_calls_than_the_longest_pause_is_told_by_cannot_be_asked_for() -> None:
    assert WarehouseConfig(keep_calls=FEWEST).keep_calls == FEWEST
    with pytest.raises(ValidationError):
        WarehouseConfig(keep_calls=FEWEST - 1)


def _by_benefit(warehouse: Warehouse, now: datetime) -> set[str]:
    return {need.field for item in work_list(warehouse, now, OFFERS) for need in item.needs}


def _by_rate(warehouse: Warehouse, now: datetime) -> set[str]:
    return {need.field for item in work_list_by_rate(warehouse, now, OFFERS, ()) for need in item.needs}


@pytest.mark.parametrize("due", [_by_benefit, _by_rate])
def test_a_host_that_is_down_for_long_is_left_alone_for_a_month(
    world: World, due: Callable[[Warehouse, datetime], set[str]]
) -> None:
    """Of its eight failures, the last of them twenty days ago and older than the last runs, six tell the pause."""
    world.pull(account("A", city="Denver"))
    started(world)
    for day in range(DAYS):
        call(world, day)
    for day in (1, 2, 3, 5, 10, 18, 34, 40):
        call(world, day, "failed", source="edgar")
    refresh_staleness(world.warehouse, NOW)
    assert forget_calls(world.warehouse, FEWEST) > 0
    left = "SELECT count(*) FROM source_call WHERE source = 'edgar'"
    assert world.warehouse.value(left) == FEWEST
    assert "ticker" not in due(world.warehouse, NOW + timedelta(days=9))
    assert "ticker" in due(world.warehouse, NOW + timedelta(days=10))


def test_a_site_that_was_gone_for_long_is_compared_with_what_it_last_showed(world: World) -> None:
    world.pull(account("A", city="Denver"))
    world.link("A")
    started(world)
    for day in range(DAYS - 1):
        call(world, day, "rows" if day <= 10 else "not_found")
    assert forget_calls(world.warehouse, FEWEST) > 0
    call(world, DAYS - 1)
    note_looks(world.warehouse, f"n{DAYS - 1}", OFFERS)
    assert {row["days"] for row in looks_by_kind(world.warehouse)} == {DAYS - 1 - 10}


def test_what_is_gone_stays_gone_whichever_page_showed_it_last(world: World) -> None:
    """One look shows it on two pages alike; two looks read the one without it, two the other, and all later ones neither."""
    world.pull(account("A", city="Denver"))
    world.link("A", SEES)
    started(world)
    home, other = "https://acme.example/", "https://acme.example/zoo"
    drift = world.observe(
        "A", "technologies", "Drift", source=SEES, at=NOW - timedelta(days=DAYS - 5, hours=-1)
    )
    world.observe("A", "technologies", "jQuery", source=SEES)
    again = replace(drift, evidence=replace(drift.evidence, url=other))
    world.warehouse.append("observation", [observation_row("r1", again)])
    for day in range(DAYS):
        pages = [home] if day in (6, 7) else [other] if day in (8, 9) else ["https://acme.example/about"]
        call(world, day, source=SEES, pages=pages)

    def told() -> tuple[Any, Any]:
        settle_golden(world.warehouse, "r1", ["A"], NOW, whole=True)
        value = world.warehouse.value(
            "SELECT value FROM golden WHERE field = 'technologies' AND valid_to IS NULL"
        )
        return value, world.warehouse.rows(sql("technologies_seen"), {"account": "A"})

    before = told()
    assert before[0] == "jQuery"
    assert forget_calls(world.warehouse, FEWEST) > 0
    assert told() == before

"""What runs learn of their sources: from what people left alone, took out, accepted; never from what they typed by themselves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from accounts.account import Actor
from accounts.change import ReviewAction, ReviewDecision
from accounts.clock import FixedClock
from flows.learning import learn_trust
from tests.warehouse.conftest import NOW, World, account
from warehouse.store import open_warehouse

LATER = NOW + timedelta(days=8)


@pytest.fixture
def world(tmp_path: Path):  # type: ignore[no-untyped-def]
    with open_warehouse(tmp_path) as warehouse:
        yield World(warehouse)


def learned(
    world: World, decisions: tuple[ReviewDecision, ...] = ()
) -> dict[tuple[str, str], dict[str, object]]:
    learn_trust(world.warehouse, decisions, FixedClock(world.now))
    return {(r["source"], r["field"]): r for r in world.warehouse.rows("SELECT * FROM reliability")}


def written(world: World, keys: list[str]) -> None:
    """A city that the site says and we wrote, for each account."""
    for key in keys:
        world.link(key)
        world.observe(key, "city", "Denver", confidence=0.7)
        world.write(key, "city", None, "Denver")


def standing(
    world: World, keys: list[str], city: str = "Denver", by: str = "evergreen", actor: Actor = Actor.OURS
) -> None:
    world.now = LATER
    world.pull(*(account(k, "2026-11-30", by, actor, city=city) for k in keys), at=LATER)


def test_what_was_left_alone_for_a_week_speaks_for_the_source(world: World) -> None:
    keys = [f"A{i}" for i in range(40)]
    written(world, keys)
    world.pull(*(account(k, "2026-11-22", "evergreen", Actor.OURS, city="Denver") for k in keys))
    assert learned(world) == {}  # too early
    standing(world, keys)
    found = learned(world)["site", "city"]
    assert found["checked"] == 40
    assert found["accuracy"] == 1.0
    assert float(str(world.settle(*keys)["city"]["confidence"])) > 0.85


def test_what_people_took_out_speaks_against_it(world: World) -> None:
    keys = [f"A{i}" for i in range(40)]
    written(world, keys)
    standing(world, keys, "Boulder", "maya", Actor.PERSON)
    found = learned(world)["site", "city"]
    assert found["accuracy"] == 0.0
    assert float(str(world.settle(*keys)["city"]["confidence"])) < 0.4


def test_what_people_type_by_themselves_is_no_check(world: World) -> None:
    for i in range(40):
        world.link(f"A{i}")
        world.observe(f"A{i}", "city", "Denver")
    world.pull(*(account(f"A{i}", "2026-11-20", "maya", Actor.PERSON, city="Boulder") for i in range(40)))
    assert learned(world) == {}


def test_a_steward_s_word_counts_at_once(world: World) -> None:
    world.link("A")
    seen = world.observe("A", "city", "Denver")
    said = ReviewDecision("item", ReviewAction.ACCEPT, "maya", NOW, "A", "city", seen.key)
    assert learned(world, (said,))["site", "city"]["accuracy"] == 1.0
    kept = ReviewDecision("item", ReviewAction.KEEP, "maya", NOW, "A", "city", seen.key)
    assert learned(world, (kept,))["site", "city"]["accuracy"] == 0.0


def test_sources_that_meet_check_each_other(world: World) -> None:
    for i in range(60):
        for source in ("site", "edgar"):
            world.link(f"A{i}", source, source)
            world.observe(f"A{i}", "city", "Denver", source=source, record=source, confidence=0.7)
    found = learned(world)
    assert found["site", "city"]["compared"] == 60
    assert float(str(found["site", "city"]["shift"])) > 0.5

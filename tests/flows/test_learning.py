"""What runs learn of their sources: from what people left alone, took out, accepted; never from what they typed by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.account import Actor
from accounts.change import ReviewAction, ReviewDecision
from accounts.clock import FixedClock
from flows.auditing import Judged, keep_verdicts
from flows.learning import learn_trust
from tests.warehouse.conftest import CATALOGUE, NOW, World, account
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


def test_what_imports_left_in_the_crm_checks_a_source(world: World) -> None:
    keys = [f"A{i}" for i in range(60)]
    for key in keys:
        world.link(key)
        world.observe(key, "city", "Denver", confidence=0.7)
    world.pull(*(account(k, city="Denver") for k in keys))
    found = learned(world)
    assert set(found) == {("site", "city")}  # of the CRM itself nothing is kept
    assert found["site", "city"]["compared"] == 60
    assert float(str(found["site", "city"]["shift"])) > 0.3


def test_other_words_for_a_trade_say_nothing_against_a_source(world: World) -> None:
    for i in range(60):
        world.link(f"A{i}")
        world.observe(f"A{i}", "industry", "Plumbing", confidence=0.7)
    world.pull(*(account(f"A{i}", industry="Heating and plumbing contractor") for i in range(60)))
    assert learned(world) == {}


def test_what_was_found_on_a_sheet_counts_and_the_newest_word_is_the_one(world: World) -> None:
    for i in range(30):
        world.link(f"A{i}")
        world.observe(f"A{i}", "city", "Denver", confidence=0.7)
    key = CATALOGUE["city"].value_type.key("Denver")
    wrong = [Judged("city", "site", right=False, account_id=f"A{i}", key=key) for i in range(30)]
    keep_verdicts(world.warehouse, "first", "maya", wrong, NOW)
    assert learned(world)["site", "city"]["accuracy"] == 0.0
    right = [replace(j, right=True) for j in wrong]
    keep_verdicts(world.warehouse, "second", "maya", right, NOW + timedelta(days=1))
    found = learned(world)["site", "city"]
    assert (found["checked"], found["stood"]) == (30, 30)
    assert float(str(world.settle("A1")["city"]["confidence"])) > 0.75


def test_a_cell_of_several_values_is_checked_as_a_whole(world: World) -> None:
    keys = [f"A{i}" for i in range(20)]
    officers = "Ann Lee, CEO; Bo Ray, CFO"
    for key in keys:
        world.link(key)
        for officer in officers.split("; "):
            world.observe(key, "key_executives", officer, confidence=0.7)
    assert learned(world) == {}
    joined = str(world.settle(*keys)["key_executives"]["key"])
    told = [Judged("key_executives", "site", right=True, account_id=k, key=joined) for k in keys]
    keep_verdicts(world.warehouse, "sheet", "maya", told, NOW)
    assert learned(world)["site", "key_executives"]["stood"] == 20


def test_a_shift_that_hardly_moves_stays_as_it_was(world: World) -> None:
    for i in range(200):
        world.link(f"A{i}")
        world.observe(f"A{i}", "city", "Denver", confidence=0.7)
    world.pull(*(account(f"A{i}", city="Denver") for i in range(199)))
    first = learned(world)["site", "city"]["shift"]
    world.pull(*(account(f"A{i}", city="Denver") for i in range(200)))
    again = learned(world)["site", "city"]
    assert (again["shift"], again["compared"]) == (first, 200)

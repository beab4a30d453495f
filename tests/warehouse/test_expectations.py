"""A source that has gone quiet is told; a noisy one, a new one and a rarely asked one are not."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from accounts.run import Run, RunStatus
from tests.warehouse.conftest import NOW, World
from warehouse.expectations import quiet_sources
from warehouse.runs import start_run


def run(world: World, *calls: tuple[str, int, int], source: str = "site", kind: str = "nightly") -> str:
    """A run in which a source was asked: (outcome, times, values each)."""
    number = world.warehouse.value("SELECT count(*) FROM run")
    at = NOW + timedelta(days=number)
    name = f"run{number:03d}"
    start_run(world.warehouse, Run(name, kind, RunStatus.RUNNING, at, at))
    add(world, name, *calls, source=source)
    return name


def add(world: World, name: str, *calls: tuple[str, int, int], source: str) -> None:
    rows = [
        {
            "run_id": name,
            "account_id": "A",
            "source": source,
            "outcome": outcome,
            "rows": values,
            "requests": 1,
        }
        for outcome, times, values in calls
        for _ in range(times)
    ]
    world.warehouse.append("source_call", rows)


def usual(world: World, nights: int = 8) -> None:
    for night in range(nights):
        run(world, ("rows", 70 + night % 3, 6), ("not_found", 30 - night % 3, 0))


def test_a_night_like_the_others_is_not_told(world: World) -> None:
    usual(world)
    assert quiet_sources(world.warehouse, run(world, ("rows", 66, 6), ("not_found", 34, 0))) == []


def test_fewer_answers_with_values_are_told_in_words(world: World) -> None:
    usual(world)
    [told] = quiet_sources(world.warehouse, run(world, ("rows", 12, 6), ("zero_rows", 88, 0)))
    assert (told["source"], told["measure"], told["runs"], told["asked"]) == ("site", "brought", 8, 100)
    assert told["reason"] == (
        "site has gone quiet: 12% of 100 answered calls brought values; in the last 8 runs it was 71%, never below 70%"
    )
    assert told["value"] < told["low"] < told["usual"]


def test_failures_are_told_as_such_and_not_as_emptiness(world: World) -> None:
    usual(world)
    [told] = quiet_sources(
        world.warehouse, run(world, ("rows", 14, 6), ("not_found", 6, 0), ("failed", 80, 0))
    )
    assert told["measure"] == "answered"
    [told] = quiet_sources(world.warehouse, run(world, ("failed", 100, 0)))
    assert told["measure"] == "answered" and "0% of 100 calls" in told["reason"]


def test_thinner_answers_are_told(world: World) -> None:
    usual(world)
    [told] = quiet_sources(world.warehouse, run(world, ("rows", 71, 1), ("not_found", 29, 0)))
    assert told["measure"] == "fill" and "0.7 values for each of 100 answered calls" in told["reason"]


def test_a_source_known_from_few_runs_is_held_to_nothing(world: World) -> None:
    usual(world, nights=4)
    assert quiet_sources(world.warehouse, run(world, ("zero_rows", 100, 0))) == []
    assert quiet_sources(world.warehouse, run(world, ("zero_rows", 100, 0)))


def test_few_calls_prove_nothing(world: World) -> None:
    usual(world)
    assert quiet_sources(world.warehouse, run(world, ("zero_rows", 4, 0))) == []
    assert quiet_sources(world.warehouse, run(world, ("rows", 3, 6), ("zero_rows", 3, 0))) == []


def test_only_runs_of_one_kind_are_compared_and_only_earlier_ones(world: World) -> None:
    usual(world)
    assert quiet_sources(world.warehouse, run(world, ("zero_rows", 50, 0), kind="backfill")) == []
    first = world.warehouse.value("SELECT min(id) FROM run")
    assert quiet_sources(world.warehouse, first) == []
    assert quiet_sources(world.warehouse, "no such run") == []


def test_every_source_is_held_to_its_own(world: World) -> None:
    for _ in range(6):
        add(
            world,
            run(world, ("rows", 80, 5), ("zero_rows", 20, 0)),
            ("rows", 5, 2),
            ("not_found", 95, 0),
            source="edgar",
        )
    last = run(world, ("rows", 10, 5), ("zero_rows", 90, 0))
    add(world, last, ("rows", 6, 2), ("not_found", 94, 0), source="edgar")
    assert [t["source"] for t in quiet_sources(world.warehouse, last)] == ["site"]


def test_one_bad_night_does_not_make_the_next_bad_one_usual(world: World) -> None:
    usual(world)
    for _ in range(3):
        [told] = quiet_sources(world.warehouse, run(world, ("zero_rows", 100, 0)))
        assert told["usual"] > 0.6


@pytest.mark.parametrize("share", [0.05, 0.3, 0.8])
def test_chance_alone_is_seldom_told(world: World, share: float) -> None:
    dice = random.Random(11)
    alarms = 0
    for _ in range(40):
        got = sum(dice.random() < share for _ in range(60))
        alarms += len(
            quiet_sources(world.warehouse, run(world, ("rows", got, 3), ("not_found", 60 - got, 0)))
        )
    assert alarms <= 1

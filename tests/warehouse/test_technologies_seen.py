from __future__ import annotations

from datetime import timedelta

import pytest

from flows.explaining import technologies_of
from tests.warehouse.conftest import NOW, World

SITE = "tarn.example"
HOME = f"https://{SITE}/"


@pytest.fixture
def looked(world: World):
    """Looks at the site on given days: what showed, and how the look ended."""
    world.link("A", "technographics", SITE)

    def look(
        day: int,
        *names: str,
        outcome: str = "rows",
        pages: tuple[str, ...] = (HOME,),
        source: str = "technographics",
    ):
        at = NOW + timedelta(days=day)
        for name in names:
            world.observe(
                "A",
                "technologies",
                name,
                source=source,
                record=SITE,
                kind="main",
                at=at + timedelta(minutes=1),
            )
        world.warehouse.append(
            "source_call",
            [
                {
                    "run_id": f"r{day}",
                    "account_id": "A",
                    "source": source,
                    "outcome": outcome,
                    "noted_at": at,
                    "pages": list(pages),
                }
            ],
        )
        return {row["value"]: row for row in technologies_of(world.warehouse, "A")}

    return look


def golden(world: World) -> set[str]:
    return set(str(world.settle("A")["technologies"]["value"]).split("; "))


def test_first_and_last_sight_are_kept(looked):
    looked(0, "jQuery", "Drift")
    seen = looked(7, "jQuery", "Drift")["jQuery"]
    assert (seen["first_seen"].date(), seen["last_seen"].date()) == (
        NOW.date(),
        (NOW + timedelta(days=7)).date(),
    )
    assert (seen["times"], seen["missed"], seen["removed_at"]) == (2, 0, None)


def test_one_clean_look_without_it_is_no_removal_and_two_are(world, looked):
    looked(0, "jQuery", "Drift")
    seen = looked(7, "jQuery")["Drift"]
    assert (seen["missed"], seen["removed_at"]) == (1, None)
    assert golden(world) == {"Drift", "jQuery"}
    seen = looked(14, "jQuery")["Drift"]
    assert (seen["missed"], seen["removed_at"]) == (2, NOW + timedelta(days=14))
    assert golden(world) == {"jQuery"}


def test_a_look_that_failed_never_counts(world, looked):
    looked(0, "Drift")
    for day in range(1, 6):
        seen = looked(day, outcome="failed", pages=())["Drift"]
    assert (seen["missed"], seen["removed_at"]) == (0, None)
    assert golden(world) == {"Drift"}


def test_a_look_counts_only_for_the_pages_it_read(looked):
    looked(0, "Drift")
    for day in (1, 2, 3):
        seen = looked(day, "jQuery", pages=(f"{HOME}about",))["Drift"]
    assert seen["removed_at"] is None
    for day in (4, 5):  # the same page by another spelling of its address
        seen = looked(day, pages=(f"http://www.{SITE}",), outcome="zero_rows")["Drift"]
    assert seen["removed_at"] == NOW + timedelta(days=5)


def test_dns_and_pages_count_for_themselves(looked):
    looked(0, "Drift")
    for day in (1, 2, 3):
        seen = looked(day, source="dns")["Drift"]
    assert seen["removed_at"] is None


def test_what_comes_back_is_no_longer_gone(looked):
    looked(0, "Drift")
    looked(1)
    looked(2)
    seen = looked(3, "Drift")["Drift"]
    assert (seen["first_seen"].date(), seen["removed_at"], seen["missed"]) == (NOW.date(), None, 0)


def test_a_snapshot_of_before_says_nothing(world, looked):
    looked(0, "Drift")
    world.warehouse.run("ALTER TABLE source_call DROP COLUMN pages")
    assert technologies_of(world.warehouse, "A") == []

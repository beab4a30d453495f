"""SIGKILL at every stage boundary and at random moments: the next run ends with the same file, and nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.faults.conftest import Undisturbed
from tests.faults.world import KILLED, Driver, World

BOUNDARIES = (
    "run noted", "pull", "pulled", "planned", "shard half written", "shard written", "all shards written",
    "shard half loaded", "shard loaded, files there", "shard loaded", "survived", "judgements kept", "concluded", "decided", "change set kept",
    "plan file written", "intended", "backed up", "new file beside the old", "file swapped", "sent", "outcome noted",
    "applied", "report written", "run finished", "snapshot half written", "published",
)  # fmt: skip
#: Random moments are killed in groups, so that test processes share them.
GROUP = 5
MOMENTS = 200 if os.environ.get("EVERGREEN_LONG") else 20

pytestmark = pytest.mark.slow


def assert_healed(world: World, undisturbed: Undisturbed, held: set[str], killed: int) -> None:
    """What must hold after a normal run has followed `killed` runs that were killed with `held` acknowledged."""
    assert world.file.read_bytes() == undisturbed.file
    assert held <= world.acknowledged(), "an acknowledged observation is lost"
    world.assert_written_once()
    newest, *dead = world.good("runs")["items"]
    assert newest["status"] == "done"
    assert len(dead) <= killed
    assert {run["status"] for run in dead} <= {"crashed", "done"}, "a dead run seems to live"
    assert world.litter() == set()
    world.undo_all()
    assert world.file.read_bytes() == world.before


@pytest.mark.parametrize("place", BOUNDARIES)
def test_a_run_killed_at_a_boundary_is_finished_by_the_next(
    place: str, world: World, undisturbed: Undisturbed
) -> None:
    assert world.nightly(at=place).code == KILLED
    assert world.file.read_bytes() in (world.before, undisturbed.file), "readers see one file or the other"
    held = world.acknowledged()
    ended = world.nightly()
    assert ended.code == 0, ended.stderr
    (dead,) = world.good("runs")["items"][1:]
    assert dead["status"] == ("done" if place in BOUNDARIES[-3:] else "crashed")
    assert_healed(world, undisturbed, held, 1)


@pytest.mark.parametrize("group", range(MOMENTS // GROUP))
def test_runs_killed_at_random_moments_are_finished_by_the_next(
    group: int, driver: Driver, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    random, died = Random(f"moments {group}"), 0
    for number in range(GROUP):
        world = World(driver, tmp_path / str(number))
        kills = 2 if random.random() < 0.3 else 1  # the run that heals may die as well
        held: set[str] = set()
        for _ in range(kills):
            after = random.uniform(0.02, 1.0) * undisturbed.seconds
            died += world.nightly(kill_after=after).code == KILLED
            held |= world.acknowledged()
            assert world.file.read_bytes() in (world.before, undisturbed.file)
        ended = world.nightly()
        assert ended.code == 0, ended.stderr
        assert_healed(world, undisturbed, held, kills)
    assert died >= GROUP // 2, "too few were killed in their work"


@pytest.mark.parametrize(
    "place", ["intended", "new file beside the old", "file swapped", "sent", "outcome noted"]
)
def test_an_undo_killed_at_a_boundary_is_finished_by_the_next(
    place: str, world: World, undisturbed: Undisturbed
) -> None:
    assert world.nightly().code == 0
    assert world.run("undo", "last", "--apply", at=place).code == KILLED
    assert world.file.read_bytes() in (world.before, undisturbed.file)
    ended = world.run("undo", "last", "--apply")
    assert ended.code == 0 or "nothing that could be undone" in ended.stderr, ended.stderr
    assert world.file.read_bytes() == world.before
    assert world.nightly().code == 0
    assert world.file.read_bytes() == world.before, "what was undone is asked, not written again"


def test_a_stewards_word_counts_once_though_the_run_died_before_it_could_note_it(world: World) -> None:
    assert world.nightly().code == 0
    items = world.good("review", "list")["items"]
    item = next(i for i in items if (i["account_id"], i["field"]) == ("D04", "phone"))
    world.good("review", "accept", item["id"])
    assert world.nightly(at="outcome noted").code == KILLED
    assert world.cells()["D04"]["phone"] == item["proposed"]
    text = world.file.read_text(encoding="utf-8")
    world.file.write_text(text.replace(item["proposed"], item["crm_value"]), encoding="utf-8")
    for as_of in ("2026-11-22", "2026-11-23"):
        assert world.nightly(as_of=as_of).code == 0
        assert world.cells()["D04"]["phone"] == item["crm_value"], "a person's edit was clobbered"


def test_a_night_goes_on_though_the_dead_one_left_its_lock_and_drafts(
    world: World, undisturbed: Undisturbed
) -> None:
    assert world.nightly(at="new file beside the old").code == KILLED
    assert len(world.litter()) == 2, "the lock and the new file lie there"
    draft = world.home / "responses" / "drafts" / "dead.part"
    draft.write_bytes(b"half a body")
    os.utime(draft, (0, 0))
    plain = (world.run(*words).code for words in (["check"], ["stale"], ["undo", "last"]))
    assert all(code in (1, 2, 3) for code in plain), "nothing to read yet, nothing to undo: told, not stuck"
    assert world.nightly().code == 0
    assert world.file.read_bytes() == undisturbed.file
    assert world.litter() == set()
    assert not draft.exists()

"""SIGKILL of a night that reads in two processes: of the night itself, whose workers must end with it, and of a worker."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.faults.conftest import Undisturbed
from tests.faults.test_sigkill import assert_healed
from tests.faults.world import KILLED, Driver, World

ROUNDS = 40 if os.environ.get("EVERGREEN_LONG") else 4

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def in_two(driver: Driver, undisturbed: Undisturbed, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    world = World(driver, tmp_path_factory.mktemp("in_two"), processes=2)
    ended = world.nightly()
    assert ended.code == 0, ended.stderr
    assert world.file.read_bytes() == undisturbed.file, "two processes write what one writes"
    return Undisturbed(undisturbed.file, ended.seconds)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_the_night_or_a_worker_killed_at_a_random_moment(
    number: int, driver: Driver, in_two: Undisturbed, tmp_path: Path
) -> None:
    random = Random(f"crew {number}")
    world = World(driver, tmp_path, processes=2)
    worker = random.choice((None, 0, 1))
    ended = world.nightly(kill_after=random.uniform(0.1, 1.0) * in_two.seconds, kill_worker=worker)
    if worker is not None:
        assert ended.code == 0, ended.stderr
        assert world.file.read_bytes() == in_two.file
    held = world.acknowledged()
    assert world.file.read_bytes() in (world.before, in_two.file)
    killed = ended.code == KILLED
    config = world.folder / "evergreen.toml"
    config.write_text(config.read_text("utf-8").replace("processes = 2", "processes = 1"), encoding="utf-8")
    ended = world.nightly()
    assert ended.code == 0, ended.stderr
    assert_healed(world, in_two, held, 1 if killed or worker is not None else 2)


def test_workers_end_with_the_night_that_was_killed(
    driver: Driver, in_two: Undisturbed, tmp_path: Path
) -> None:
    """Nobody of the dead night writes into its folder while the next one takes up what it left."""
    world = World(driver, tmp_path, processes=2)
    assert world.nightly(at="shard loaded").code == KILLED
    ended = world.nightly()
    assert ended.code == 0, ended.stderr
    assert_healed(world, in_two, set(), 1)

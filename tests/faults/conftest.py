"""One driver per test process, and the file an undisturbed night leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.world import Driver, World


@dataclass(frozen=True)
class Undisturbed:
    """What a night does that nobody disturbs: the file it leaves, and the seconds it takes."""

    file: bytes
    seconds: float


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    with Driver() as driver:
        yield driver


@pytest.fixture(scope="session")
def undisturbed(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    world = World(driver, tmp_path_factory.mktemp("undisturbed"))
    ended = world.nightly()
    assert ended.code == 0, ended.stderr
    assert world.file.read_bytes() != world.before
    return Undisturbed(world.file.read_bytes(), ended.seconds)


@pytest.fixture
def world(driver: Driver, tmp_path: Path) -> World:
    return World(driver, tmp_path)

"""The PostgreSQL behind Prefect's server dies in the middle of a night, and comes back or does not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.replay import write_night
from tests.fleet.nights import Nights, assert_same
from tests.fleet.postgres import Postgres, need_postgres, postgres
from tests.fleet.test_prefect_fleet import prefect_server

RUN = {"shard_size": 4, "threads": 2}
EVERGREEN = Path(sys.executable).with_name("evergreen")

pytestmark = [pytest.mark.slow, pytest.mark.prefect, pytest.mark.xdist_group("prefect")]


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    need_postgres()
    with postgres() as running:
        yield running


@pytest.fixture(scope="module")
def clients(database: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of what speaks with the server."""
    with prefect_server(tmp_path_factory.mktemp("server"), "127.0.0.1", database.address) as told:
        yield told


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    made = Nights(tmp_path_factory.mktemp("undisturbed") / "alone", run=RUN)
    made.run()
    return made


def night(
    nights: Nights, clients: dict[str, str], retries: int, meanwhile: Callable[[], None]
) -> tuple[int, str]:
    """A night under Prefect, as a process of its own; `meanwhile` happens once it is at work. Gives its exit code and what it said."""
    command = [
        str(EVERGREEN), "nightly", "--apply", "--replay", str(write_night(nights.world, nights.folder / "web")),
        "--as-of", nights.world.now().isoformat(),
    ]  # fmt: skip
    environment = {**os.environ, **clients, "PREFECT_CLIENT_MAX_RETRIES": str(retries)}
    run = subprocess.Popen(
        command,
        cwd=nights.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while run.poll() is None and not list(nights.home.glob("runs/*")):
        time.sleep(0.02)
    meanwhile()
    told, _ = run.communicate(timeout=240)
    return run.returncode, told


def test_a_night_waits_for_a_database_that_comes_back(
    database: Postgres, clients: dict[str, str], undisturbed: Nights, tmp_path: Path
) -> None:
    def die_and_come_back() -> None:
        database.die()
        time.sleep(5)
        database.start()

    nights = Nights(tmp_path / "nights", run=RUN)
    code, told = night(nights, clients, 5, die_and_come_back)
    assert code == 0, told
    assert "Traceback" not in told
    assert_same(undisturbed, nights)


def test_a_night_that_is_done_is_done_though_nobody_could_be_told(
    database: Postgres, clients: dict[str, str], undisturbed: Nights, tmp_path: Path
) -> None:
    nights = Nights(tmp_path / "nights", run=RUN)
    try:
        code, told = night(nights, clients, 1, database.die)
        assert code == 0, told
        assert "Prefect's server could not be told" in told
        assert_same(undisturbed, nights)
        again = Nights(tmp_path / "again", run=RUN)
        code, told = night(again, clients, 0, lambda: None)
        assert code == 3, told
        assert "Prefect's server does not answer" in told
        assert "`--no-prefect` needs neither" in told
        assert (again.folder / "accounts.csv").read_bytes() != (nights.folder / "accounts.csv").read_bytes()
    finally:
        database.start()
    code, told = night(again, clients, 5, lambda: None)
    assert code == 0, told
    assert_same(undisturbed, again)

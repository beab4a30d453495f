"""The lake's catalogue in PostgreSQL dies in the middle of a night, or of a transaction, and comes back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from accounts.config import load_config
from accounts.errors import WarehouseError
from demo.replay import write_night
from flows import shards
from tests.fleet.nights import Nights
from tests.warehouse.lakes import Lakes, lakes_on_postgres
from warehouse.ledger import DuckLedger
from warehouse.store import open_warehouse

pytestmark = pytest.mark.skipif(
    not os.environ.get("EVERGREEN_LAKE"), reason="needs DuckLake: `make test-lake`"
)
RUN = {"shard_size": 6, "threads": 2}
ROUNDS = 60 if os.environ.get("EVERGREEN_LONG") else 8
EVERGREEN = Path(sys.executable).with_name("evergreen")


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lakes]:
    with lakes_on_postgres(tmp_path_factory.mktemp("made")) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """A night that nobody disturbs, over a file."""
    made = Nights(tmp_path_factory.mktemp("undisturbed") / "file", run=RUN)
    made.run()
    return made


def nights_over(lakes: Lakes, folder: Path) -> Nights:
    name = f"nights_{folder.name[:40]}".lower()
    lakes.create(name, "made")
    return Nights(folder / "lake", run=RUN, warehouse={"lake": lakes.told(name)})


def assert_healed(nights: Nights, undisturbed: Nights) -> None:
    """What must hold once a night has followed one that lost its catalogue."""
    mine, theirs = undisturbed.told(), nights.told()
    for table in ("golden", "observation", "link", "signal", "posting"):
        assert theirs[table] == mine[table], table
    assert (nights.folder / "accounts.csv").read_bytes() == (undisturbed.folder / "accounts.csv").read_bytes()
    with open_warehouse(nights.home, lake=_catalogue(nights)) as warehouse:
        wrote = "FROM outcome WHERE status = 'written'"
        assert warehouse.value(f"SELECT count(*) {wrote}") > 10
        assert warehouse.rows(f"SELECT account_id, field {wrote} GROUP BY ALL HAVING count(*) > 1") == []
        assert warehouse.rows("FROM intent") == []
        statuses = [row["status"] for row in warehouse.rows("SELECT status FROM run ORDER BY number")]
    assert statuses[-1] == "done"
    assert set(statuses[:-1]) <= {"crashed", "failed"}, "a dead run seems to live"
    assert len(statuses) == 2


def _catalogue(nights: Nights) -> str | None:
    return load_config(nights.config).warehouse.lake


def before(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, act: Callable[[], None]) -> None:
    """Acts once, just before a function does its work."""
    real, left = getattr(owner, name), [act]

    def acting(*given: Any, **named: Any) -> Any:
        if left:
            left.pop()()
        return real(*given, **named)

    monkeypatch.setattr(owner, name, acting)


def assert_told(error: WarehouseError) -> None:
    assert "catalogue in PostgreSQL was lost" in error.what
    assert "what was committed is safe" in error.remedy
    assert error.exit_code == 3


def test_a_night_that_loses_it_over_half_a_shard_leaves_nothing_of_it_and_the_next_goes_on(
    lakes: Lakes, undisturbed: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights = nights_over(lakes, tmp_path)

    def die() -> None:  # what was not committed is lost, however soon it is back
        lakes.server.die()
        lakes.server.start()

    with monkeypatch.context() as patched, pytest.raises(WarehouseError) as met:
        before(patched, shards, "finish_shard", die)
        nights.run()
    assert_told(met.value)
    assert any("died after reading 2 shards" in told for told in nights.run().healed)
    assert_healed(nights, undisturbed)


def test_what_was_sent_and_could_not_be_noted_is_read_back_and_not_sent_again(
    lakes: Lakes, undisturbed: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights = nights_over(lakes, tmp_path)
    with monkeypatch.context() as patched, pytest.raises(WarehouseError) as met:
        before(patched, DuckLedger, "settle", lakes.server.die)
        nights.run()
    assert_told(met.value)
    with pytest.raises(WarehouseError, match="catalogue cannot be opened"):
        nights.run()
    lakes.server.start()
    assert any("writes of a dead run were open" in told for told in nights.run().healed)
    assert_healed(nights, undisturbed)


def test_the_command_says_what_is_lost_and_ends_with_its_code(
    lakes: Lakes, undisturbed: Nights, tmp_path: Path
) -> None:
    nights = nights_over(lakes, tmp_path)
    command = [
        str(EVERGREEN), "nightly", "--apply", "--no-prefect", "--replay", str(write_night(nights.world, tmp_path / "web")),
        "--as-of", nights.world.now().isoformat(),
    ]  # fmt: skip
    night = subprocess.Popen(
        command, cwd=nights.folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    while night.poll() is None and not list(nights.home.glob("runs/*/00000.done")):
        time.sleep(0.01)
    lakes.server.die()
    _, told = night.communicate(timeout=120)
    lakes.server.start()
    assert night.returncode == 3, told
    assert "catalogue" in told
    assert "Traceback" not in told
    nights.run()
    assert_healed(nights, undisturbed)


def test_a_transaction_is_whole_or_nothing_whenever_it_dies(lakes: Lakes, tmp_path: Path) -> None:
    lakes.create("moments", "made")
    catalogue, random, died = lakes.told("moments"), Random("moments"), 0
    for _ in range(ROUNDS):
        with open_warehouse(tmp_path, lake=catalogue) as warehouse:
            death = threading.Timer(random.uniform(0.0, 0.3), lakes.server.die)
            death.start()
            try:
                for _ in range(12):
                    with warehouse.transaction():
                        warehouse.append("crm_value", [{"account_id": f"A{n}"} for n in range(300)])
                        warehouse.append("crm_account", [{"account_id": "A"}])
                        warehouse.value("SELECT count(*) FROM crm_value")
            except WarehouseError as error:
                assert_told(error)
                died += 1
            death.join()
        lakes.server.start()
        with open_warehouse(tmp_path, lake=catalogue) as warehouse:
            values, accounts = (
                warehouse.value(f"SELECT count(*) FROM {t}") for t in ("crm_value", "crm_account")
            )
            assert values == 300 * accounts
    assert died >= ROUNDS // 2, "it died too seldom in the work"

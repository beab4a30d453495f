"""What becomes of shards that were read twice, half, damaged, for a dead night, or by another release."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from accounts.account import Account
from accounts.clock import SystemClock
from accounts.config import BudgetConfig, WebConfig
from accounts.errors import ConfigError, WarehouseError
from accounts.golden import Freshness
from accounts.run import FieldNeed, WorkItem
from enrichers.web.politeness import Politeness
from flows import fleet as fleets
from flows import fleet_worker
from flows.enriching import Task
from flows.fleet_hands import HandLost
from flows.fleet_store import FolderStore
from flows.fleet_worker import MANIFEST, Attempt, do_shard, purse
from flows.forgetting import forget
from tests.fleet.nights import Nights, assert_same
from tests.fleet.world import NO_NAMES, WEB, served, way_to
from warehouse.responses import FileResponseStore

RUN = {"shard_size": 6, "threads": 2}


@dataclass
class HandsHere:
    """Reads shards in this process; `spoil` is called after each attempt."""

    store: FolderStore
    folder: Path
    spoil: object = None
    at_once: int = 1
    made: list[Attempt] = field(default_factory=list)

    def do(self, order: Attempt) -> None:
        self.made.append(order)
        do_shard(self.store, order, self.folder)
        if callable(self.spoil):
            self.spoil(self, order)

    def close(self) -> None:
        pass


def read_by(monkeypatch: pytest.MonkeyPatch, nights: Nights, hands: HandsHere) -> None:
    monkeypatch.setattr(fleets, "hands_for", lambda _: hands)
    nights.run()


@pytest.fixture
def alone(tmp_path: Path) -> Nights:
    made = Nights(tmp_path / "alone", run=RUN)
    made.run()
    return made


@pytest.fixture
def hands(tmp_path: Path) -> HandsHere:
    return HandsHere(FolderStore(tmp_path / "shared"), tmp_path)


def die_over_the_second(hands: HandsHere, order: Attempt) -> None:
    """Stands in for a night's death while its second shard is read."""
    if order.number == 1:
        raise KeyboardInterrupt


def fleet(tmp_path: Path) -> Nights:
    return Nights(tmp_path / "fleet", run=RUN, fleet={"store": str(tmp_path / "shared"), "by": "commands"})


def test_what_is_damaged_or_half_written_is_read_again_and_what_is_there_twice_is_loaded_once(
    tmp_path: Path, alone: Nights, hands: HandsHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(hands: HandsHere, order: Attempt) -> None:
        folder = hands.store.folder / order.folder
        if (order.number, order.attempt) == (0, 1):  # the disk kept half of a file
            (folder / "observation.parquet").write_bytes(b"PAR1")
        if (order.number, order.attempt) == (1, 1):  # it died before it was done
            (folder / MANIFEST).unlink()
            raise HandLost
        if (order.number, order.attempt) == (1, 2):  # and somebody else read it, too
            do_shard(hands.store, Attempt(order.run_id, 1, 3), hands.folder)

    hands.spoil = spoil
    night = fleet(tmp_path)
    read_by(monkeypatch, night, hands)
    assert sorted((o.number, o.attempt) for o in hands.made) == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert_same(alone, night)
    assert not hands.store.names("")


def test_a_night_that_dies_leaves_its_shards_to_the_next(
    tmp_path: Path, alone: Nights, hands: HandsHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = fleet(tmp_path)
    hands.spoil = die_over_the_second
    with pytest.raises(KeyboardInterrupt):
        read_by(monkeypatch, night, hands)
    assert hands.store.names("")
    hands.spoil, hands.made = None, []
    read_by(monkeypatch, night, hands)
    assert not hands.store.names("")
    mine, theirs = alone.told(), night.told()
    assert [row["value"] for row in theirs["golden"]] == [row["value"] for row in mine["golden"]]
    assert theirs["observation"] == mine["observation"]


def test_who_is_forgotten_is_in_no_shard_that_waits(
    tmp_path: Path, hands: HandsHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = fleet(tmp_path)
    hands.spoil = die_over_the_second
    with pytest.raises(KeyboardInterrupt):
        read_by(monkeypatch, night, hands)
    (fetched,) = {path.name[:5] for path in night.home.glob("runs/*/*.parquet")}
    assert fetched == "00000"
    told = forget(night.config, night.accounts()[0], SystemClock(), by="steward", yes=True)
    assert told.done
    assert not hands.store.names("")
    assert not list(night.home.glob("runs/*/0*"))


@pytest.mark.slow
def test_later_nights_ask_the_same_questions_and_servers_confirm_the_same_pages(
    tmp_path: Path, hands: HandsHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"run": RUN, "web": WEB, **NO_NAMES}
    one = Nights(tmp_path / "one", 24, **settings)
    many = Nights(
        tmp_path / "many", 24, **settings, fleet={"store": str(tmp_path / "shared"), "by": "commands"}
    )
    many.world = one.world
    confirmed: list[int] = []
    touch = FileResponseStore.touch

    def note(self: FileResponseStore, url: str, at: datetime) -> None:
        confirmed.append(1)
        touch(self, url, at)

    monkeypatch.setattr(FileResponseStore, "touch", note)
    monkeypatch.setattr(fleets, "hands_for", lambda _: hands)
    with served(one.world, tmp_path / "ca") as port:
        for name, value in way_to("127.0.0.1", port, tmp_path / "ca").items():
            monkeypatch.setenv(name, value)
        for night in range(3):
            told = []
            for nights in (one, many):
                confirmed.clear()
                report = nights.run(replay=False)
                counts = {name: n for name, n in report.counts().items() if name != "requests"}
                told.append(counts)  # what several shards ask for (a feed, a list of filers) each asks once
                assert night == 0 or confirmed
            assert told[0] == told[1]
            one.world.turn()
    assert_same(one, many)


def test_a_shard_that_nobody_brings_ends_the_night_with_the_reason(
    tmp_path: Path, hands: HandsHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(hands: HandsHere, order: Attempt) -> None:
        (hands.store.folder / order.folder / MANIFEST).unlink()

    hands.spoil = lose
    with pytest.raises(WarehouseError, match="lost 3 times"):
        read_by(monkeypatch, fleet(tmp_path), hands)


def test_machines_of_another_release_read_nothing(
    tmp_path: Path, hands: HandsHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_worker, "release", lambda: "another")
    with pytest.raises(ConfigError, match="another release"):
        read_by(monkeypatch, fleet(tmp_path), hands)


def test_a_plan_tells_no_more_than_is_needed(
    tmp_path: Path, hands: HandsHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(hands: HandsHere, order: Attempt) -> None:
        told = json.loads((hands.store.folder / order.run_id / "run.json").read_text(encoding="utf-8"))
        assert set(told["settings"]) == {"web", "run", "sources", "fields", "budget", "watch"}

    hands.spoil = look
    read_by(monkeypatch, fleet(tmp_path), hands)
    assert hands.made


def task(account_id: str, website: str) -> Task:
    need = FieldNeed("phone", Freshness.MISSING, "blank")
    return Task(Account(account_id, {"website": website}), WorkItem(account_id, (need,), 1.0))


def test_hosts_of_one_shard_are_asked_at_the_full_rate_and_shared_ones_at_a_part() -> None:
    batches = [
        (task("a", "https://www.one.example/x"), task("b", "shared.example")),
        (task("c", "SHARED.example"), task("d", "[")),
    ]
    alone = fleets.hosts_alone(batches)
    assert alone == {0: frozenset({"one.example", "www.one.example"})}

    class Still:
        def __init__(self) -> None:
            self.waited: list[float] = []

        def seconds(self) -> float:
            return 0.0

        def wait(self, seconds: float) -> None:
            self.waited.append(seconds)

    polite = Politeness(WebConfig(shared_by=3), timer := Still())
    polite.alone = alone[0] | {"data.sec.gov"}
    for site in ("www.one.example", "shared.example"):
        for _ in range(2):
            with polite.turn(site):
                pass
    assert timer.waited == [1.0, 3.0]
    assert polite._shared_by("data.sec.gov") == 3


def test_a_shard_spends_its_part_and_a_second_attempt_nothing() -> None:
    budget = BudgetConfig(run=10.0, providers={"paid": 4.0})
    first, second = purse(budget, 0.25, 1), purse(budget, 0.25, 2)
    assert (first.run, first.providers) == (2.5, {"paid": 1.0})
    assert (second.run, second.providers) == (0.0, {"paid": 0.0})
    assert purse(BudgetConfig(run=None), 0.25, 1).run is None
    assert purse(BudgetConfig(run=None), 0.25, 2).run == 0.0

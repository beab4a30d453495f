from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from accounts.account import Company
from accounts.clock import FixedClock
from accounts.cluster import ClusterEvent
from accounts.cluster import ClusterEventKind as Kind
from accounts.errors import ConfigError
from matchers.incremental import Clusters
from matchers.membership import Membership

CLOCK = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))


class Log:
    def __init__(self) -> None:
        self.kept: list[ClusterEvent] = []

    def append(self, events: Sequence[ClusterEvent]) -> None:
        self.kept += events

    def events(self) -> Sequence[ClusterEvent]:
        return list(self.kept)


def company(record: str, name: str, **more: object) -> Company:
    return Company(id=record, names=(name,) if name else (), **more)  # type: ignore[arg-type]


def book(*companies: Company) -> tuple[Clusters, Log]:
    log = Log()
    clusters = Clusters(log, CLOCK)
    for one in companies:
        clusters.add(one)
    return clusters, log


def test_a_record_founds_joins_and_unites() -> None:
    clusters, log = book(
        company("1", "Velmont Industries, Inc."),
        company("2", "Kestrel Foods Ltd"),
        company("3", "VELMONT INDUSTRIES INC"),
        company("4", "QZX", websites=("velmont.example",), phones=("+1 212 555 0101",)),
    )
    assert [e.kind for e in log.kept] == [Kind.CREATE, Kind.CREATE, Kind.JOIN, Kind.CREATE]
    assert clusters.state.cluster_of == {"1": "c1", "2": "c2", "3": "c1", "4": "c3"}
    assert clusters.add(company("3", "anything")) == []


def united() -> tuple[Clusters, Log]:
    """Two clusters that a third record, known under both names, unites."""
    clusters, log = book(company("1", "Velmont Industries, Inc."), company("2", "Kestrel Foods Ltd"))
    both = Company(id="3", names=("Kestrel Foods Limited", "Velmont Industries Inc"))
    assert [e.kind for e in clusters.add(both)] == [Kind.JOIN, Kind.MERGE]
    assert set(clusters.state.cluster_of.values()) == {"c1"}
    return clusters, log


def test_a_merge_is_undone_and_not_done_again() -> None:
    clusters, log = united()
    merge = log.kept[-1]
    clusters.undo(merge.seq, by="ana")
    assert len(set(clusters.state.cluster_of.values())) == 2
    assert {"c1", "c2"} == set(clusters.state.cluster_of.values())
    again = Company(id="4", names=("Kestrel Foods Limited", "Velmont Industries Inc"))
    assert Kind.MERGE not in [e.kind for e in clusters.add(again)]
    with pytest.raises(ConfigError, match="cannot be taken back"):
        clusters.undo(merge.seq, by="ana")
    with pytest.raises(ConfigError):
        clusters.undo(99, by="ana")


def test_judgements_part_and_unite_and_keep_apart() -> None:
    clusters, _ = book(
        company("1", "Velmont Industries, Inc."),
        company("2", "Velmont Industries Inc"),
        company("3", "Kestrel Foods Ltd"),
    )
    said, split = clusters.judge("1", "2", Kind.DIFFERENT, by="ana")
    assert (said.kind, split.kind) == (Kind.DIFFERENT, Kind.SPLIT)
    assert clusters.state.cluster_of["1"] == "c1" != clusters.state.cluster_of["2"]
    clusters.judge("2", "3", Kind.SAME, by="ana")
    assert clusters.state.cluster_of["2"] == clusters.state.cluster_of["3"]
    with pytest.raises(ConfigError, match="earlier judgements"):
        clusters.judge("1", "3", Kind.SAME, by="ana")
    clusters.undo(said.seq, by="ana")
    assert clusters.state.said("1", "2") is None


def test_unsure_never_unites() -> None:
    clusters, _ = book(company("1", "Velmont Industries, Inc."), company("2", "Kestrel Foods Ltd"))
    clusters.judge("1", "2", Kind.UNSURE, by="ana")
    both = Company(id="3", names=("Kestrel Foods Limited", "Velmont Industries Inc"))
    assert Kind.MERGE not in [e.kind for e in clusters.add(both)]
    with pytest.raises(ConfigError, match="No cluster"):
        clusters.judge("1", "x", Kind.SAME, by="ana")


@pytest.mark.parametrize("seed", range(12))
def test_replaying_gives_the_same_ids_and_undoing_all_gives_nothing(seed: int) -> None:
    rng = random.Random(seed)
    clusters, log = book()
    brands = ["Velmont", "Kestrel", "Calder", "青禾塔", "蓝鲸海"]
    for n in range(25):
        if n % 5 == 4 and len(clusters.state.cluster_of) > 1:
            a, b = rng.sample(sorted(clusters.state.cluster_of), 2)
            try:
                clusters.judge(a, b, rng.choice([Kind.SAME, Kind.DIFFERENT, Kind.UNSURE]), by="ana")
            except ConfigError:
                continue
        names = tuple(
            f"{rng.choice(brands)} {rng.choice(['Foods', 'Energy', '科技'])}"
            for _ in range(rng.choice([1, 1, 2]))
        )
        clusters.add(Company(id=f"r{n}", names=names))
        assert Membership(log.events()).cluster_of == clusters.state.cluster_of
    before: dict[int, dict[str, str]] = {}
    state = Membership()
    for event in log.events():
        before[event.seq] = dict(state.cluster_of)
        state.take(event)
    for seq in sorted(before, reverse=True):
        if seq not in clusters.state.undone:
            clusters.undo(seq, by="ana")
            assert clusters.state.cluster_of == before[seq]
    assert clusters.state.cluster_of == {}
    assert Membership(log.events()).cluster_of == {}


def test_a_whole_table_starts_the_log_and_a_record_without_a_name_stands_alone() -> None:
    log = Log()
    clusters = Clusters(log, CLOCK)
    clusters.start(
        [company("1", "Velmont Industries, Inc."), company("2", "Velmont Industries Inc"), company("3", "")]
    )
    assert clusters.state.cluster_of["1"] == clusters.state.cluster_of["2"] != clusters.state.cluster_of["3"]
    assert clusters.add(company("4", "VELMONT INDUSTRIES"))[0].kind is Kind.JOIN
    assert clusters.add(company("5", ""))[0].kind is Kind.CREATE
    with pytest.raises(ConfigError, match="has begun"):
        clusters.start([])


@pytest.mark.parametrize("seed", range(12))
def test_clusters_follow_judgements_however_they_come(seed: int) -> None:
    rng = random.Random(seed)
    clusters, log = book(*(company(f"r{n}", "Velmont Industries, Inc.") for n in range(8)))
    for _ in range(14):
        a, b = rng.sample(sorted(clusters.state.cluster_of), 2)
        try:
            clusters.judge(a, b, rng.choice([Kind.SAME, Kind.DIFFERENT]), by="ana")
        except ConfigError:
            continue
        home = clusters.state.cluster_of
        for x in home:
            for y in home:
                said = clusters.state.said(x, y) if x < y else None
                assert said is not Kind.SAME or home[x] == home[y]
                assert said is not Kind.DIFFERENT or home[x] != home[y]
    assert Membership(log.events()).cluster_of == clusters.state.cluster_of


def test_a_record_is_placed_with_whom_the_table_groups_it_and_unites_nobody() -> None:
    clusters, log = book(company("1", "Velmont Industries, Inc."), company("2", "Kestrel Foods Ltd"))
    clusters.judge("1", "2", Kind.DIFFERENT, by="ana")
    placed = clusters.place("3", ["3", "2", "1"], 0.8)
    assert (placed.kind, placed.pair) == (Kind.JOIN, ("3", "1")) and placed.reason == "grouped with 1"
    assert clusters.place("4", ["4"], 1.0).kind is Kind.CREATE
    assert len(clusters.state.members) == 3
    assert Membership(log.events()).cluster_of == clusters.state.cluster_of

"""Clusters of accounts that are one company, with ids that stay: kept up to date every night, told and taken back by command.

The log is the warehouse's `cluster_event`; what stewards say of two accounts is carried into it, and out of it again when it is
taken back. Nothing in the CRM is merged by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.account import Company
from accounts.change import ReviewDecision
from accounts.clock import Clock, SystemClock
from accounts.cluster import ClusterEvent, ClusterEventKind
from accounts.config import load_config
from accounts.errors import ConfigError
from flows.caring import open_care
from flows.identity import KINDS, withdrawal
from matchers.incremental import Clusters
from matchers.membership import Membership
from warehouse.cluster_log import DuckClusterLog
from warehouse.decisions import DecisionStore
from warehouse.snapshot import open_snapshot
from warehouse.standing import Decided
from warehouse.store import Warehouse, sql


@dataclass(frozen=True, slots=True)
class Kept:
    """The log after a night's work, and words of stewards that contradict each other and were not followed."""

    events: Sequence[ClusterEvent]
    contradictions: tuple[str, ...] = ()


def keep_clusters(
    warehouse: Warehouse,
    companies: Sequence[Company],
    labels: Sequence[tuple[str, float]],
    decided: Decided,
    clock: Clock,
) -> Kept:
    """Takes new accounts and new words into the log; does nothing where there are none. `labels` group the companies."""
    log = DuckClusterLog(warehouse)
    events = log.events()
    state = Membership(events)
    fresh = [c for c in companies if c.id not in state.cluster_of]
    taken_back, said = _news(state, decided.pairs)
    if not fresh and not taken_back and not said:
        return Kept(events)
    clusters = Clusters(log, clock, () if not events else [c for c in companies if c.id in state.cluster_of])
    for seq, by in taken_back:
        clusters.undo(seq, by=by)
    clusters.hold_together()
    if not events and companies:
        clusters.start(companies, labels)
    elif fresh:
        _place(clusters, companies, labels, frozenset(c.id for c in fresh))
    against = tuple(told for d in said if (told := _say(clusters, d)))
    return Kept([*clusters.state.events.values()], against)


def _place(
    clusters: Clusters,
    companies: Sequence[Company],
    labels: Sequence[tuple[str, float]],
    fresh: frozenset[str],
) -> None:
    """Puts new accounts to those that the whole table groups them with; clusters that stand are not united by it."""
    alike: dict[str, list[str]] = defaultdict(list)
    for company, (label, _) in zip(companies, labels, strict=True):
        alike[label].append(company.id)
    for company, (label, chance) in zip(companies, labels, strict=True):
        if company.id in fresh:
            clusters.place(company.id, alike[label], chance)


def _news(
    state: Membership, pairs: Mapping[frozenset[str], ReviewDecision]
) -> tuple[list[tuple[int, str]], list[ReviewDecision]]:
    """Judgements of the log that stand no more (with who said so), and words that are not in it yet."""
    standing = {
        frozenset(e.pair): e
        for e in state.events.values()
        if e.kind in KINDS.values() and e.pair and e.seq not in state.undone
    }
    gone = []
    for pair, event in standing.items():
        word = pairs.get(pair)
        if word is None or KINDS[word.extras["what"]] is not event.kind:
            gone.append((event.seq, word.by if word else event.by))
    left = {pair: event for pair, event in standing.items() if event.seq not in {seq for seq, _ in gone}}
    return gone, [d for pair, d in pairs.items() if pair not in left]


def _say(clusters: Clusters, word: ReviewDecision) -> str:
    """Carries one word into the log; what stands against it, in words, where it cannot be followed."""
    if not {word.account_id, word.proposed_key} <= clusters.state.cluster_of.keys():
        return ""
    try:
        clusters.judge(word.account_id, word.proposed_key, KINDS[word.extras["what"]], by=word.by)
    except ConfigError as error:
        return error.what
    return ""


def clusters_of(config_path: Path) -> list[dict[str, Any]]:
    """Clusters of more than one account as of the last night: id, since when, and the accounts with their accepted records."""
    with open_snapshot(load_config(config_path).home) as snapshot:
        rows = snapshot.rows(sql("clusters"))
    return [dict(row) for row in rows]


def history_of(config_path: Path, name: str) -> list[dict[str, Any]]:
    """The events of a cluster or an account, oldest first. Raises ConfigError where the log names neither."""
    with open_snapshot(load_config(config_path).home) as snapshot:
        state = Membership(DuckClusterLog(snapshot).events())
    told = [as_row(e, name, state) for e in state.events.values() if _speaks_of(e, name, state)]
    if not told:
        raise ConfigError(
            f"No cluster and no account of the log is called {name!r}.",
            remedy="`evergreen match clusters` shows the clusters.",
            key=name,
        )
    return told


def _speaks_of(event: ClusterEvent, name: str, state: Membership) -> bool:
    about = state.events.get(event.cause or 0) if event.kind is ClusterEventKind.UNDO else None
    named = {n for e in (event, about) if e for m in e.moves for n in (m.record_id, m.before, m.after)}
    return name in named or name in (event.pair or ()) or bool(about and name in (about.pair or ()))


def as_row(event: ClusterEvent, name: str, state: Membership) -> dict[str, Any]:
    """An event as lists show it, with the moves of the cluster or account asked for, or all."""
    moves = [m for m in event.moves if not name or name in (m.record_id, m.before, m.after)]
    return {
        "seq": event.seq, "kind": event.kind.value, "at": event.at.isoformat(), "by": event.by, "reason": event.reason,
        "probability": event.probability, "pair": list(event.pair or ()), "cause": event.cause,
        "undone": event.seq in state.undone,
        "moves": [{"account_id": m.record_id, "before": m.before, "after": m.after} for m in moves[:200]],
    }  # fmt: skip


def undo_event(config_path: Path, seq: int, by: str, *, clock: Clock | None = None) -> list[dict[str, Any]]:
    """Takes an event back with all that followed from it; a steward's word is withdrawn with it. Returns what was noted.

    Raises ConfigError where there is no such event, or it cannot be taken back; WriterBusy while a run is under way.
    """
    clock = clock or SystemClock()
    with open_care(config_path) as care:
        clusters = Clusters(DuckClusterLog(care.warehouse), clock)
        event = clusters.state.events.get(seq)
        if event is not None and event.kind is ClusterEventKind.START:
            raise ConfigError(
                "The first grouping of the whole table is no single event to take back.",
                remedy="Say of two accounts that they are different: `evergreen duplicates judge A B different`.",
                key=str(seq),
            )
        done = clusters.undo(seq, by=by)
        for record in {m.record_id for e in done for m in e.moves if m.after is None}:
            done.append(clusters.part(record, f"{by} took its joining back", by=by))
        if event is not None and event.pair and event.kind in KINDS.values():
            store = DecisionStore(care.config.home)
            word = Decided(store.all()).pairs.get(frozenset(event.pair))
            if word is not None:
                store.add(withdrawal(word, by, clock))
        done += clusters.hold_together()
        return [as_row(e, "", clusters.state) for e in done]

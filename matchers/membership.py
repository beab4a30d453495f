"""Who is in which cluster, as its log tells: replayed event by event, each of which can be taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from accounts.cluster import ClusterEvent, ClusterEventKind, Move
from accounts.errors import ConfigError

_SAID = {ClusterEventKind.SAME, ClusterEventKind.DIFFERENT, ClusterEventKind.UNSURE}


class Membership:
    """Clusters and judgements after some events; equal for equal logs, whenever they are replayed."""

    def __init__(self, events: Iterable[ClusterEvent] = ()) -> None:
        self.cluster_of: dict[str, str] = {}
        self.members: dict[str, set[str]] = defaultdict(set)
        self.events: dict[int, ClusterEvent] = {}
        self.undone: set[int] = set()
        self.held: set[frozenset[str]] = set()
        self._said: dict[str, dict[str, ClusterEvent]] = defaultdict(dict)
        self._next = 1
        for event in events:
            self.take(event)

    def take(self, event: ClusterEvent) -> None:
        """Takes one event in: moves records, notes what was said, or forgets what is taken back."""
        self.events[event.seq] = event
        for move in event.moves:
            self._move(move)
        if event.kind in _SAID and event.pair:
            a, b = event.pair
            self._said[a][b] = self._said[b][a] = event
        if event.kind is ClusterEventKind.UNDO and event.cause is not None:
            self._forget(self.events.get(event.cause))

    def _move(self, move: Move) -> None:
        here = self.cluster_of.pop(move.record_id, None)
        if here is not None:
            self.members[here].discard(move.record_id)
            if not self.members[here]:
                del self.members[here]
        if move.after is not None:
            self.cluster_of[move.record_id] = move.after
            self.members[move.after].add(move.record_id)
        for cluster in (move.before, move.after):
            if cluster is not None and cluster[1:].isdigit():
                self._next = max(self._next, int(cluster[1:]) + 1)

    def _forget(self, event: ClusterEvent | None) -> None:
        if event is None:
            return
        self.undone.add(event.seq)
        if event.kind is ClusterEventKind.MERGE:
            self.held |= {frozenset((m.before, m.after)) for m in event.moves if m.before and m.after}
        if event.kind in _SAID and event.pair:
            a, b = event.pair
            if self._said[a].get(b) is event:
                del self._said[a][b], self._said[b][a]

    @property
    def next_seq(self) -> int:
        """The number of the next event."""
        return max(self.events, default=0) + 1

    def new_id(self) -> str:
        """An id no cluster has ever had."""
        self._next += 1
        return f"c{self._next - 1}"

    def taking_back(self, seq: int) -> list[Move]:
        """The moves that take an event back: records that have gone on elsewhere since are left where they are.

        Raises ConfigError where there is no such event, it is an undo, or it has been taken back.
        """
        event = self.events.get(seq)
        if event is None or event.kind is ClusterEventKind.UNDO or seq in self.undone:
            state = (
                "there is none"
                if event is None
                else "it is an undo"
                if seq not in self.undone
                else "it has been"
            )
            raise ConfigError(
                f"Event {seq} cannot be taken back: {state}.", remedy="The log of clusters names the events."
            )
        return [
            Move(move.record_id, move.after, move.before)
            for move in reversed(event.moves)
            if self.cluster_of.get(move.record_id) == move.after
        ]

    def followed(self, seq: int) -> list[int]:
        """Events that followed from one and stand, newest first."""
        return [
            s
            for s, e in sorted(self.events.items(), reverse=True)
            if e.cause == seq and e.kind is not ClusterEventKind.UNDO and s not in self.undone
        ]

    def said(self, a: str, b: str) -> ClusterEventKind | None:
        """What follows from all judgements about two records: same, different, unsure, or None.

        Same as the same is the same; different from the same is different; unsure is what was said of these two only.
        """
        ours, theirs = self.surely_same(a), self.surely_same(b)
        if b in ours:
            return ClusterEventKind.SAME
        if any(
            self._told(x, y) is ClusterEventKind.DIFFERENT
            for x in ours
            for y in self._said.get(x, ())
            if y in theirs
        ):
            return ClusterEventKind.DIFFERENT
        return self._told(a, b)

    def _told(self, a: str, b: str) -> ClusterEventKind | None:
        event = self._said.get(a, {}).get(b)
        return event.kind if event else None

    def surely_same(self, record: str) -> set[str]:
        """The record and all that judgements say are the same."""
        found, left = {record}, [record]
        while left:
            for other in self._told_same(left.pop()):
                if other not in found:
                    found.add(other)
                    left.append(other)
        return found

    def _told_same(self, record: str) -> Iterator[str]:
        return (o for o, e in self._said.get(record, {}).items() if e.kind is ClusterEventKind.SAME)

    def kept_apart(self, ours: Iterable[str], theirs: set[str]) -> tuple[str, str] | None:
        """Two records, one of either group, that a judgement (different or unsure) keeps apart, or None."""
        for a in sorted(ours):
            for b, event in sorted(self._said.get(a, {}).items()):
                if b in theirs and event.kind is not ClusterEventKind.SAME:
                    return a, b
        return None

"""Which records are one company: clusters with ids that stay, as a log of moves that can be replayed and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ClusterEventKind(StrEnum):
    """What happened to clusters, or was said about two records."""

    START = "start"
    CREATE = "create"
    JOIN = "join"
    MERGE = "merge"
    SPLIT = "split"
    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Move:
    """A record that went from one cluster to another; None is no cluster."""

    record_id: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ClusterEvent:
    """One happening. `seq` counts from 1; `cause` is the event it followed from, or, of an undo, the one taken back.

    `pair` is set of judgements and of the link that made a join or a merge. `at` in UTC.
    """

    seq: int
    kind: ClusterEventKind
    moves: tuple[Move, ...]
    at: datetime
    by: str
    reason: str = ""
    probability: float | None = None
    pair: tuple[str, str] | None = None
    cause: int | None = None

"""The log of clusters in the warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from accounts.cluster import ClusterEvent, ClusterEventKind, Move
from warehouse.store import Warehouse


class DuckClusterLog:
    """`accounts.protocols.ClusterLog` over the warehouse."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def append(self, events: Sequence[ClusterEvent]) -> None:
        """Keeps events, in order of `seq`."""
        with self._warehouse.transaction():
            self._warehouse.append("cluster_event", (row for event in events for row in _rows(event)))

    def events(self) -> Sequence[ClusterEvent]:
        """All events, oldest first; what was erased is missing from their moves."""
        rows = self._warehouse.rows("SELECT * FROM cluster_event ORDER BY seq, place")
        return [_event(list(group)) for _, group in groupby(rows, key=lambda row: row["seq"])]


def _rows(event: ClusterEvent) -> Iterator[dict[str, Any]]:
    shared = {
        "seq": event.seq, "kind": event.kind.value, "reason": event.reason, "probability": event.probability,
        "by": event.by, "cause": event.cause, "noted_at": event.at,
    }  # fmt: skip
    named = [(record, False, None, None) for record in event.pair or ()]
    moved = [(move.record_id, True, move.before, move.after) for move in event.moves]
    for place, (record, is_move, before, after) in enumerate([*named, *moved] or [(None, False, None, None)]):
        yield shared | {
            "place": place, "account_id": record, "moved": is_move, "cluster_before": before, "cluster_after": after,
        }  # fmt: skip


def _event(rows: Sequence[dict[str, Any]]) -> ClusterEvent:
    first = rows[0]
    pair = [row["account_id"] for row in rows if not row["moved"] and row["account_id"]]
    return ClusterEvent(
        first["seq"], ClusterEventKind(first["kind"]),
        tuple(Move(r["account_id"], r["cluster_before"], r["cluster_after"]) for r in rows if r["moved"]),
        first["noted_at"], first["by"], first["reason"] or "", first["probability"],
        (pair[0], pair[1]) if len(pair) == 2 else None, first["cause"],
    )  # fmt: skip

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from accounts.cluster import ClusterEvent, ClusterEventKind, Move
from warehouse.cluster_log import DuckClusterLog
from warehouse.store import open_warehouse

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_events_come_back_as_they_were_kept(tmp_path: Path) -> None:
    events = [
        ClusterEvent(1, ClusterEventKind.CREATE, (Move("a", None, "c1"),), AT, "matcher", "none alike"),
        ClusterEvent(2, ClusterEventKind.CREATE, (Move("b", None, "c2"),), AT, "matcher"),
        ClusterEvent(3, ClusterEventKind.SAME, (), AT, "ana", "ana said so", None, ("a", "b")),
        ClusterEvent(4, ClusterEventKind.MERGE, (Move("b", "c2", "c1"),), AT, "ana", "x", 1.0, ("a", "b"), 3),
        ClusterEvent(5, ClusterEventKind.UNDO, (), AT, "ana", "took it back", cause=4),
    ]
    with open_warehouse(tmp_path) as warehouse:
        log = DuckClusterLog(warehouse)
        assert list(log.events()) == []
        log.append(events[:2])
        log.append(events[2:])
        assert list(log.events()) == events

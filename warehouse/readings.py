"""What the newest readings rested on, so that nothing is parsed twice; see `reading` in docs/architecture.md."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from warehouse.store import Warehouse

#: The readings of one shard, waiting to be merged: those that told something new, and those found unchanged.
FRESH, SIGHTS = "fresh_reading", "fresh_sight"
_NEWEST = """
    SELECT * FROM evergreen.reading WHERE trace IS NOT NULL AND account_id IN (SELECT unnest($accounts::VARCHAR[]))
    QUALIFY row_number() OVER (PARTITION BY account_id, source, record_id ORDER BY read_at DESC, run_id DESC) = 1
"""


def prepare_readings(warehouse: Warehouse) -> None:
    """Empty tables for a shard's readings."""
    warehouse.make_like(FRESH, "reading")
    warehouse.run(
        f"CREATE OR REPLACE TEMP TABLE {SIGHTS} (run_id VARCHAR, account_id VARCHAR, source VARCHAR, record_id VARCHAR, "
        "seen_at TIMESTAMP, link_basis VARCHAR)"
    )


def merge_readings(warehouse: Warehouse, run_id: str) -> None:
    """Takes a shard's readings in and drops the shard's tables. What unchanged boards showed is seen again by the run."""
    warehouse.script("merge_readings", {"run_id": run_id})
    warehouse.run(f"DROP TABLE {FRESH}; DROP TABLE {SIGHTS}")


class NewestReadings:
    """The newest readings of some accounts at a time; threads may share it, beside the one that writes."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._hand = warehouse.another()
        self._lock = threading.Lock()

    def of(self, account_ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """Rows of `reading` by account: the newest of each source and record."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        with self._lock:
            for row in self._hand.rows(_NEWEST, {"accounts": list(account_ids)}):
                found[row["account_id"]].append(row)
        return found

    def close(self) -> None:
        """Gives the second hand back."""
        self._hand.close()

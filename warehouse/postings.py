"""The roles of job boards through time: first seen, last seen, closed."""

from __future__ import annotations

from warehouse.store import Warehouse

#: The postings of one shard, waiting to be merged.
FRESH = "fresh_posting"


def prepare_postings(warehouse: Warehouse) -> None:
    """An empty table for a shard's postings."""
    warehouse.run(
        f"CREATE OR REPLACE TEMP TABLE {FRESH} (account_id VARCHAR, source VARCHAR, board VARCHAR, posting_id VARCHAR, "
        'title VARCHAR, url VARCHAR, seen_at TIMESTAMP, posted_on DATE, department VARCHAR, "function" VARCHAR, '
        "place VARCHAR, technologies VARCHAR[], needs JSON)"
    )


def merge_postings(warehouse: Warehouse, run_id: str) -> None:
    """Takes a shard's postings in, closes what complete looks no longer show, and drops the shard's table."""
    warehouse.script("merge_postings", {"run_id": run_id})
    warehouse.run(f"DROP TABLE {FRESH}")

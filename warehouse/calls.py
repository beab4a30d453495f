"""The calls to sources: how many of them are kept."""

from __future__ import annotations

from warehouse.store import Warehouse, sql

#: Runs of a kind whose calls all stay: a source is held to its last ten comparable runs (`warehouse.expectations`).
RUNS = 12
#: How far the table may grow past what is kept before it is gone through: that costs a few seconds where there are millions.
_ROOM = 1.5


def forget_calls(warehouse: Warehouse, keep: int) -> int:
    """Drops calls that nothing asks for any more, where there are many of them; returns how many.

    `keep` is how many calls of an account, source and kind of outcome stay in any case, at least 6 (`[warehouse] keep_calls`);
    `forget_calls.sql` says what stays besides.
    """
    calls, pairs = (
        int(warehouse.value(f"SELECT {what} FROM source_call"))
        for what in ("count(*)", "approx_count_distinct((account_id, source))")
    )
    if calls <= _ROOM * max(keep, RUNS) * pairs:
        return 0
    with warehouse.transaction():
        warehouse.run(
            f"DELETE FROM source_call WHERE rowid IN ({sql('forget_calls')})", {"keep": keep, "runs": RUNS}
        )
    return calls - int(warehouse.value("SELECT count(*) FROM source_call"))

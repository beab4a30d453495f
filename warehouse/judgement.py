"""What judgements are made from and where they are kept: stories, hiring, score, brief."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.golden import GoldenValue
from accounts.observation import Evidence, Signal, SignalStatus
from warehouse.rows import golden_from
from warehouse.store import Warehouse, sql

Row = dict[str, Any]
#: Signals older than this tell nothing any more.
LOOK_BACK = timedelta(days=500)
#: Judgements that nothing new was told about are made anew after so many days: scores decay, news grow old.
DUE_DAYS = 7


@dataclass(slots=True)
class Material:
    """All that one account's judgement is made from."""

    account_id: str
    name: str = ""
    country: str | None = None
    signals: list[Signal] = field(default_factory=list)
    links: dict[str, float] = field(default_factory=dict)
    stories: list[Row] = field(default_factory=list)
    looks: list[Row] = field(default_factory=list)
    postings: list[Row] = field(default_factory=list)
    golden: dict[str, GoldenValue] = field(default_factory=dict)
    held: dict[str, Row] = field(default_factory=dict)


def known_tellings(warehouse: Warehouse, account_ids: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Ids of articles judged before, and of signals told before, of these accounts."""
    with warehouse.transaction():
        _choose(warehouse, account_ids)
        articles = warehouse.rows("SELECT id FROM article SEMI JOIN judging USING (account_id)")
        signals = warehouse.rows(
            "SELECT DISTINCT id FROM signal SEMI JOIN judging USING (account_id) "
            "WHERE published_at IS NOT NULL OR happened_on IS NOT NULL"
        )
    return frozenset(r["id"] for r in articles), frozenset(r["id"] for r in signals)


def to_judge(warehouse: Warehouse, run_id: str, now: datetime) -> list[str]:
    """The accounts to judge in a run, in order."""
    given = {"run_id": run_id, "now": now, "due_days": DUE_DAYS}
    return [row["account_id"] for row in warehouse.rows(sql("to_judge"), given)]


def material(warehouse: Warehouse, account_ids: Sequence[str], now: datetime) -> list[Material]:
    """What these accounts are judged by, in their order."""
    found = {account_id: Material(account_id) for account_id in account_ids}
    _choose(warehouse, account_ids)
    for row in warehouse.rows(
        "SELECT account_id, name, country FROM crm_account SEMI JOIN judging USING (account_id)"
    ):
        found[row["account_id"]].name, found[row["account_id"]].country = row["name"] or "", row["country"]
    for row in warehouse.rows(sql("judged_signals"), {"since": now - LOOK_BACK}):
        signal = signal_from(row)
        found[row["account_id"]].signals.append(signal)
        found[row["account_id"]].links[signal.id] = row["link_probability"]
    for table, order in (("story", "id"), ("board_look", "seen_at"), ("posting", "board, posting_id")):
        where = "WHERE complete" if table == "board_look" else ""
        for row in warehouse.rows(
            f"SELECT * FROM {table} SEMI JOIN judging USING (account_id) {where} ORDER BY {order}"
        ):
            {"story": found[row["account_id"]].stories, "board_look": found[row["account_id"]].looks,
             "posting": found[row["account_id"]].postings}[table].append(row)  # fmt: skip
    for row in warehouse.rows(
        "SELECT * FROM golden SEMI JOIN judging USING (account_id) WHERE valid_to IS NULL"
    ):
        found[row["account_id"]].golden[row["field"]] = golden_from(row)
    for row in warehouse.rows(
        "SELECT * FROM crm_value SEMI JOIN judging USING (account_id) WHERE value IS NOT NULL"
    ):
        found[row["account_id"]].held[row["field"]] = row
    return list(found.values())


def _choose(warehouse: Warehouse, account_ids: Iterable[str]) -> None:
    warehouse.run("CREATE OR REPLACE TEMP TABLE judging (account_id VARCHAR)")
    warehouse.append("judging", ({"account_id": a} for a in account_ids))


def keep_judgements(
    warehouse: Warehouse, account_ids: Sequence[str], rows: Mapping[str, Sequence[Row]]
) -> None:
    """Puts the judgements of these accounts in place of their former ones; `rows` by table."""
    with warehouse.transaction():
        _choose(warehouse, account_ids)
        for table in ("story", "hiring", "score", "brief"):
            warehouse.run(f"DELETE FROM {table} WHERE account_id IN (SELECT account_id FROM judging)")
            warehouse.append(table, rows.get(table, ()))
        for table in ("signal", "observation"):
            warehouse.append(table, rows.get(table, ()))


def disown(warehouse: Warehouse, taken_back: Iterable[Row]) -> None:
    """Puts the signals that people took back in place of those noted before."""
    warehouse.replace("disowned", taken_back)


def accounts_of_signals(warehouse: Warehouse, signal_ids: Iterable[str]) -> dict[str, str]:
    """The account each signal was told of."""
    rows = warehouse.rows(
        "SELECT DISTINCT id, account_id FROM signal WHERE list_contains($ids, id)", {"ids": list(signal_ids)}
    )
    return {row["id"]: row["account_id"] for row in rows}


def signal_from(row: Mapping[str, Any]) -> Signal:
    """The signal a row of `signal` tells."""
    slots = row["slots"]
    return Signal(
        account_id=row["account_id"], signal_class=row["signal_class"], title=row["title"] or "", source=row["source"],
        record_id=row["record_id"], confidence=row["confidence"], extractor=row["extractor"],
        evidence=Evidence(row["url"] or "", row["passage"] or "", row["fetched_at"], row["selector"], row["body_sha256"]),
        observed_at=row["observed_at"], status=SignalStatus(row["status"]), happened_on=row["happened_on"],
        published_at=row["published_at"], counterparties=tuple(row["counterparties"] or ()),
        contradicts=tuple(row["contradicts"] or ()), slots=json.loads(slots) if isinstance(slots, str) else dict(slots or {}),
    )  # fmt: skip

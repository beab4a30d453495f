"""The review queue of a run: values in question, and records that may or may not be an account."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from accounts.change import Change, ChangeSet, ReviewItem
from flows.scope import Scope
from flows.services import Services
from warehouse.reviews import add_to_queue, queue, replace_queue
from warehouse.store import sql


def open_questions(services: Services, change_set: ChangeSet, run_id: str, scope: Scope) -> int:
    """Puts a run's open questions in place of the former ones about its scope; returns how many it asks."""
    values = [*_value_items(services, change_set.reviews, run_id)]
    rest = [
        item
        for item in queue(services.warehouse)
        if item.kind == "value" and not scope.covers(item.account_id, item.field)
    ]
    replace_queue(services.warehouse, [*rest, *values, *_link_items(services, run_id)])
    return len(values)


def add_questions(services: Services, changes: Sequence[Change], run_id: str) -> None:
    """Adds questions that came up while writing (somebody's edit was met) to the queue."""
    if changes:
        add_to_queue(services.warehouse, _value_items(services, changes, run_id))


def _value_items(services: Services, changes: Sequence[Change], run_id: str) -> Iterator[ReviewItem]:
    ids = [c.observation_ids[0] for c in changes if c.observation_ids]
    evidence = {
        row["id"]: row
        for row in services.warehouse.rows(
            "SELECT id, any_value(url) AS url, any_value(passage) AS passage FROM observation "
            "WHERE id IN (SELECT unnest($ids::VARCHAR[])) GROUP BY id",
            {"ids": ids},
        )
    }
    names = {
        r["account_id"]: r["name"]
        for r in services.warehouse.rows("SELECT account_id, name FROM crm_account")
    }
    for change in changes:
        row = evidence.get(change.observation_ids[0], {}) if change.observation_ids else {}
        yield _value_item(services, change, names.get(change.account_id) or "", _told(row), run_id)


def _value_item(services: Services, change: Change, name: str, evidence: str, run_id: str) -> ReviewItem:
    return ReviewItem(
        id=change.id, kind="value", account_id=change.account_id, account_name=name, field=change.field,
        crm_value=change.base, proposed=change.value, proposed_key=change.value_key, code=change.code.value,
        reason=change.reason, evidence=evidence, run_id=run_id, asked_at=services.clock.now(), rank=change.weight,
        crm_age_days=change.base_age_days, evidence_age_days=change.evidence_age_days,
    )  # fmt: skip


def _link_items(services: Services, run_id: str) -> Iterator[ReviewItem]:
    for row in services.warehouse.rows(sql("links_in_doubt")):
        if services.decided.judged(row["account_id"], row["source"], row["record_id"]) is not None:
            continue
        record = f"{row['source']}:{row['record_id']}"
        yield ReviewItem(
            id=hashlib.sha256(f"{row['account_id']}\x1f{record}".encode()).hexdigest()[:16], kind="link",
            account_id=row["account_id"], account_name=row["account_name"] or "", field="", crm_value=row["account_name"],
            proposed=f"{row['record_name'] or ''} ({record})".strip(), proposed_key=record, code="link_unsure",
            reason=row["reason"], evidence=row["url"] or "", run_id=run_id, asked_at=services.clock.now(),
            rank=round(1 - abs(2 * row["probability"] - 1), 4),
        )  # fmt: skip


def _told(row: Mapping[str, Any]) -> str:
    return f"“{row['passage']}” — {row['url']}" if row else ""

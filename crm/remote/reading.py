"""Accounts and field events in the catalogue's terms, made of what an API gave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from accounts.account import Account, Actor, FieldHistory
from crm.base import FieldEvent
from crm.remote.formats import decode, is_true
from crm.remote.records import PropertyEvent, Record

if TYPE_CHECKING:
    from crm.remote.connector import RemoteCrm


def account_of(crm: RemoteCrm, record: Record, events: Iterable[PropertyEvent]) -> Account:
    """One account: texts by catalogue field, who changed which of them, whether it is on hold."""
    there = crm.schema()
    texts = {m.field: crm.text(record, m.field) for m in crm.mapping if m.property in there}
    history = {"": _record_history(crm, record)}
    for event in events:
        mapped = crm.mapping.at(event.name)
        if mapped is not None and (mapped.field not in history or _older(history[mapped.field], event)):
            history[mapped.field] = FieldHistory(event.at, event.by, crm.hands_of(event.by, event.hands))
    return Account(
        record.id, {f: t for f, t in texts.items() if t is not None and t.strip()}, record.modified_at,
        record.modified_by, history, bool(record.held) or _on_hold(crm, record), record.version,
    )  # fmt: skip


def event_of(crm: RemoteCrm, event: PropertyEvent) -> FieldEvent | None:
    """A change of a mapped property as a change of its field; None for any other property."""
    mapped, prop = crm.mapping.at(event.name), crm.schema().get(event.name)
    if mapped is None or prop is None:
        return None
    old, new = decode(prop, event.old), decode(prop, event.new)
    return FieldEvent(
        event.id, mapped.field, old, new, event.by, crm.hands_of(event.by, event.hands), event.at
    )


def fingerprint_of(accounts: Iterable[Account]) -> str:
    """Changes whenever values or holds do, whatever order the accounts came in."""
    told = [[a.id, sorted(a.values.items()), a.held] for a in sorted(accounts, key=lambda a: a.id)]
    text = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _record_history(crm: RemoteCrm, record: Record) -> FieldHistory:
    """Who wrote the record last. That it was us says nothing of fields we did not write: theirs are then unknown."""
    hands = crm.hands_of(record.modified_by, record.hands)
    if hands is Actor.OURS:
        return FieldHistory(record.modified_at, None, Actor.UNKNOWN)
    return FieldHistory(record.modified_at, record.modified_by, hands)


def _on_hold(crm: RemoteCrm, record: Record) -> bool:
    column = crm.config.crm.hold_column or crm.mapping.extras.get("hold")
    return bool(column) and is_true(record.properties.get(column or ""))


def _older(told: FieldHistory, event: PropertyEvent) -> bool:
    return told.changed_at is None or told.changed_at <= event.at

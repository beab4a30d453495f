"""Builds a change set from decisions: the writes, the questions ranked, the circuit breaker's reading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from accounts.change import (
    Breaker,
    Change,
    ChangeKind,
    ChangeSet,
    Code,
    ReviewAction,
    ReviewDecision,
    Verdict,
)  # fmt: skip
from crm.policy import FieldView, decide

_LOSING = frozenset({ChangeKind.REPLACE, ChangeKind.CLEAR})
#: A score of ours that replaces our last one loses nobody anything.
_OUR_OWN_WORD = ("intelligence",)


def build_change_set(
    views: Iterable[FieldView], *, run_id: str, crm: str, created_at: datetime, accounts: int, limit: float
) -> ChangeSet:
    """The change set of one run: every field decided. `accounts` and `limit` are the breaker's (0–1 of accounts)."""
    return collect((decide(view) for view in views), run_id, crm, created_at, accounts, limit)


def collect(
    changes: Iterable[Change], run_id: str, crm: str, created_at: datetime, accounts: int, limit: float
) -> ChangeSet:
    """A change set of decided changes, in order of account and field; questions get their rank as `weight`."""
    ranked = tuple(sorted((rank(c) for c in changes), key=lambda c: (c.account_id, c.field)))
    name = hashlib.sha256("\x1f".join([run_id, *(c.id for c in ranked)]).encode()).hexdigest()[:16]
    return ChangeSet(name, run_id, crm, created_at, ranked, read_breaker(ranked, accounts, limit))


def rank(change: Change) -> Change:
    """A question with its place in the queue: account value × field weight × uncertainty (1 at even odds)."""
    if change.verdict is not Verdict.REVIEW:
        return change
    uncertainty = 4 * change.confidence * (1 - change.confidence)
    return replace(change, weight=round(change.weight * (0.1 + 0.9 * max(0.0, uncertainty)), 6))


def read_breaker(changes: Iterable[Change], accounts: int, limit: float) -> Breaker:
    """The accounts that would lose a value unseen: replaced or cleared, never filled, restored or accepted by a steward.

    A judgement of ours (score, brief) that we renew ourselves does not count either.
    """
    touched = {
        c.account_id
        for c in changes
        if c.verdict is Verdict.WRITE
        and c.kind in _LOSING
        and c.code is not Code.ACCEPTED_BY_STEWARD
        and not (c.code is Code.OURS_RENEWED and c.sources == _OUR_OWN_WORD)
    }
    return Breaker(len(touched), accounts, limit)


def with_decisions(change_set: ChangeSet, decisions: Mapping[str, ReviewDecision]) -> ChangeSet:
    """The change set after stewards spoke about its questions (by `Change.id`): accepted ones are written, others held.

    A lock also holds a write of the same field. A changed set gets a new id, and its breaker is read again.
    """
    locked = {(d.account_id, d.field) for d in decisions.values() if d.action is ReviewAction.LOCK}
    changes = tuple(
        _decided(c, decisions.get(c.id), (c.account_id, c.field) in locked) for c in change_set.changes
    )
    if changes == change_set.changes:
        return change_set
    name = hashlib.sha256(
        "\x1f".join([change_set.id, *(f"{c.id}{c.verdict}" for c in changes)]).encode()
    ).hexdigest()
    breaker = read_breaker(changes, change_set.breaker.accounts, change_set.breaker.limit)
    return replace(change_set, id=name[:16], changes=changes, breaker=breaker)


def _decided(change: Change, decision: ReviewDecision | None, locked: bool) -> Change:
    if change.verdict not in (Verdict.WRITE, Verdict.REVIEW):
        return change
    if locked:
        return replace(change, verdict=Verdict.HOLD, code=Code.LOCKED, reason="A steward locked this field.")
    if decision is None or decision.action is ReviewAction.UNLOCK:
        return change
    if decision.action is ReviewAction.ACCEPT:
        reason = f"{decision.by} accepted it. {change.reason}"
        return replace(change, verdict=Verdict.WRITE, code=Code.ACCEPTED_BY_STEWARD, reason=reason)
    reason = f"{decision.by} kept what stands there. {change.reason}"
    return replace(change, verdict=Verdict.HOLD, code=Code.KEPT_BY_PERSON, reason=reason)

"""Diff and decide: where the golden record and the CRM differ, what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from accounts.account import Account, Actor, FieldHistory
from accounts.change import Change, ChangeSet, Standing, Verdict
from accounts.values import Hints
from crm.plan import collect
from crm.policy import decide
from crm.view import FieldView
from flows.scope import WHOLE, Scope
from flows.services import Services
from warehouse.crm_state import hints_of
from warehouse.rows import golden_from
from warehouse.staleness import staleness_from
from warehouse.store import sql

_WORTH_TELLING = (Verdict.WRITE, Verdict.REVIEW, Verdict.HOLD)


def decide_changes(
    services: Services, run_id: str, accounts: Mapping[str, Account], scope: Scope = WHOLE
) -> ChangeSet:
    """The change set of a run over its scope; what the CRM holds rightly is noted as confirmed."""
    agreed: list[dict[str, Any]] = []
    changes: list[Change] = []
    for view in field_views(services, accounts):  # one at a time: there may be millions
        if not scope.covers(view.account.id, view.spec.name):
            continue
        change = decide(view)
        if change.verdict in _WORTH_TELLING:
            changes.append(change)
        elif change.verdict is Verdict.CONFIRM and view.golden is not None:
            agreed.append(
                {"account_id": change.account_id, "field": change.field, "key": view.current_key,
                 "sources": list(change.sources), "noted_at": view.golden.observed_at}
            )  # fmt: skip
    _note_confirmed(services, run_id, agreed)
    return collect(
        changes, run_id, services.crm.kind, services.clock.now(),
        len(accounts) if scope.accounts is None else len(scope.accounts), services.config.run.breaker,
    )  # fmt: skip


def field_views(services: Services, accounts: Mapping[str, Account]) -> Iterator[FieldView]:
    """A view of every field whose golden value the CRM does not hold, as they are read: nothing else may be asked meanwhile."""
    undone = undone_keys(services)
    rows = services.warehouse.stream(sql("open_questions"), {"accounts": None})
    for account_id, own in groupby(rows, key=itemgetter("account_id")):
        account = accounts.get(account_id)
        if account is not None:
            hints = hints_of(account)
            for row in own:
                taken_back = undone.get((account_id, row["field"]), frozenset())
                yield _view(services, account, hints, row, taken_back)


def _view(
    services: Services, account: Account, hints: Hints, row: dict[str, Any], undone: frozenset[str]
) -> FieldView:
    said = services.decided.said(account.id, row["field"])
    return FieldView(
        account=account,
        spec=services.catalogue[row["field"]],
        column=row["crm_column"],
        current=row["crm_value"],
        current_key=row["crm_key"] or "",
        golden=golden_from(row),
        staleness=staleness_from(row | {"status": row["stale_status"], "reason": row["stale_reason"]}),
        history=FieldHistory(row["changed_at"], row["changed_by"], Actor(row["actor"] or "unknown")),
        standing=Standing(
            locked=said.locked,
            lock_note=said.lock_note,
            kept_keys=frozenset(said.kept_keys),
            accepted_key=said.accepted_key,
            accepted_by=said.accepted_by,
            accepted_item=said.accepted_item or "",
            ours_key=row["ours_key"],
            ours_at=row["ours_at"],
            meant_key=row["meant_key"],
            ours_text=row["ours_value"],
            cleared_by_person=row["cleared"],
            undone_keys=undone,
        ),
        now=services.clock.now(),
        hints=hints,
        held_as=services.crm.held_as(row["field"], row["value"]),
    )


def undone_keys(services: Services) -> dict[tuple[str, str], frozenset[str]]:
    """Values that were written once and taken back by an undo, per account and field."""
    rows = services.warehouse.rows(sql("undone_keys"))
    return {(r["account_id"], r["field"]): frozenset(r["keys"]) for r in rows}


def _note_confirmed(services: Services, run_id: str, seen: list[dict[str, Any]]) -> None:
    """Notes agreements: those found by equal keys in SQL, and those `decide` saw through other spellings."""
    services.warehouse.script("note_agreements", {"run_id": run_id})
    services.ledger.confirm(run_id, seen)

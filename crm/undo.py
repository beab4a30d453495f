"""Puts back what a run wrote, where it is still ours; what somebody changed since is theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from accounts.account import Account
from accounts.change import (
    Breaker,
    Change,
    ChangeKind,
    ChangeSet,
    Code,
    LedgerEntry,
    Verdict,
    WriteStatus,
)  # fmt: skip
from accounts.clock import Clock
from accounts.errors import ConfigError
from accounts.protocols import WriteLedger
from crm.apply import ApplyReport, apply_change_set
from crm.base import Crm
from crm.merge import same_text
from crm.wording import quoted


def plan_undo(
    ledger: WriteLedger, crm: Crm, run_id: str, *, undo_run_id: str, now: datetime, account: str | None = None,
    field: str | None = None,
) -> ChangeSet:  # fmt: skip
    """What undoing a run (or one account, or one field of it) would do: a dry run writes nothing.

    Cells that are still ours become RESTORE writes with their before-images; the others are held, with the reason and
    what stands there. Raises ConfigError when the run wrote nothing that matches.
    """
    entries: dict[tuple[str, str], LedgerEntry] = {}
    for entry in ledger.written(run_id):
        change = entry.outcome.change
        if account in (None, change.account_id) and field in (None, change.field) and entry.undone_by is None:
            entries[change.account_id, change.field] = entry
    if not entries:
        raise ConfigError(
            f"Run {run_id} wrote nothing that could be undone here.",
            remedy="`evergreen runs` lists the runs and what they wrote; what was undone is not undone twice.",
        )
    accounts = crm.read({account_id for account_id, _ in entries})
    changes = tuple(_restoring(crm, e, accounts.get(e.outcome.change.account_id)) for e in entries.values())
    return ChangeSet(
        f"undo-{undo_run_id}", undo_run_id, crm.kind, now, changes, Breaker(0, max(1, len(accounts)), 1.0)
    )


def apply_undo(
    crm: Crm, ledger: WriteLedger, change_set: ChangeSet, run_id: str, clock: Clock
) -> ApplyReport:
    """Carries out a planned undo of run `run_id` and notes in the ledger what was put back."""
    report = apply_change_set(crm, ledger, change_set, clock)
    back = {
        (o.change.account_id, o.change.field)
        for o in report.outcomes
        if o.status in (WriteStatus.WRITTEN, WriteStatus.UNCHANGED)
    }
    back |= {(c.account_id, c.field) for c in change_set.changes if c.code is Code.SAME_VALUE}
    done = [e.outcome.change for e in ledger.written(run_id) if e.undone_by is None]
    ids = [c.id for c in done if (c.account_id, c.field) in back]
    if ids:
        ledger.mark_undone(run_id, ids, change_set.run_id)
    return report


def _restoring(crm: Crm, entry: LedgerEntry, account: Account | None) -> Change:
    outcome = entry.outcome
    wrote = outcome.change
    found = account.get(wrote.field) if account else None
    change = replace(
        wrote, kind=ChangeKind.RESTORE, verdict=Verdict.WRITE, code=Code.UNDO, base=found, value=wrote.base,
        value_key="", confidence=1.0, before_image=outcome.before_image, base_age_days=None, evidence_age_days=None,
        reason=f"Puts back {quoted(wrote.base)} in place of {quoted(wrote.value)}.",
    )  # fmt: skip
    if account is None:
        reason = f"Account {wrote.account_id} is gone from the CRM."
        return replace(change, verdict=Verdict.HOLD, code=Code.CHANGED_MEANWHILE, reason=reason)
    if same_text(found, outcome.read_back or wrote.value) or crm.holds(wrote, found):
        return change
    if same_text(found, wrote.base):
        reason = f"{quoted(found)} stands there again already."
        return replace(change, verdict=Verdict.HOLD, code=Code.SAME_VALUE, reason=reason)
    reason = f"It is no longer ours: we wrote {quoted(wrote.value)}, and {quoted(found)} stands there now."
    return replace(change, verdict=Verdict.HOLD, code=Code.CHANGED_MEANWHILE, reason=reason)

"""Finds out by reading back what became of changes that nobody can tell about: after a crash, a time-out, a bare yes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from accounts.account import Account
from accounts.change import Change, ChangeKind, WriteOutcome, WriteStatus
from accounts.clock import Clock
from accounts.protocols import WriteLedger
from crm.base import Crm
from crm.merge import same_text


def settle_unknown(crm: Crm, ledger: WriteLedger, clock: Clock) -> tuple[WriteOutcome, ...]:
    """Settles the intents a crashed run left, and returns what became of them. Call it before deciding anything.

    What stands as it was meant was written; what stands as before was not, and may be sent again; anything else is
    somebody's edit since. Writes nothing to the CRM.
    """
    open_intents = ledger.unsettled()
    if not open_intents:
        return ()
    accounts = crm.read({change.account_id for _, change in open_intents})
    by_run: dict[str, list[WriteOutcome]] = defaultdict(list)
    for run_id, change in open_intents:
        by_run[run_id].append(judge(crm, change, accounts.get(change.account_id), clock.now()))
    for run_id, outcomes in by_run.items():
        ledger.settle(run_id, outcomes)
    return tuple(outcome for outcomes in by_run.values() for outcome in outcomes)


def judge(crm: Crm, change: Change, account: Account | None, at: datetime) -> WriteOutcome:
    """What became of one change, by what stands there now."""
    if account is None:
        return WriteOutcome(
            change, WriteStatus.HELD, at, message=f"Account {change.account_id} is gone from the CRM."
        )
    text = account.get(change.field)
    image = None if change.kind is ChangeKind.RESTORE else change.before_image
    if crm.holds(change, text):
        return WriteOutcome(change, WriteStatus.WRITTEN, at, change.base, text or "", image, "Found written.")
    if same_text(text, change.base):
        return WriteOutcome(change, WriteStatus.HELD, at, text, text or "", image, "Found not written.")
    return WriteOutcome(
        change, WriteStatus.CONFLICT, at, text, text or "", image, "Found changed by somebody else."
    )


def verify(crm: Crm, outcomes: Sequence[WriteOutcome], at: datetime) -> list[WriteOutcome]:
    """The outcomes with every claim nobody checked checked against the CRM."""
    unchecked = {o.change.account_id for o in outcomes if _is_unchecked(o)}
    accounts = crm.read(unchecked) if unchecked else {}
    return [
        _checked(crm, o, accounts.get(o.change.account_id), at) if _is_unchecked(o) else o for o in outcomes
    ]


def _is_unchecked(outcome: WriteOutcome) -> bool:
    claimed = outcome.status is WriteStatus.WRITTEN and outcome.read_back is None
    return claimed or outcome.status is WriteStatus.UNKNOWN


def _checked(crm: Crm, outcome: WriteOutcome, account: Account | None, at: datetime) -> WriteOutcome:
    seen = judge(crm, outcome.change, account, at)
    image = outcome.before_image or seen.before_image
    if outcome.status is WriteStatus.WRITTEN and seen.status is WriteStatus.HELD:
        message = "The CRM said yes, and still holds what it held."
        return replace(seen, status=WriteStatus.REJECTED, before_image=image, message=message)
    return replace(seen, before_image=image, message=outcome.message or seen.message)

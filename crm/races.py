"""Gives back what a person typed in the moment before we wrote, where the CRM could not refuse us in time.

Only for CRMs without a precondition that keep a field history: our own entry there tells what it overwrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from accounts.account import Actor
from accounts.change import Change, ChangeKind, Code, WriteOutcome, WriteStatus
from crm.base import Crm, FieldEvent
from crm.merge import same_text

#: The CRM's clock may run this far behind ours.
_SKEW = timedelta(minutes=10)


def restore_lost(
    crm: Crm, outcomes: Sequence[WriteOutcome], since: datetime, rounds: int = 3
) -> list[WriteOutcome]:
    """The outcomes, those that overwrote an edit made since `since` turned into conflicts, the edits put back.

    Putting back may meet an edit in its turn; that is looked at the same way, at most `rounds` deep.
    """
    written = [o for o in outcomes if o.status is WriteStatus.WRITTEN]
    if crm.capabilities.precondition or not crm.capabilities.history or not written or not rounds:
        return list(outcomes)
    events = crm.events({o.change.account_id for o in written}, since - _SKEW)
    lost = {
        o.change.id: text
        for o in written
        for text in [_overwritten(crm, o.change, events)]
        if text is not _NONE
    }
    if not lost:
        return list(outcomes)
    back = [_giving_back(o.change, lost[o.change.id]) for o in written if o.change.id in lost]
    sent = restore_lost(crm, crm.send(back), since, rounds - 1)
    answers = {(a.change.account_id, a.change.field): a for a in sent}
    return [_told(o, lost[o.change.id], answers) if o.change.id in lost else o for o in outcomes]


_NONE = "\0none"


def _overwritten(crm: Crm, change: Change, events: Sequence[FieldEvent]) -> str | None:
    """What our own write replaced, by the CRM's history, where that is not what we had seen."""
    for event in reversed(events):
        ours = event.actor is Actor.OURS and (event.account_id, event.field) == (
            change.account_id,
            change.field,
        )
        if ours and crm.holds(change, event.new):
            return _NONE if same_text(event.old, change.base) else event.old
    return _NONE


def _giving_back(change: Change, text: str | None) -> Change:
    return replace(
        change, kind=ChangeKind.RESTORE, code=Code.CHANGED_MEANWHILE, base=change.value, value=text, value_key="",
        reason="A person's edit was overwritten in the same moment; it is put back.", before_image=None,
    )  # fmt: skip


def _told(
    outcome: WriteOutcome, text: str | None, answers: dict[tuple[str, str], WriteOutcome]
) -> WriteOutcome:
    answer = answers.get((outcome.change.account_id, outcome.change.field))
    if answer is not None and answer.status is WriteStatus.CONFLICT:  # a newer edit stands there
        return replace(
            outcome,
            status=answer.status,
            found=answer.found,
            read_back=answer.found or "",
            message=answer.message,
        )
    done = answer is not None and answer.status in (WriteStatus.WRITTEN, WriteStatus.UNCHANGED)
    said = (
        "it was put back"
        if done
        else f"it could NOT be put back: {answer.message if answer else 'no answer'}"
    )
    message = f"Somebody wrote {text!r} in the same moment; {said}."
    return replace(outcome, status=WriteStatus.CONFLICT, found=text, read_back=text or "", message=message)

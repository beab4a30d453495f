"""Carries a change set out: intents before sending, outcomes after, and the same plan twice writes nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.account import Account
from accounts.change import Change, ChangeKind, ChangeSet, Code, Verdict, WriteOutcome, WriteStatus
from accounts.clock import Clock
from accounts.errors import CrmBudgetSpent, CrmError, CrmUnavailable, WorkLeft
from accounts.protocols import WriteLedger
from crm.base import Capabilities, Crm, Prepared
from crm.blackout import Blackout
from crm.history import history_of
from crm.merge import Merge, merge
from crm.plan import rank, read_breaker
from crm.races import restore_lost
from crm.settle import settle_unknown, verify
from crm.wording import quoted


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What carrying out a change set came to.

    `questions` are changes that met somebody's edit, now for a steward. `settled` is what an earlier, crashed run had
    left open. `already` counts changes of this set that an earlier apply had written. `left` was not sent because the
    call budget is spent: the next apply of the same plan goes on there.
    """

    run_id: str
    change_set_id: str
    outcomes: tuple[WriteOutcome, ...] = ()
    questions: tuple[Change, ...] = ()
    settled: tuple[WriteOutcome, ...] = ()
    already: int = 0
    left: tuple[Change, ...] = ()

    @property
    def written(self) -> tuple[WriteOutcome, ...]:
        """What now stands in the CRM because of this apply."""
        return tuple(o for o in self.outcomes if o.status is WriteStatus.WRITTEN)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many changes came to which end."""
        counts = Counter(o.status.value for o in self.outcomes)
        return {**counts, "already": self.already, "questions": len(self.questions), "left": len(self.left)}


def apply_change_set(
    crm: Crm, ledger: WriteLedger, change_set: ChangeSet, clock: Clock, *, force: bool = False,
    blackouts: Sequence[Blackout] = (),
) -> ApplyReport:  # fmt: skip
    """Writes what the change set says goes out by itself, and tells what became of each change.

    Raises WorkLeft, with nothing written, when the breaker has tripped (unless `force`) or in a blackout window;
    CrmUnavailable when the CRM went away, with everything sent so far settled as far as it could be read back.
    """
    _refuse_blackout(blackouts, clock)
    _refuse_tripped(change_set, force)
    settled = settle_unknown(crm, ledger, clock)
    run_id = change_set.run_id
    done = {e.outcome.change.id for e in ledger.written(run_id) if e.undone_by is None}
    todo = [change for change in change_set.writes if change.id not in done]
    prepared = crm.prepare(todo) if todo else Prepared()
    if prepared.refused:
        ledger.settle(run_id, prepared.refused)
    outcomes = list(prepared.refused)
    left: list[Change] = []
    for batch, ours in _batches([c for c in prepared.ready if c.id not in done], crm.capabilities):
        if left or not _affordable(crm):
            left.extend(batch)
            continue
        try:
            outcomes += _send(crm, ledger, run_id, batch, clock, ours=ours)
        except CrmBudgetSpent:
            still_open = {change.id for run, change in ledger.unsettled() if run == run_id}
            left.extend(change for change in batch if change.id not in still_open)
    return ApplyReport(
        run_id, change_set.id, tuple(outcomes), tuple(_questions(crm, outcomes, change_set.created_at)), settled,
        already=len(change_set.writes) - len(todo), left=tuple(left),
    )  # fmt: skip


def _refuse_blackout(blackouts: Sequence[Blackout], clock: Clock) -> None:
    for window in blackouts:
        if window.covers(clock.now()):
            raise WorkLeft(
                f"It is {clock.now():%Y-%m-%d %H:%M} UTC, in the blackout window {window.text!r}; nothing was written.",
                remedy="The plan is kept: `evergreen apply` carries it out afterwards.",
            )


def _refuse_tripped(change_set: ChangeSet, force: bool) -> None:
    """The reading is taken anew: a plan file is only paper."""
    breaker = read_breaker(change_set.changes, change_set.breaker.accounts, change_set.breaker.limit)
    if breaker.tripped and not force:
        raise WorkLeft(
            f"The circuit breaker has tripped: {breaker.touched} of {breaker.accounts} accounts would have values "
            f"replaced or cleared, more than {breaker.limit:.0%}; nothing was written.",
            remedy="Look at the plan. If it is right, apply it with force; if a source went wrong, leave it out.",
        )


def _batches(
    changes: Sequence[Change], capabilities: Capabilities
) -> Iterator[tuple[Sequence[Change], bool]]:
    """What one `send` takes, and whether it is all ours: guarded changes first, then those of columns that are ours alone."""
    own = [c for c in changes if c.column in capabilities.own_columns]
    guarded = [c for c in changes if c.column not in capabilities.own_columns]
    for lane, size, ours in ((guarded, capabilities.batch_size, False), (own, capabilities.own_batch, True)):
        for batch in _cut(lane, max(1, size), by_account=capabilities.by_account):
            yield batch, ours


def _cut(changes: Sequence[Change], size: int, *, by_account: bool) -> list[Sequence[Change]]:
    if not by_account:
        return [changes[start : start + size] for start in range(0, len(changes), size)]
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.account_id, []).append(change)
    accounts = list(groups.values())
    return [
        [c for group in accounts[start : start + size] for c in group]
        for start in range(0, len(accounts), size)
    ]


def _affordable(crm: Crm) -> bool:
    budget = crm.budget()
    return budget is None or budget.calls_left >= crm.capabilities.calls_a_batch


def _send(
    crm: Crm, ledger: WriteLedger, run_id: str, batch: Sequence[Change], clock: Clock, *, ours: bool = False
) -> list[WriteOutcome]:
    """Sends one batch and settles it. Raises CrmUnavailable after settling what did not get through.

    A call limit that was met before anything was sent raises CrmBudgetSpent and leaves no intent; met while reading back, it leaves
    the intents open, and the next run reads back.
    """
    began = clock.now()
    guarded = not ours and not crm.capabilities.precondition
    due, outcomes = _screen(crm, batch, clock) if guarded else (list(batch), [])
    failure: CrmUnavailable | None = None
    if due:
        ledger.intend(run_id, due, began)
        try:
            sent = list(crm.send(due))
        except CrmBudgetSpent as error:
            unsent = [WriteOutcome(c, WriteStatus.HELD, clock.now(), message=str(error)) for c in due]
            ledger.settle(run_id, [*outcomes, *unsent])
            raise
        except CrmUnavailable as error:
            failure = error
            sent = [
                WriteOutcome(change, WriteStatus.UNKNOWN, clock.now(), message=str(error)) for change in due
            ]
        checked = verify(crm, sent, clock.now())
        outcomes += restore_lost(crm, checked, began) if guarded else checked
    ledger.settle(run_id, outcomes)
    if failure is not None and any(o.status is not WriteStatus.WRITTEN for o in outcomes):
        raise failure
    return outcomes


def _screen(crm: Crm, batch: Sequence[Change], clock: Clock) -> tuple[list[Change], list[WriteOutcome]]:
    """Re-reads just before writing: what still stands as we saw it goes on, the rest is settled here."""
    accounts = crm.read({change.account_id for change in batch})
    due: list[Change] = []
    outcomes: list[WriteOutcome] = []
    for change in batch:
        account = accounts.get(change.account_id)
        if account is None or account.held:
            reason = "is gone from the CRM" if account is None else "is on hold"
            message = f"Account {change.account_id} {reason}."
            outcomes.append(WriteOutcome(change, WriteStatus.HELD, clock.now(), message=message))
            continue
        found = account.get(change.field)
        verdict = Merge.ALREADY if crm.holds(change, found) else merge(change.base, found, change.value)
        if verdict is Merge.WRITE:
            due.append(change)
        else:
            status = WriteStatus.UNCHANGED if verdict is Merge.ALREADY else WriteStatus.CONFLICT
            outcomes.append(WriteOutcome(change, status, clock.now(), found, found or ""))
    return due, outcomes


def _questions(crm: Crm, outcomes: Sequence[WriteOutcome], since: datetime) -> list[Change]:
    """Conflicts as questions for a steward; what a person emptied meanwhile is not asked: it stays clear."""
    met = [
        o for o in outcomes if o.status is WriteStatus.CONFLICT and o.change.kind is not ChangeKind.RESTORE
    ]
    accounts: Mapping[str, Account] = {}
    with suppress(CrmError):  # who it was is worth a look, not the report
        accounts = crm.read({o.change.account_id for o in met}) if met else {}
    return [_question(o, accounts.get(o.change.account_id), since) for o in met if (o.found or "").strip()]


def _question(outcome: WriteOutcome, account: Account | None, since: datetime) -> Change:
    """Names who made the edit, and when, where the CRM's history is as new as the edit (after `since`)."""
    change = outcome.change
    told = history_of(account, change.field) if account else None
    fresh = told is not None and told.changed_at is not None and told.changed_at >= since
    who = (told.changed_by if told and fresh else None) or "somebody"
    when = f" on {told.changed_at:%Y-%m-%d %H:%M} UTC" if told and fresh else ""
    reason = (
        f"We saw {quoted(change.base)} and wanted {quoted(change.value)}; before we wrote, {who} set "
        f"{quoted(outcome.found)}{when}. {change.reason}"
    )
    asked = replace(
        change, verdict=Verdict.REVIEW, code=Code.CHANGED_MEANWHILE, kind=ChangeKind.REPLACE, base=outcome.found,
        base_age_days=0, before_image=None, reason=reason,
    )  # fmt: skip
    return rank(asked)

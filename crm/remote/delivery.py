"""Sends one batch of changes: one row an account, retries of rows that were locked, read-back, an outcome for every change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from accounts.account import Actor
from accounts.change import Change, ChangeKind, WriteOutcome, WriteStatus
from accounts.errors import CrmBudgetSpent, CrmOutcomeUnknown, CrmUnavailable
from crm.merge import Merge, merge
from crm.remote.formats import encode
from crm.remote.records import Fault, Record, Row, RowResult

if TYPE_CHECKING:
    from crm.remote.connector import RemoteCrm

_ROUNDS = 4
_AGAIN = frozenset({Fault.LOCKED_ROW, Fault.STALE, Fault.TRANSIENT, Fault.THROTTLED})
_HELD = frozenset({Fault.LOCKED_ROW, Fault.STALE, Fault.HELD, Fault.GONE, Fault.TRANSIENT, Fault.THROTTLED})
_WORDS = {
    Fault.LOCKED_ROW: "The record is locked by somebody",
    Fault.STALE: "The record kept changing",
    Fault.HELD: "The record is locked or in approval",
    Fault.GONE: "The record is gone from the CRM",
    Fault.DUPLICATE: "A duplicate rule stopped it",
    Fault.VALIDATION: "The CRM does not take the value",
    Fault.PERMISSION: "Our user may not write it",
}


class Delivery:
    """One `send`. Changes are settled one by one; what is not settled is still to be sent."""

    def __init__(self, crm: RemoteCrm) -> None:
        self._crm = crm
        self._settled: dict[str, WriteOutcome] = {}
        self._began = crm.clock.now()

    def send(self, changes: Sequence[Change]) -> list[WriteOutcome]:
        """The outcomes, in order. Raises CrmUnavailable only before anything was sent."""
        own = self._crm.capabilities.own_columns
        lanes = [c for c in changes if c.column not in own], [c for c in changes if c.column in own]
        for lane, ours in zip(lanes, (False, True), strict=True):
            if lane:
                self._deliver(lane, ours)
        return [self._settled[_cell(c)] for c in changes]

    def _deliver(self, changes: Sequence[Change], ours: bool) -> None:
        due = self._first_of_each_cell(changes)
        if self._crm.precondition and not ours:
            due = self._merged(due)
        for attempt in range(_ROUNDS):
            if not due:
                break
            if attempt:
                self._wait(attempt)
                due = due if ours else self._merged(due)
            due = self._round(due, ours, last=attempt == _ROUNDS - 1)
        self._read_back(changes, ours)

    def _first_of_each_cell(self, changes: Sequence[Change]) -> list[Change]:
        seen: set[tuple[str, str]] = set()
        due: list[Change] = []
        for change in changes:
            cell = (change.account_id, change.column)
            if cell in seen:
                self._settle(
                    change, WriteStatus.INVALID, "Another change of this batch touches the same cell."
                )
            else:
                due.append(change)
            seen.add(cell)
        return due

    def _merged(self, changes: Sequence[Change]) -> list[Change]:
        """Re-reads, and keeps what still stands as it was seen; the rest is settled."""
        records = self._crm.read_records({c.account_id for c in changes})
        due: list[Change] = []
        for change in changes:
            record = records.get(change.account_id)
            if record is None:
                self._settle(change, WriteStatus.HELD, f"Account {change.account_id} is gone from the CRM.")
                continue
            found = self._crm.text(record, change.field)
            verdict = (
                Merge.ALREADY if self._crm.holds(change, found) else merge(change.base, found, change.value)
            )
            if verdict is Merge.ALREADY:
                self._settle(change, WriteStatus.UNCHANGED, "", found, found or "")
            elif verdict is Merge.CONFLICT:
                self._settle(
                    change,
                    WriteStatus.CONFLICT,
                    "The field holds another value than was seen; it was left alone.",
                    found,
                    found or "",
                )
            elif record.held:
                self._settle(change, WriteStatus.HELD, record.held, found)
            else:
                due.append(change)
        return due

    def _round(self, changes: Sequence[Change], ours: bool, *, last: bool) -> list[Change]:
        """Writes once; returns what is to be tried again."""
        by_account: dict[str, list[Change]] = {}
        for change in changes:
            by_account.setdefault(change.account_id, []).append(change)
        rows = [self._row(account_id, group) for account_id, group in by_account.items()]
        again: list[Change] = []
        for row, result in zip(rows, self._write(rows, ours), strict=True):
            again += self._take(by_account[row.id], result, last)
        return again

    def _write(self, rows: Sequence[Row], ours: bool) -> list[RowResult]:
        crm, found = self._crm, list[RowResult]()
        size = (crm.own_rows or crm.rows_a_call) if ours else crm.rows_a_call
        for start in range(0, len(rows), size):
            chunk = rows[start : start + size]
            try:
                found += crm.write_own(chunk) if ours else crm.write(chunk)
            except CrmOutcomeUnknown as error:
                found += [RowResult(Fault.UNKNOWN_OUTCOME, str(error))] * len(chunk)
            except CrmBudgetSpent:
                if not found and not self._settled:
                    raise
                found += [RowResult(Fault.BUDGET_SPENT, "The call limit is spent.")] * (len(rows) - start)
                break
            except CrmUnavailable as error:
                if not found and not self._settled:
                    raise
                found += [RowResult(Fault.UNKNOWN_OUTCOME, str(error))] * (len(rows) - start)
                break
        return found

    def _row(self, account_id: str, changes: Sequence[Change]) -> Row:
        return Row(account_id, {c.column: self._encoded(c) for c in changes}, self._crm.seen(account_id))

    def _encoded(self, change: Change) -> Any:
        crm = self._crm
        if change.kind is ChangeKind.RESTORE and change.before_image is not None:
            return json.loads(change.before_image)
        mapped, prop = crm.mapping[change.field], crm.schema()[change.column]
        if change.value is None:
            return crm.wire.blank
        text = change.value if change.kind is ChangeKind.RESTORE else mapped.translated(change.value)
        return encode(crm.wire, prop, text)

    def _take(self, changes: Sequence[Change], result: RowResult, last: bool) -> list[Change]:
        """Settles a row by its result, or gives back those of its changes that are worth another try."""
        fault = result.fault
        for change in changes:
            if fault is None or change.column in result.written:
                self._settle(change, WriteStatus.WRITTEN)
        if fault is None:
            return []
        changes = [c for c in changes if c.column not in result.written]
        if fault is Fault.UNKNOWN_OUTCOME:
            for change in changes:
                self._settle(change, WriteStatus.UNKNOWN, result.message)
            return []
        if fault in _AGAIN and not last:
            return list(changes)
        blamed = [c for c in changes if c.column in result.properties]
        spared = [c for c in changes if c not in blamed] if blamed and not last else []
        status = WriteStatus.HELD if fault in _HELD or fault is Fault.BUDGET_SPENT else WriteStatus.REJECTED
        words = _WORDS.get(fault, "")
        message = ": ".join(part for part in (words, result.message) if part) or "The CRM refused it."
        for change in changes if not spared else blamed:
            self._settle(change, status, message)
        return spared

    def _read_back(self, changes: Sequence[Change], ours: bool) -> None:
        """Looks at what now stands there. Left undone when the CRM is out of reach: then the engine has to."""
        open_ = [
            self._settled[_cell(c)]
            for c in changes
            if self._settled[_cell(c)].status in (WriteStatus.WRITTEN, WriteStatus.UNKNOWN)
        ]
        if not open_:
            return
        before = {o.change.account_id: self._crm.seen(o.change.account_id) for o in open_}
        ids = {o.change.account_id for o in open_}
        try:
            records = self._crm.read_many(ids, self._began) if ours else self._crm.read_records(ids)
        except CrmUnavailable:
            return
        for outcome in open_:
            account = outcome.change.account_id
            told = self._told(outcome, records.get(account), before[account])
            image = self._image(outcome.change, before)
            self._settled[_cell(outcome.change)] = replace(told, before_image=outcome.before_image or image)

    def _image(self, change: Change, before: Mapping[str, Record | None]) -> str | None:
        record = before[change.account_id]
        if change.kind is ChangeKind.RESTORE or record is None:
            return change.before_image
        return json.dumps(record.properties.get(change.column), ensure_ascii=False)

    def _told(self, outcome: WriteOutcome, record: Record | None, before: Record | None) -> WriteOutcome:
        """What became of one write, by what stands there now and whose hands were last on it."""
        change, crm = outcome.change, self._crm
        if record is None:
            return replace(
                outcome, status=WriteStatus.HELD, message=f"Account {change.account_id} is gone from the CRM."
            )
        text = crm.text(record, change.field)
        if crm.holds(change, text):
            return self._written(outcome, text)
        if outcome.status is WriteStatus.UNKNOWN:
            unsent = merge(change.base, text, change.value) is Merge.WRITE
            status = WriteStatus.HELD if unsent else WriteStatus.CONFLICT
            return replace(
                outcome,
                status=status,
                found=text,
                read_back=text or "",
                message="Found not written." if unsent else "Found changed by somebody else.",
            )
        if merge(change.base, text, change.value) is Merge.WRITE:
            if _touched(before, record) and not self._by_us(record, change):
                words = "Written, and taken out again by somebody right after; that stands."
                return replace(outcome, found=text, read_back=text or "", message=words)
            status, words = WriteStatus.REJECTED, "The CRM said yes, and still holds what it held."
        elif self._by_us(record, change):
            return self._written(outcome, text)
        else:
            status, words = (
                WriteStatus.CONFLICT,
                "Somebody changed the field right after it was written; theirs stands.",
            )
        return replace(outcome, status=status, found=text, read_back=text or "", message=words)

    def _written(self, outcome: WriteOutcome, text: str | None) -> WriteOutcome:
        change = outcome.change
        kind = self._crm.catalogue[change.field].value_type
        held = kind.key(text) if text else ""
        if held and held != change.value_key and change.kind is not ChangeKind.RESTORE:
            change = replace(change, held_key=held)
        return replace(outcome, change=change, status=WriteStatus.WRITTEN, read_back=text or "")

    def _by_us(self, record: Record, change: Change) -> bool:
        """True when the newest change of the property, or of the record where no more is known, was made by us."""
        events = [e for e in record.events or () if e.name == change.column]
        if events:
            newest = max(events, key=lambda e: e.at)
            return self._crm.hands_of(newest.by, newest.hands) is Actor.OURS
        return self._crm.hands_of(record.modified_by, record.hands) is Actor.OURS

    def _settle(
        self,
        change: Change,
        status: WriteStatus,
        message: str = "",
        found: str | None = None,
        read_back: str | None = None,
    ) -> None:
        self._settled[_cell(change)] = WriteOutcome(
            change, status, self._crm.clock.now(), found, read_back, None, message
        )

    def _wait(self, attempt: int) -> None:
        self._crm.sleep(0.5 * 2**attempt * self._crm.jitter.uniform(0.5, 1.5))


def _touched(before: Record | None, record: Record) -> bool:
    """True when somebody known wrote the record since we read it; an old stamp means that nobody did, nor our write."""
    if before is None or record.modified_by is None:
        return False
    return (record.version, record.modified_at) != (before.version, before.modified_at)


def _cell(change: Change) -> str:
    return f"{change.account_id}\x1f{change.column}\x1f{change.id}"

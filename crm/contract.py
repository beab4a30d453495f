"""What every connector must do, as checks its author runs against their own class and a CRM full of test accounts.

Each check takes a connector, an account that exists, and a catalogue field whose cell is blank there; it leaves the
CRM as it was and raises AssertionError saying what is wrong.

    from crm.contract import check_connector
    check_connector(MyCrm(...), account="001", field="phone", value="+44 20 7946 0000", other="+44 20 7946 0001")
"""

from __future__ import annotations

from dataclasses import replace

from accounts.change import Change, ChangeKind, Code, Verdict, WriteOutcome, WriteStatus
from crm.base import Crm


def check_connector(crm: Crm, *, account: str, field: str, value: str, other: str) -> None:
    """Runs all checks. `value` and `other` are two values of the field that the CRM takes as they are."""
    fill = _fill(crm, account, field, value)
    check_reading(crm, account, field)
    check_refusals(crm, fill)
    check_round_trip(crm, fill)
    if crm.capabilities.precondition:
        check_precondition(crm, fill, other)


def check_reading(crm: Crm, account: str, field: str) -> None:
    """Pull, read and describe tell one story."""
    schema, pull = crm.describe(), crm.pull()
    ids = [a.id for a in pull.accounts]
    _hold(len(ids) == len(set(ids)), "pull gives an account twice")
    _hold(account in ids, f"pull leaves out {account}")
    _hold(pull.complete, "a pull without a cursor must be complete")
    _hold(pull.fingerprint == crm.pull().fingerprint, "the fingerprint changes while nothing does")
    column = schema.column_of(field)
    _hold(column is not None and column.writable, f"describe has no writable column for {field}")
    read = crm.read([account, "no such account"])
    _hold(set(read) == {account}, "read must leave out what does not exist, and nothing else")
    pulled = next(a for a in pull.accounts if a.id == account)
    _hold(read[account].values == pulled.values, "read and pull tell different values")
    _hold(
        all(text.strip() for a in pull.accounts for text in a.values.values()),
        "blanks must be left out of values",
    )
    times = [h.changed_at for a in pull.accounts for h in a.history.values() if h.changed_at is not None]
    _hold(all(t.tzinfo is not None for t in times), "times must be aware, in UTC")


def check_refusals(crm: Crm, fill: Change) -> None:
    """What cannot be written is refused by `prepare`, each by itself, and nothing is written."""
    before = crm.pull().fingerprint
    wrong = replace(fill, column="no such column", field=fill.field)
    prepared = crm.prepare([wrong, fill])
    _hold(
        [c.account_id for c in prepared.ready] == [fill.account_id],
        "one bad change must not take others along",
    )
    refused = prepared.refused
    _hold(len(refused) == 1 and refused[0].status is WriteStatus.INVALID, "an unknown column must be INVALID")
    _hold(bool(refused[0].message), "a refusal must say why")
    _hold(crm.pull().fingerprint == before, "prepare must write nothing")


def check_round_trip(crm: Crm, fill: Change) -> None:
    """A value written reads back, is not written twice, and goes back to blank by its before-image."""
    before = crm.read([fill.account_id])[fill.account_id].values
    outcome = _send(crm, fill)
    _hold(outcome.status is WriteStatus.WRITTEN, f"a fill came to {outcome.status}: {outcome.message}")
    text = crm.read([fill.account_id])[fill.account_id].get(fill.field)
    _hold(crm.holds(fill, text), f"{fill.value!r} was written, {text!r} reads back")
    back = replace(
        fill,
        kind=ChangeKind.RESTORE,
        base=text,
        value=fill.base,
        before_image=outcome.before_image,
        code=Code.UNDO,
    )
    restored = _send(crm, back)
    _hold(restored.status is WriteStatus.WRITTEN, f"a restore came to {restored.status}: {restored.message}")
    _hold(crm.read([fill.account_id])[fill.account_id].values == before, "a restore must leave no trace")


def check_precondition(crm: Crm, fill: Change, other: str) -> None:
    """A connector that claims a precondition writes over nothing but what the change had seen."""
    written = _send(crm, fill)
    again = _send(crm, fill)
    _hold(again.status is WriteStatus.UNCHANGED, f"writing the same twice came to {again.status}")
    stale = _send(crm, replace(fill, value=other))
    _hold(
        stale.status is WriteStatus.CONFLICT,
        f"a change that saw a blank, over a value, came to {stale.status}",
    )
    _hold(crm.holds(fill, stale.found), "a conflict must tell what was found")
    gone = _send(crm, replace(fill, account_id="no such account"), prepare=False)
    _hold(gone.status is WriteStatus.HELD, f"an account that is gone came to {gone.status}")
    back = replace(
        fill, kind=ChangeKind.RESTORE, base=fill.value, value=fill.base, before_image=written.before_image
    )
    _send(crm, back)


def _fill(crm: Crm, account: str, field: str, value: str) -> Change:
    column = crm.describe().column_of(field)
    _hold(column is not None, f"describe has no column for {field}")
    base = crm.read([account])[account].get(field)
    _hold(base is None, f"{field} of {account} must be blank to begin with")
    return Change(
        account,
        field,
        column.name if column else "",
        ChangeKind.FILL,
        Verdict.WRITE,
        Code.BLANK_FILLED,
        "",
        None,
        value,
    )


def _send(crm: Crm, change: Change, *, prepare: bool = True) -> WriteOutcome:
    ready = crm.prepare([change]).ready if prepare else (change,)
    _hold(len(ready) == 1, f"prepare refused {change.value!r}")
    outcomes = crm.send(ready)
    _hold([o.change.id for o in outcomes] == [ready[0].id], "send must answer for each change, in order")
    return replace(outcomes[0], before_image=outcomes[0].before_image or ready[0].before_image)


def _hold(true: bool, otherwise: str) -> None:
    if not true:
        raise AssertionError(otherwise)

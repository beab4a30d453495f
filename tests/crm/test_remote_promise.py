"""The fourteen promise tests, on every remote CRM that has a rig; the numbers are those of `test_promise.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.change import ChangeKind, ChangeSet, Code, Verdict, WriteStatus
from accounts.clock import FixedClock
from accounts.errors import CrmRefused, CrmUnavailable, WorkLeft
from accounts.golden import GoldenValue
from crm.apply import ApplyReport, apply_change_set
from crm.contract import check_connector
from crm.plan import collect
from crm.undo import apply_undo, plan_undo
from tests.crm.build import change, change_set, golden
from tests.crm.memory_ledger import Killed, KillingLedger, MemoryLedger
from tests.crm.night import CrmNights
from tests.crm.rig import Rig, open_rig, rig_kinds

PHONE, OTHER, HUMAN = "+44 20 7946 0000", "+44 20 7946 0001", "020 7946 0999"
DAY = timedelta(days=1)


@pytest.fixture(params=rig_kinds())
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    opened = open_rig(request.param, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def simulated(rig: Rig) -> Rig:
    """A rig that can be told to fail."""
    if rig.faults is None:
        pytest.skip("a real server does not fail when asked to")
    return rig


def wanted(rig: Rig, account: str, name: str, base: str | None, value: str | None, **more: Any) -> Any:
    return change(account, name, base, value, column=rig.names[name], **more)


def nights_over(rig: Rig, ledger: MemoryLedger | None = None) -> CrmNights:
    return CrmNights(lambda now: rig.crm(FixedClock(now)), ledger or MemoryLedger())


def truth_of(rig: Rig, account: str) -> dict[tuple[str, str], GoldenValue]:
    seen = rig.now - DAY
    return {
        (account, "phone"): golden("phone", "+442079460000", observed_at=seen),
        (account, "city"): golden("city", "York", observed_at=seen),
    }


def apply(rig: Rig, ledger: MemoryLedger, plan: ChangeSet, **settings: Any) -> ApplyReport:
    clock = FixedClock(rig.now)
    return apply_change_set(rig.crm(clock, **settings), ledger, plan, clock)


def test_the_contract_of_every_connector(rig: Rig) -> None:
    account = rig.add()
    check_connector(rig.crm(), account=account, field="phone", value=PHONE, other=OTHER)
    assert rig.value(account, "phone") is None


def test_01_an_edit_between_pull_and_apply_stays_and_is_asked_about(rig: Rig) -> None:
    account, nights = rig.add(), nights_over(rig)
    plan = nights.plan(truth_of(rig, account), rig.now)
    assert {c.field for c in plan.writes} == {"phone", "city"}
    rig.edit(account, "phone", HUMAN)
    report = apply(rig, nights.ledger, plan)
    assert (rig.value(account, "phone"), rig.value(account, "city")) == (HUMAN, "York")
    [question] = report.questions
    assert (question.verdict, question.code) == (Verdict.REVIEW, Code.CHANGED_MEANWHILE)
    assert (question.base, question.value) == (HUMAN, PHONE)
    assert "“" + HUMAN in question.reason


def test_02_an_edit_after_our_write_is_kept_by_the_next_run(rig: Rig) -> None:
    account, nights = rig.add(), nights_over(rig)
    nights.night(truth_of(rig, account), rig.now)
    assert rig.value(account, "phone") == PHONE
    rig.edit(account, "phone", HUMAN)
    for night in range(1, 4):
        rig.pass_time(1)
        plan = nights.plan(truth_of(rig, account), rig.now + night * DAY)
        assert plan.writes == ()
        assert [c.code for c in plan.reviews if c.field == "phone"] == [Code.PERSON_EDITED]


def test_03_what_a_person_cleared_stays_clear(rig: Rig) -> None:
    account, nights = rig.add(), nights_over(rig)
    nights.night(truth_of(rig, account), rig.now)
    rig.edit(account, "phone", None)
    for night in range(1, 4):
        rig.pass_time(1)
        plan = nights.plan(truth_of(rig, account), rig.now + night * DAY)
        assert plan.writes == ()
        codes = {(c.account_id, c.field): c.code for c in plan.changes}
        assert codes[account, "phone"] is Code.CLEARED_BY_PERSON


def test_04_the_same_plan_twice_makes_no_call(rig: Rig) -> None:
    account, nights = rig.add(), nights_over(rig)
    plan = nights.plan(truth_of(rig, account), rig.now)
    apply(rig, nights.ledger, plan)
    crm, clock = rig.crm(), FixedClock(rig.now)
    crm.describe()
    before = (rig.writes, rig.calls)
    again = apply_change_set(crm, nights.ledger, plan, clock)
    assert (again.written, again.already) == ((), 2)
    assert (rig.writes, rig.calls) == before


def test_05_a_crash_after_sending_is_settled_without_a_second_write(rig: Rig) -> None:
    account, ledger = rig.add(), KillingLedger()
    nights = nights_over(rig, ledger)
    ledger.die_in = "settle"
    with pytest.raises(Killed):
        nights.night(truth_of(rig, account), rig.now)
    ledger.die_in, before = None, rig.writes
    report = nights.night(truth_of(rig, account), rig.now + DAY)
    assert (rig.writes, report.written) == (before, ())
    assert {e.outcome.change.field for e in ledger.written("run-1")} == {"phone", "city"}
    crm = rig.crm()
    undo = plan_undo(ledger, crm, "run-1", undo_run_id="u", now=rig.now)
    apply_undo(crm, ledger, undo, "run-1", FixedClock(rig.now))
    assert (rig.value(account, "phone"), rig.value(account, "city")) == (None, None)


def test_05_a_time_out_after_the_commit_is_read_back_and_not_sent_again(simulated: Rig) -> None:
    rig, accounts = simulated, [simulated.add() for _ in range(3)]
    assert rig.faults is not None
    rig.faults.hang_after_commit = 1
    sent = [wanted(rig, account, "phone", None, PHONE) for account in accounts]
    report = apply(rig, MemoryLedger(), change_set(*sent))
    assert [o.status for o in report.outcomes] == [WriteStatus.WRITTEN] * 3
    assert rig.writes == 3
    assert [o.read_back for o in report.outcomes] == [PHONE] * 3


def test_06_one_bad_row_among_many_loses_none_of_the_others(simulated: Rig) -> None:
    rig, accounts = simulated, [simulated.add() for _ in range(simulated.batch)]
    assert rig.faults is not None
    rig.faults.reject[accounts[7]] = "the territory rule wants an owner"
    sent = [wanted(rig, account, "phone", None, PHONE) for account in accounts]
    report = apply(rig, MemoryLedger(), change_set(*sent))
    assert (report.counts["written"], report.counts["rejected"]) == (rig.batch - 1, 1)
    [refused] = [o for o in report.outcomes if o.status is WriteStatus.REJECTED]
    assert "the territory rule wants an owner" in refused.message
    assert sum(rig.value(account, "phone") == PHONE for account in accounts) == rig.batch - 1


def test_06_a_rule_against_one_field_does_not_lose_the_other(simulated: Rig) -> None:
    rig, account = simulated, simulated.add()
    assert rig.faults is not None
    rig.faults.refuse[rig.names["phone"]] = "a phone needs a country first"
    sent = [wanted(rig, account, "phone", None, PHONE), wanted(rig, account, "city", None, "York")]
    report = apply(rig, MemoryLedger(), change_set(*sent))
    told = {o.change.field: o for o in report.outcomes}
    assert (told["phone"].status, told["city"].status) == (WriteStatus.REJECTED, WriteStatus.WRITTEN)
    assert "a phone needs a country first" in told["phone"].message
    assert (rig.value(account, "phone"), rig.value(account, "city")) == (None, "York")


def test_07_a_spent_budget_stops_and_the_next_run_goes_on_there(simulated: Rig) -> None:
    rig = simulated
    assert rig.faults is not None
    size = rig.crm().rows_a_call
    accounts = [rig.add() for _ in range(3 * size if size <= 200 else 6)]
    sent = change_set(*(wanted(rig, account, "phone", None, PHONE) for account in accounts))
    ledger, before = MemoryLedger(), rig.calls
    share = rig.crm().calls_a_batch + 4
    rig.faults.calls_left = rig.faults.calls_limit = 2 * share
    first = apply(rig, ledger, sent, budget_share=0.5)
    assert 0 < len(first.left) < len(accounts)
    assert rig.calls - before <= share + 3
    assert rig.writes == len(accounts) - len(first.left)
    rig.faults.calls_left = rig.faults.calls_limit = 100_000
    second = apply(rig, ledger, sent, budget_share=0.5)
    assert (second.left, second.already) == ((), len(accounts) - len(first.left))
    assert rig.writes == len(accounts)


def test_07_a_limit_met_in_the_middle_leaves_the_rest_for_tomorrow(simulated: Rig) -> None:
    rig = simulated
    assert rig.faults is not None
    size = rig.crm().rows_a_call
    accounts = [rig.add() for _ in range(3 * size if size <= 200 else 6)]
    sent = change_set(*(wanted(rig, account, "phone", None, PHONE) for account in accounts))
    ledger, crm = MemoryLedger(), rig.crm(budget_share=1.0)
    crm.describe()
    crm.budget()
    rig.faults.calls_left = 5  # somebody else has used up the rest
    try:
        first: ApplyReport | None = apply_change_set(crm, ledger, sent, FixedClock(rig.now))
    except CrmUnavailable:
        first = None
    assert first is None or first.left
    rig.faults.calls_left = 100_000
    apply(rig, ledger, sent)
    assert all(rig.value(account, "phone") == PHONE for account in accounts)
    assert rig.writes == len(accounts)


def test_08_undo_restores_only_what_is_still_ours(rig: Rig) -> None:
    account, nights = rig.add(), nights_over(rig)
    nights.night(truth_of(rig, account), rig.now)
    rig.edit(account, "city", "Ripon")
    crm = rig.crm()
    plan = plan_undo(nights.ledger, crm, "run-1", undo_run_id="u", now=rig.now)
    apply_undo(crm, nights.ledger, plan, "run-1", FixedClock(rig.now))
    assert (rig.value(account, "phone"), rig.value(account, "city")) == (None, "Ripon")
    after = nights.plan(truth_of(rig, account), rig.now + DAY)
    assert after.writes == ()
    assert Code.UNDONE_BEFORE in {c.code for c in after.reviews}


def test_09_a_value_the_server_normalises_is_not_sent_again(simulated: Rig) -> None:
    rig, account = simulated, simulated.add()
    trait = rig.trait("phone")  # type: ignore[attr-defined]
    trait.normalise = lambda value: "".join(c for c in value if c not in " -")
    nights = nights_over(rig)
    report = nights.night(truth_of(rig, account), rig.now)
    assert len(report.written) == 2
    assert rig.value(account, "phone") == "+442079460000"
    trait = rig.trait("city")  # type: ignore[attr-defined]
    before = rig.writes
    for night in range(1, 3):
        rig.pass_time(1)
        nights.night(truth_of(rig, account), rig.now + night * DAY)
    assert rig.writes == before
    crm = rig.crm()
    undo = plan_undo(nights.ledger, crm, "run-1", undo_run_id="u", now=rig.now)
    apply_undo(crm, nights.ledger, undo, "run-1", FixedClock(rig.now))
    assert (rig.value(account, "phone"), rig.value(account, "city")) == (None, None)


@pytest.mark.parametrize("fault", ["hidden", "read_only"])
def test_10_a_field_that_cannot_be_written_stops_the_plan_before_the_first_write(
    simulated: Rig, fault: str
) -> None:
    rig, account = simulated, simulated.add()
    getattr(rig.faults, fault).add(rig.names["phone"])
    sent = [wanted(rig, account, "city", None, "York"), wanted(rig, account, "phone", None, PHONE)]
    with pytest.raises(CrmRefused, match=rig.names["phone"]):
        apply(rig, MemoryLedger(), change_set(*sent))
    assert (rig.writes, rig.value(account, "city")) == (0, None)


def test_10_a_wrong_value_or_an_unknown_column_is_refused_by_itself(rig: Rig) -> None:
    account, before = rig.add(), rig.writes
    wrong = [
        wanted(rig, account, "phone", None, "12"),
        replace(wanted(rig, account, "city", None, "York"), column="No_Such_Column"),
    ]
    report = apply(rig, MemoryLedger(), change_set(*wrong))
    assert [o.status for o in report.outcomes] == [WriteStatus.INVALID] * 2
    assert (rig.writes, rig.value(account, "phone"), rig.value(account, "city")) == (before, None, None)


def test_11_a_record_that_is_gone_or_in_approval_is_held_and_the_others_proceed(rig: Rig) -> None:
    gone, approved, free = rig.add(), rig.add(), rig.add()
    rig.delete(gone)
    if rig.faults is not None:
        rig.faults.approval.add(approved)
    sent = [wanted(rig, account, "phone", None, PHONE) for account in (gone, approved, free)]
    report = apply(rig, MemoryLedger(), change_set(*sent))
    told = {o.change.account_id: o.status for o in report.outcomes}
    expected = WriteStatus.WRITTEN if rig.faults is None else WriteStatus.HELD
    assert told == {gone: WriteStatus.HELD, approved: expected, free: WriteStatus.WRITTEN}
    assert rig.value(free, "phone") == PHONE


def test_11_a_locked_row_is_tried_again_and_then_held(simulated: Rig) -> None:
    rig, briefly, long, free = simulated, simulated.add(), simulated.add(), simulated.add()
    assert rig.faults is not None
    rig.faults.locks = {briefly: 2, long: 99}
    sent = [wanted(rig, account, "phone", None, PHONE) for account in (briefly, long, free)]
    report = apply(rig, MemoryLedger(), change_set(*sent))
    told = {o.change.account_id: o.status for o in report.outcomes}
    assert told == {briefly: WriteStatus.WRITTEN, long: WriteStatus.HELD, free: WriteStatus.WRITTEN}
    assert rig.value(long, "phone") is None


def test_12_a_plan_that_touches_too_many_accounts_needs_a_flag(rig: Rig) -> None:
    account, before = rig.add(city="Leeds"), rig.writes
    plan = collect(
        [wanted(rig, account, "city", "Leeds", "York")], "run-1", rig.kind, rig.now, accounts=3, limit=0.25
    )
    with pytest.raises(WorkLeft, match="1 of 3 accounts"):
        apply(rig, MemoryLedger(), plan)
    assert (rig.writes, rig.value(account, "city")) == (before, "Leeds")


def test_13_of_two_runs_at_once_each_cell_ends_right_and_no_edit_is_invented(simulated: Rig) -> None:
    rig, account = simulated, simulated.add()
    assert rig.faults is not None
    sent = [wanted(rig, account, "phone", None, PHONE), wanted(rig, account, "city", None, "York")]
    inner: list[ApplyReport] = []
    rig.faults.before_write = lambda: inner.append(apply(rig, MemoryLedger(), change_set(*sent, run="other")))
    outer = apply(rig, MemoryLedger(), change_set(*sent))
    assert [o.status for o in inner[0].outcomes] == [WriteStatus.WRITTEN] * 2
    assert {o.status for o in outer.outcomes} <= {WriteStatus.WRITTEN, WriteStatus.UNCHANGED}
    assert (rig.value(account, "phone"), rig.value(account, "city")) == (PHONE, "York")
    assert outer.questions == ()


@pytest.mark.parametrize("minutes", [-8, 0, 8])
def test_14_clocks_that_differ_and_coarse_stamps_lose_nothing(simulated: Rig, minutes: int) -> None:
    rig, account, other = simulated, simulated.add(), simulated.add()
    assert rig.faults is not None
    rig.pass_time(minutes / 1440)
    rig.edit(account, "city", "Leeds")
    pulled = rig.crm().pull()
    assert pulled.cursor is not None
    rig.edit(other, "city", "Hove")  # maybe within the second of the cursor
    changed = rig.crm().pull(pulled.cursor)
    assert not changed.complete
    assert other in {a.id for a in changed.accounts}
    if not rig.lost_races_show:
        return
    rig.faults.before_write = lambda: rig.edit(other, "phone", HUMAN)
    report = apply(rig, MemoryLedger(), change_set(wanted(rig, other, "phone", None, PHONE)))
    assert rig.value(other, "phone") == HUMAN
    assert [o.status for o in report.outcomes] == [WriteStatus.CONFLICT]


def test_an_edit_in_the_moment_of_writing_is_kept_or_given_back_and_reported(simulated: Rig) -> None:
    rig, account = simulated, simulated.add(city="Leeds")
    assert rig.faults is not None
    if not rig.lost_races_show:
        pytest.skip("this CRM has neither a precondition nor a history; the docs say so")
    rig.faults.before_write = lambda: rig.edit(account, "phone", HUMAN)
    sent = [wanted(rig, account, "phone", None, PHONE), wanted(rig, account, "city", "Leeds", "York")]
    report = apply(rig, MemoryLedger(), change_set(*sent))
    assert (rig.value(account, "phone"), rig.value(account, "city")) == (HUMAN, "York")
    told = {o.change.field: o.status for o in report.outcomes}
    assert told == {"phone": WriteStatus.CONFLICT, "city": WriteStatus.WRITTEN}
    assert [(q.field, q.base) for q in report.questions] == [("phone", HUMAN)]


def test_an_edit_while_an_edit_is_given_back_is_kept_too(simulated: Rig) -> None:
    rig, account = simulated, simulated.add()
    faults = rig.faults
    assert faults is not None
    if not rig.lost_races_show:
        pytest.skip("this CRM has neither a precondition nor a history; the docs say so")

    def twice() -> None:
        rig.edit(account, "phone", HUMAN)
        faults.before_write = lambda: rig.edit(account, "phone", "020 7946 0998")

    faults.before_write = twice
    report = apply(rig, MemoryLedger(), change_set(wanted(rig, account, "phone", None, PHONE)))
    assert [o.status for o in report.outcomes] == [WriteStatus.CONFLICT]
    assert rig.value(account, "phone") in (HUMAN, "020 7946 0998")
    if faults.before_write is None:  # it was written again, so the second edit was made
        assert rig.value(account, "phone") == "020 7946 0998"


def test_an_edit_right_after_ours_stands(simulated: Rig) -> None:
    rig, account = simulated, simulated.add()
    assert rig.faults is not None
    rig.faults.after_write = lambda: rig.edit(account, "phone", HUMAN)
    report = apply(rig, MemoryLedger(), change_set(wanted(rig, account, "phone", None, PHONE)))
    assert rig.value(account, "phone") == HUMAN
    assert [o.status for o in report.outcomes] == [WriteStatus.CONFLICT]


def test_a_second_run_writes_nothing(rig: Rig) -> None:
    account, nights = rig.add(), nights_over(rig)
    assert len(nights.night(truth_of(rig, account), rig.now).written) == 2
    before = rig.writes
    rig.pass_time(1)
    report = nights.night(truth_of(rig, account), rig.now + DAY)
    assert (report.outcomes, rig.writes) == ((), before)


def test_our_own_lane_is_written_and_undone(rig: Rig) -> None:
    if rig.own is None:
        pytest.skip("no lane of our own")
    accounts, ledger, crm = [rig.add() for _ in range(5)], MemoryLedger(), rig.crm()
    column = crm.describe().column_of(rig.own)
    assert column is not None and column.name in crm.capabilities.own_columns
    sent = [change(a, rig.own, None, "A", column=column.name) for a in accounts]
    report = apply(rig, ledger, change_set(*sent))
    assert [o.status for o in report.outcomes] == [WriteStatus.WRITTEN] * 5
    assert {crm.read([a])[a].get(rig.own) for a in accounts} == {"A"}
    undo = plan_undo(ledger, crm, "run-1", undo_run_id="u", now=rig.now)
    assert {c.kind for c in undo.writes} == {ChangeKind.RESTORE}
    apply_undo(crm, ledger, undo, "run-1", FixedClock(rig.now))
    assert {crm.read([a])[a].get(rig.own) for a in accounts} == {None}

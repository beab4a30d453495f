"""Carrying out change sets, on the file and on a CRM across a network."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.change import ChangeKind, Code, ReviewAction, ReviewDecision, Verdict, WriteStatus
from accounts.clock import FixedClock
from accounts.config import CrmConfig
from accounts.errors import ConfigError, CrmUnavailable, WorkLeft
from crm.apply import apply_change_set
from crm.blackout import blackouts_of, read_blackouts
from crm.plan import build_change_set, collect, rank, with_decisions
from crm.planfile import read_plan, write_plan
from crm.settle import settle_unknown
from tests.crm.build import CLOCK, NOW, TABLE, change, change_set, file_crm, golden, view
from tests.crm.memory_ledger import Killed, KillingLedger, MemoryLedger
from tests.crm.remote_crm import RemoteCrm

PHONE = change("A1", "phone", None, "+44 20 7946 0000")
CITY = change("A1", "city", "Leeds", "York")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "accounts.csv"
    file.write_text(TABLE, encoding="utf-8")
    return file


def remote(count: int = 5, **more: object) -> RemoteCrm:
    return RemoteCrm({f"R{n}": {"city": "Leeds"} for n in range(count)}, **more)  # type: ignore[arg-type]


def fills(count: int = 5) -> list[object]:
    return [change(f"R{n}", "phone", None, f"+44 20 7946 000{n}") for n in range(count)]


def test_a_plan_is_built_in_order_with_its_breaker() -> None:
    views = [view(), view(None), view(golden=golden(confidence=0.5), status="fresh")]
    made = build_change_set(views, run_id="r", crm="file", created_at=NOW, accounts=4, limit=0.25)
    assert (made.breaker.touched, made.breaker.accounts, made.breaker.tripped) == (1, 4, False)
    assert [c.verdict for c in made.changes].count(Verdict.WRITE) == 2


def test_questions_rank_by_worth_and_uncertainty() -> None:
    asked = replace(CITY, verdict=Verdict.REVIEW, weight=2.0)
    assert rank(replace(asked, confidence=0.5)).weight > rank(replace(asked, confidence=0.95)).weight
    assert (
        rank(replace(asked, weight=9.0, confidence=0.9)).weight > rank(replace(asked, confidence=0.5)).weight
    )
    assert rank(CITY) is CITY


def test_the_breaker_counts_what_would_be_lost_and_stops_everything(path: Path) -> None:
    ledger = MemoryLedger()
    made = collect([PHONE, CITY], "run-1", "file", NOW, accounts=3, limit=0.25)
    with pytest.raises(WorkLeft, match="1 of 3 accounts"):
        apply_change_set(file_crm(path), ledger, made, CLOCK)
    assert path.read_text(encoding="utf-8") == TABLE
    assert ledger.open == []
    assert ledger.outcomes == []
    fills_only = collect([PHONE], "run-2", "file", NOW, accounts=3, limit=0.25)
    assert not fills_only.breaker.tripped
    forced = apply_change_set(file_crm(path), ledger, made, CLOCK, force=True)
    assert len(forced.written) == 2


def test_a_forged_breaker_in_a_plan_is_read_anew(path: Path) -> None:
    made = collect([CITY], "run-1", "file", NOW, accounts=3, limit=0.25)
    forged = replace(made, breaker=replace(made.breaker, touched=0))
    with pytest.raises(WorkLeft):
        apply_change_set(file_crm(path), MemoryLedger(), forged, CLOCK)


def test_blackout_windows(path: Path) -> None:
    windows = read_blackouts(
        ["Sun 01:00-03:00", "Mon-Fri 22:00-06:00 Europe/Berlin"]
    )  # NOW is Sunday 02:00 UTC
    with pytest.raises(WorkLeft, match="Sun 01:00"):
        apply_change_set(file_crm(path), MemoryLedger(), change_set(PHONE), CLOCK, blackouts=windows)
    assert path.read_text(encoding="utf-8") == TABLE
    assert not windows[1].covers(NOW)
    assert windows[1].covers(datetime(2026, 11, 21, 4, 30, tzinfo=UTC))  # Friday's window runs into Saturday
    assert not windows[1].covers(datetime(2026, 11, 21, 5, 30, tzinfo=UTC))
    assert blackouts_of(CrmConfig(options={"blackout": "Sun 01:00-03:00"})) == windows[:1]
    assert blackouts_of(CrmConfig()) == ()
    for wrong in ("8-18", "Foo 08:00-18:00", "08:00-25:00", "08:00-18:00 Mars/Base"):
        with pytest.raises(ConfigError, match="blackout"):
            read_blackouts([wrong])


def test_reviews_holds_and_confirmations_are_not_sent(path: Path) -> None:
    quiet = [replace(CITY, verdict=v) for v in Verdict if v is not Verdict.WRITE]
    report = apply_change_set(file_crm(path), MemoryLedger(), change_set(*quiet), CLOCK)
    assert report.outcomes == ()
    assert path.read_text(encoding="utf-8") == TABLE


def test_stewards_decisions_change_a_plan() -> None:
    asked = replace(CITY, verdict=Verdict.REVIEW, code=Code.PERSON_EDITED)
    plan = change_set(PHONE, asked, limit=0.001)

    def word(action: ReviewAction, of: object = asked) -> dict[str, ReviewDecision]:
        return {of.id: ReviewDecision(of.id, action, "Li", NOW, of.account_id, of.field, of.value_key)}  # type: ignore[attr-defined]

    accepted = with_decisions(plan, word(ReviewAction.ACCEPT))
    assert [c.code for c in accepted.writes] == [Code.BLANK_FILLED, Code.ACCEPTED_BY_STEWARD]
    assert not accepted.breaker.tripped
    assert accepted.id != plan.id
    assert with_decisions(plan, word(ReviewAction.KEEP)).reviews == ()
    locked = with_decisions(plan, word(ReviewAction.LOCK, PHONE))
    assert locked.writes == ()
    assert with_decisions(plan, {}) is plan


def test_a_plan_file_comes_back_as_it_was(tmp_path: Path) -> None:
    made = collect([PHONE, replace(CITY, sources=("site",), before_image='="x"')], "r", "file", NOW, 3, 0.25)
    assert read_plan(write_plan(tmp_path / "plans" / "p.json", made)) == made


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("York", "Hull", "changed after it was written"),
        ('"version": 1', '"version": 2', "version 2"),
        ("evergreen-plan", "shopping-list", "not a plan file"),
        ("{", "", "not a plan file"),
    ],
)
def test_a_plan_file_tampered_with_is_refused(tmp_path: Path, find: str, put: str, said: str) -> None:
    path = write_plan(tmp_path / "p.json", change_set(CITY))
    path.write_text(path.read_text(encoding="utf-8").replace(find, put, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=said) as refused:
        read_plan(path)
    assert refused.value.remedy
    with pytest.raises(ConfigError, match="no plan"):
        read_plan(tmp_path / "none.json")


@pytest.mark.parametrize("moment", ["intend", "send", "settle"])
def test_a_run_killed_anywhere_resumes_and_writes_nothing_twice(path: Path, moment: str) -> None:
    ledger = KillingLedger()
    plan = change_set(PHONE, CITY)
    ledger.die_in = moment
    with pytest.raises(Killed):
        apply_change_set(file_crm(path), ledger, plan, CLOCK)
    landed = path.read_text(encoding="utf-8") != TABLE
    assert landed is (moment == "settle")
    ledger.die_in = None
    writes = len(list((path.parent / "backups").iterdir())) if landed else 0
    report = apply_change_set(file_crm(path), ledger, plan, CLOCK)
    assert "Lamps,+44 20 7946 0000,York" in path.read_text(encoding="utf-8")
    assert len(list((path.parent / "backups").iterdir())) == 1
    assert writes in (0, 1)
    assert (len(report.written), report.already) == ((0, 2) if landed else (2, 0))
    assert [e.outcome.before_image for e in ledger.written("run-1")] == ["=", "=Leeds"]
    assert ledger.unsettled() == ()


def test_what_a_person_did_after_a_crash_is_theirs(path: Path) -> None:
    ledger = KillingLedger()
    ledger.die_in = "settle"
    with pytest.raises(Killed):
        apply_change_set(file_crm(path), ledger, change_set(PHONE, CITY), CLOCK)
    ledger.die_in = None
    path.write_text(path.read_text(encoding="utf-8").replace("York", "Ripon"), encoding="utf-8")
    settled = settle_unknown(file_crm(path), ledger, CLOCK)
    assert [o.status for o in settled] == [WriteStatus.WRITTEN, WriteStatus.CONFLICT]
    assert settled[1].found == "Ripon"
    assert settle_unknown(file_crm(path), ledger, CLOCK) == ()


def test_a_locked_file_leaves_intents_settled_as_not_written(path: Path) -> None:
    ledger = MemoryLedger()
    path.with_name("~$accounts.csv").touch()
    with pytest.raises(CrmUnavailable, match="open in Excel"):
        apply_change_set(file_crm(path), ledger, change_set(PHONE), CLOCK)
    assert ledger.unsettled() == ()
    assert ledger.written("run-1") == ()
    path.with_name("~$accounts.csv").unlink()
    assert len(apply_change_set(file_crm(path), ledger, change_set(PHONE), CLOCK).written) == 1


def test_batches_and_vendor_words() -> None:
    crm = remote(5, batch_size=2, reject={"R3": "FIELD_CUSTOM_VALIDATION_EXCEPTION: ask sales ops"})
    report = apply_change_set(crm, MemoryLedger(), change_set(*fills()), CLOCK)  # type: ignore[arg-type]
    assert crm.log.count("send") == 3
    assert report.counts["written"] == 4
    refused = [o for o in report.outcomes if o.status is WriteStatus.REJECTED]
    assert [(o.change.account_id, o.message) for o in refused] == [("R3", crm.reject["R3"])]


def test_a_silent_no_is_found_by_reading_back() -> None:
    crm = remote(1)
    crm.edit = lambda *_: None  # type: ignore[method-assign]
    report = apply_change_set(crm, MemoryLedger(), change_set(*fills(1)), CLOCK)  # type: ignore[arg-type]
    assert report.outcomes[0].status is WriteStatus.REJECTED
    assert "said yes" in report.outcomes[0].message


def test_a_dead_line_after_the_commit_is_settled_by_reading_back() -> None:
    crm, ledger = remote(2, die_after_commit=1), MemoryLedger()
    report = apply_change_set(crm, ledger, change_set(*fills(2)), CLOCK)  # type: ignore[arg-type]
    assert report.counts["written"] == 2
    assert crm.log.count("send") == 1
    assert ledger.unsettled() == ()


def test_an_edit_in_the_same_moment_is_put_back_and_told() -> None:
    crm, ledger = remote(2), MemoryLedger()
    wanted = change_set(change("R0", "city", "Leeds", "York"), change("R1", "city", "Leeds", "York"))
    once = [lambda: crm.edit("R0", "city", "Ripon")]
    crm.before_write = lambda: once.pop()() if once else None
    report = apply_change_set(crm, ledger, wanted, CLOCK)
    assert crm.cells["R0"]["city"] == "Ripon"
    assert crm.cells["R1"]["city"] == "York"
    assert [o.status for o in report.outcomes] == [WriteStatus.CONFLICT, WriteStatus.WRITTEN]
    assert "put back" in report.outcomes[0].message
    assert [q.base for q in report.questions] == ["Ripon"]


def test_the_clock_of_a_change_set_does_not_matter(path: Path) -> None:
    early = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
    report = apply_change_set(file_crm(path, early), MemoryLedger(), change_set(PHONE), early)
    assert report.written[0].at == early.at


def test_a_person_who_emptied_a_cell_meanwhile_is_not_asked(path: Path) -> None:
    path.write_text(TABLE.replace("Leeds", ""), encoding="utf-8")
    report = apply_change_set(file_crm(path), MemoryLedger(), change_set(CITY), CLOCK)
    assert report.outcomes[0].status is WriteStatus.CONFLICT
    assert report.questions == ()


def test_a_cleared_value_goes_as_a_clear(path: Path) -> None:
    cleared = change("A1", "city", "Leeds", None, kind=ChangeKind.CLEAR)
    apply_change_set(file_crm(path), MemoryLedger(), change_set(cleared), CLOCK)
    assert "Lamps,,," in path.read_text(encoding="utf-8")

"""A real Tryton: its lock against a person's edits, its refusals, what it makes of values, and bad input."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.account import Actor
from accounts.change import Change, ChangeKind, WriteStatus
from accounts.clock import FixedClock
from accounts.config import Config, CrmConfig
from accounts.errors import ConfigError, CrmError, CrmRefused, CrmUnavailable
from crm.apply import ApplyReport, apply_change_set
from crm.tryton import TrytonCrm
from crm.undo import apply_undo, plan_undo
from tests.crm.build import CATALOGUE, CLOCK, change, change_set
from tests.crm.memory_ledger import MemoryLedger
from tests.crm.rigs import tryton
from tests.crm.rigs.tryton import TrytonRig
from tests.crm.tryton_server import start

PHONE, OTHER, HUMAN = "+44 20 7946 0000", "+44 20 7946 0001", "+44 20 7946 0999"
COLUMNS = {
    "phone": "contact.phone", "website": "contact.website", "email": "contact.email", "uscc": "identifier.cn_vat",
    "street": "address.street", "city": "address.city", "postcode": "address.postal_code",
    "country": "address.country", "region": "address.subdivision", "name": "name",
}  # fmt: skip
USCC = "91330200MA2AEXAM3K"


@pytest.fixture
def rig(tmp_path: Path) -> TrytonRig:
    return tryton.open_rig(tmp_path)


def want(account: str, field: str, base: str | None, value: str | None, **more: Any) -> Change:
    return change(account, field, base, value, column=COLUMNS[field], **more)


def apply(
    rig: TrytonRig, *changes: Change, crm: TrytonCrm | None = None, ledger: MemoryLedger | None = None
) -> ApplyReport:
    return apply_change_set(
        crm or rig.crm(), ledger or MemoryLedger(), change_set(*changes), FixedClock(rig.now)
    )


def racing(rig: TrytonRig, edit: Callable[[], None]) -> TrytonCrm:
    """A connector during whose first write, after all its reading, a person saves an edit."""
    crm = rig.crm()
    real, edits = crm._tryton.write, [edit]

    def write(*args: Any, **context: Any) -> Any:
        if edits:
            edits.pop()()
        return real(*args, **context)

    crm._tryton.write = write  # type: ignore[method-assign]
    return crm


@pytest.mark.parametrize(("field", "old", "new"), [("phone", OTHER, HUMAN), ("city", "Leeds", "Ripon"), ("phone", None, HUMAN),
                                                     ("city", None, "Ripon")])  # fmt: skip
def test_an_edit_between_reading_and_writing_is_never_lost(
    rig: TrytonRig, field: str, old: str | None, new: str
) -> None:
    account = rig.add(**({field: old} if old else {}))
    crm = racing(rig, lambda: rig.edit(account, field, new))
    value = PHONE if field == "phone" else "York"
    report = apply(rig, want(account, field, old, value), crm=crm)
    found = crm.read([account])[account].get(field)
    assert (found, report.outcomes[0].status) == (new, WriteStatus.CONFLICT)
    assert value not in everything(rig, account)


def everything(rig: TrytonRig, account: str) -> str:
    party = rig.human.model("party.party", "search_read", [["id", "=", int(account)]], 0, None, None,
                            ["contact_mechanisms.value", "addresses.full_address"])  # fmt: skip
    return str(party)


def test_an_edit_of_another_field_in_the_same_moment_stands_and_ours_goes_in(rig: TrytonRig) -> None:
    account = rig.add(city="Leeds", street="1 Mill Road")
    crm = racing(rig, lambda: rig.edit(account, "street", "2 Mill Road"))
    report = apply(rig, want(account, "city", "Leeds", "York"), crm=crm)
    assert [o.status for o in report.outcomes] == [WriteStatus.WRITTEN]
    values = crm.read([account])[account]
    assert (values.get("street"), values.get("city")) == ("2 Mill Road", "York")
    assert values.history["street"].actor is Actor.PERSON
    assert values.history["city"].actor is Actor.OURS


def test_one_stale_and_one_refused_row_lose_none_of_the_others(rig: TrytonRig) -> None:
    accounts = [rig.add(city="Leeds") for _ in range(24)]
    crm = racing(rig, lambda: rig.edit(accounts[3], "city", "Ripon"))
    bad = want(accounts[9], "uscc", None, USCC)
    report = apply(rig, *(want(a, "city", "Leeds", "York") for a in accounts), bad, crm=crm)
    told = {(o.change.account_id, o.change.field): o for o in report.outcomes}
    assert told[accounts[3], "city"].status is WriteStatus.CONFLICT
    assert told[bad.account_id, "uscc"].status in (WriteStatus.INVALID, WriteStatus.REJECTED)
    assert sum(o.status is WriteStatus.WRITTEN for o in report.outcomes) == 23
    assert crm.meter.by_purpose["write"] <= 14


def test_everything_of_an_account_is_written_and_put_back_without_a_trace(rig: TrytonRig) -> None:
    account, ledger = rig.add(phone=OTHER), MemoryLedger()
    crm = rig.crm()
    before = crm.read([account])[account].values
    sent = [
        want(account, "phone", OTHER, PHONE), want(account, "website", None, "https://birch.example"),
        want(account, "email", None, "hello@birch.example"), want(account, "street", None, "4 Mill Road"),
        want(account, "city", None, "Kassel"), want(account, "postcode", None, "34117"),
        want(account, "country", None, "DE"), want(account, "region", None, "Hessen"),
    ]  # fmt: skip
    report = apply(rig, *sent, ledger=ledger)
    assert {o.status for o in report.outcomes} == {WriteStatus.WRITTEN}
    after = crm.read([account])[account].values
    assert after == {**before, **{c.field: c.value for c in sent}}
    assert rig.writes == 1
    undo = plan_undo(ledger, crm, "run-1", undo_run_id="u", now=rig.now)
    apply_undo(crm, ledger, undo, "run-1", FixedClock(rig.now))
    assert crm.read([account])[account].values == before
    left = rig.human.model("party.address", "search", [["party", "=", int(account)]], 0, None, None)
    assert left == []


def test_clearing_what_is_not_ours_puts_it_out_of_use_and_deletes_nothing(rig: TrytonRig) -> None:
    account = rig.add(phone=OTHER)
    clear = want(account, "phone", OTHER, None, kind=ChangeKind.CLEAR)
    assert [o.status for o in apply(rig, clear).outcomes] == [WriteStatus.WRITTEN]
    assert rig.value(account, "phone") is None
    kept = rig.human.model("party.contact_mechanism", "search_read", [["party", "=", int(account)]], 0, None, None,
                           ["value", "active"], active_test=False)  # fmt: skip
    assert [(row["value"], bool(row["active"])) for row in kept] == [(OTHER, False)]


def test_a_street_kept_in_parts_is_left_to_people(rig: TrytonRig) -> None:
    account = rig.add(city="Leeds")
    [address] = rig._behind(account, "city")
    rig.human.model("party.address", "write", [address], {"street_name": "Mill Road", "building_number": "4"})
    crm = rig.crm()
    base = crm.read([account])[account].get("street")
    assert base is not None
    report = apply(
        rig, want(account, "street", base, "9 Far Lane"), want(account, "city", "Leeds", "York"), crm=crm
    )
    told = {o.change.field: o for o in report.outcomes}
    assert (told["street"].status, told["city"].status) == (WriteStatus.REJECTED, WriteStatus.WRITTEN)
    assert "in parts" in told["street"].message


def test_places_that_tryton_does_not_know_are_refused_before_they_are_sent(rig: TrytonRig) -> None:
    account = rig.add(country="CN")
    report = apply(
        rig,
        want(account, "country", "CN", "FR"),
        want(account, "region", None, "Hessen"),
        want(account, "city", None, "杭州"),
    )
    told = {o.change.field: o.status for o in report.outcomes}
    assert told == {
        "country": WriteStatus.INVALID,
        "region": WriteStatus.REJECTED,
        "city": WriteStatus.WRITTEN,
    }
    region = want(account, "region", None, "浙江")
    assert [o.status for o in apply(rig, region).outcomes] == [WriteStatus.WRITTEN]


def test_a_pull_by_cursor_sees_edits_of_the_records_behind_and_who_is_gone(rig: TrytonRig) -> None:
    accounts = [rig.add(city="Leeds", phone=OTHER) for _ in range(4)]
    crm = rig.crm()
    crm.overlap = crm.overlap * 0  # type: ignore[misc]
    full = crm.pull()
    assert ({a.id for a in full.accounts}, full.complete) == (set(accounts), True)
    rig.edit(accounts[0], "phone", HUMAN)
    rig.edit(accounts[1], "city", "Ripon")
    rig.human.model("party.party", "write", [int(accounts[2])], {"active": False})
    some = crm.pull(full.cursor)
    assert {accounts[0], accounts[1]} <= {a.id for a in some.accounts}
    assert (some.complete, some.gone) == (False, (accounts[2],))
    phone = next(a for a in some.accounts if a.id == accounts[0]).history["phone"]
    assert (phone.actor, phone.changed_by) == (Actor.PERSON, "maya")


def test_the_hands_of_each_field_come_from_trytons_log(rig: TrytonRig) -> None:
    account = rig.add(city="Leeds", street="1 Mill Road")
    rig.edit(account, "city", "Ripon")
    apply(rig, want(account, "street", "1 Mill Road", "2 Mill Road"))
    for log, expected in ((True, Actor.PERSON), (False, Actor.UNKNOWN)):
        history = rig.crm(options={"log": log}).pull().accounts[0].history
        assert history["city"].actor is expected


@pytest.fixture(scope="module")
def formatting() -> Iterator[Any]:
    tryton.server()  # or skip
    server = start(phones=True)
    yield server
    server.stop()


def test_a_number_that_tryton_formats_is_not_written_again(
    rig: TrytonRig, formatting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = {login: formatting.session(login) for login in ("admin", "maya")}
    rig.machine, rig.human = sessions["admin"], sessions["maya"]
    options = {"url": f"http://127.0.0.1:{formatting.port}"}
    account, ledger = rig.add(country="GB"), MemoryLedger()
    raw = want(account, "phone", None, "+442079460000")
    report = apply(rig, raw, crm=rig.crm(options=options), ledger=ledger)
    [outcome] = report.outcomes
    assert (outcome.status, outcome.read_back) == (WriteStatus.WRITTEN, PHONE)
    again = change_set(raw, run="run-2")
    report = apply_change_set(rig.crm(options=options), ledger, again, FixedClock(rig.now))
    assert not report.written
    wrong = want(account, "phone", PHONE, "+44 20 7946 00")
    assert apply(rig, wrong, crm=rig.crm(options=options)).outcomes[0].status is not WriteStatus.WRITTEN


@pytest.mark.parametrize(
    ("field", "value", "ends"),
    [
        ("street", "x" * 300_000, WriteStatus.WRITTEN),
        ("city", "🏙 Ünïcode", WriteStatus.WRITTEN),
        ("city", "bad \ud800 half", WriteStatus.INVALID),
        ("city", "a\x00b", WriteStatus.INVALID),
        ("country", "Germany", WriteStatus.INVALID),
        ("country", "57", WriteStatus.INVALID),
        ("uscc", "123", WriteStatus.INVALID),
    ],
)
def test_hostile_values_end_clearly(rig: TrytonRig, field: str, value: str, ends: WriteStatus) -> None:
    account = rig.add()
    [outcome] = apply(rig, want(account, field, None, value)).outcomes
    assert outcome.status is ends, outcome.message
    if ends is WriteStatus.WRITTEN:
        assert outcome.read_back == value
    else:
        assert outcome.message
        assert rig.crm().read([account])[account].get(field) is None


def test_no_accounts_and_strange_ids(rig: TrytonRig) -> None:
    crm = rig.crm()
    assert crm.pull().accounts == ()
    assert crm.read(["", "x", "٣", "99999999", "1" * 40]) == {}


def test_a_field_tryton_does_not_have_stops_the_plan(rig: TrytonRig) -> None:
    account = rig.add()
    crm = rig.crm(columns={"employees": "x_employees"})
    assert any("x_employees" in warning for warning in crm.describe().warnings)
    with pytest.raises(CrmRefused, match="x_employees"):
        apply(rig, change(account, "employees", None, "12", column="x_employees"), crm=crm)
    wrong = rig.crm(columns={"description": "lang"})
    with pytest.raises(CrmRefused, match="it holds many2one, and the field is text"):
        apply(rig, change(account, "description", None, "12", column="lang"), crm=wrong)
    with pytest.raises(CrmRefused, match="cannot be made"):
        rig.crm(columns={"employees": {"property": "x_n", "create": True}}).install(["employees"])


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"user": "nobody"}, CrmUnavailable, "refuses our credentials"),
        ({"database": "nosuch"}, CrmUnavailable, "instead of its API"),
        ({"url": "http://127.0.0.1:9"}, CrmUnavailable, "out of reach"),
        ({"url": "http://tryton.example"}, ConfigError, "unencrypted"),
        ({"password_env": "NOT_SET_AT_ALL"}, ConfigError, "password"),
        ({"where": "name"}, ConfigError, "where"),
    ],
)
def test_wrong_settings_name_the_thing(
    rig: TrytonRig, options: dict[str, Any], error: type[CrmError], said: str
) -> None:
    with pytest.raises(error, match=said) as raised:
        rig.crm(options=options).describe()
    assert "long-password" not in str(raised.value)


def test_an_expired_session_logs_in_anew(rig: TrytonRig) -> None:
    account, crm = rig.add(city="Leeds"), rig.crm()
    crm.describe()
    crm._tryton._api._headers = {"Authorization": "Session c3RhbGU6MTpuby1zdWNoLWtleQ=="}
    assert crm.read([account])[account].get("city") == "Leeds"
    assert crm.meter.by_purpose["login"] == 2


def test_a_proxys_page_with_status_200_is_told() -> None:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = b"<!DOCTYPE html><title>Please sign in</title>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as page:
        threading.Thread(target=page.serve_forever, daemon=True).start()
        options = {
            "url": f"http://127.0.0.1:{page.server_address[1]}",
            "database": "crm",
            "password_env": "PATH",
        }
        crm = TrytonCrm(Config(crm=CrmConfig(kind="tryton", options=options)), CATALOGUE, CLOCK)
        with pytest.raises(CrmUnavailable, match="Please sign in"):
            crm.pull()
        page.shutdown()


def test_a_missing_server_is_an_error_in_ci_and_a_skip_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tryton, "missing", lambda: "no Tryton here")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(RuntimeError, match="no Tryton here"):
        tryton.server.__wrapped__()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no Tryton here"):
        tryton.server.__wrapped__()

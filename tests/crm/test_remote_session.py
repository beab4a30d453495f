"""The session of an API: what is sent twice and what never, whose words an error has, what is never shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from accounts.clock import FixedClock
from accounts.errors import CrmBudgetSpent, CrmCallRefused, CrmOutcomeUnknown, CrmUnavailable
from crm.remote.meter import CallMeter
from crm.remote.records import Fault, Left
from crm.remote.session import ApiSession, Dialect, Reply
from demo.simulate.org import Org, Trait
from demo.simulate.server import Answer, Request, Simulator
from tests.crm.build import NOW

TOKEN = "a-token-nobody-may-see"


class Scripted(Simulator):
    """Answers what it was told to, in order, then 200 `{}`."""

    kind = "scripted"

    def __init__(self) -> None:
        super().__init__(Org([Trait("Name", "text")]))
        self.script: list[Answer] = []
        self.seen: list[Request] = []

    def answer(self, request: Request) -> Answer:
        self.seen.append(request)
        return self.script.pop(0) if self.script else Answer(200, {})


@dataclass
class Line:
    server: Scripted
    session: ApiSession
    meter: CallMeter
    waited: list[float] = field(default_factory=list)
    logins: list[int] = field(default_factory=list)

    def write(self) -> Reply:
        return self.session.call("POST", "/things", purpose="write", safe=False, json={"a": 1})


def fault(reply: Reply) -> Fault | None:
    body = reply.body if isinstance(reply.body, dict) else {}
    return {"SPENT": Fault.BUDGET_SPENT, "BAD": Fault.VALIDATION}.get(str(body.get("code")))


@pytest.fixture
def line() -> Iterator[Line]:
    server = Scripted()
    server.start()
    meter = CallMeter(0.5)
    logins: list[int] = []

    def authorise() -> Mapping[str, str]:
        logins.append(1)
        return {"Authorization": f"Bearer {TOKEN}"}

    waited: list[float] = []
    session = ApiSession(
        "scripted",
        server.url,
        Dialect(authorise, fault),
        meter,
        FixedClock(NOW),
        sleep=waited.append,
        timeout=5,
    )
    yield Line(server, session, meter, waited, logins)
    server.stop()


def test_an_expired_token_is_renewed_once_also_for_a_write(line: Line) -> None:
    line.server.script = [Answer(401, {"message": "expired"})]
    assert line.write().status == 200
    assert (len(line.logins), len(line.server.seen)) == (2, 2)
    line.server.script = [Answer(401, {}), Answer(401, {})]
    with pytest.raises(CrmUnavailable, match="refuses our credentials"):
        line.write()


def test_a_write_without_an_answer_is_never_sent_twice(line: Line) -> None:
    line.server.script = [Answer(hang=True)]
    with pytest.raises(CrmOutcomeUnknown, match="may have been carried out"):
        line.write()
    line.server.script = [Answer(502, {"message": "bad gateway"})]
    with pytest.raises(CrmOutcomeUnknown, match="failed while it wrote"):
        line.write()
    assert len(line.server.seen) == 2


def test_a_reading_call_is_sent_again_and_then_given_up(line: Line) -> None:
    line.server.script = [Answer(hang=True), Answer(503, {}), Answer(200, {"ok": True})]
    assert line.session.get("/things").body == {"ok": True}
    assert (len(line.waited), line.meter.made) == (2, 3)
    line.server.script = [Answer(503, {"message": "still busy"})] * 9
    with pytest.raises(CrmUnavailable, match="still busy"):
        line.session.get("/things")


@pytest.mark.parametrize(
    ("after", "waited"), [("3", 3.0), ("0.5", 0.5), ("Sun, 22 Nov 2026 02:00:09 GMT", 9.0)]
)
def test_retry_after_is_obeyed(line: Line, after: str, waited: float) -> None:
    line.server.script = [Answer(429, {}, {"Retry-After": after})]
    assert line.write().status == 200
    assert line.waited == [waited]


def test_a_wait_beyond_patience_ends_the_run(line: Line) -> None:
    line.server.script = [Answer(429, {}, {"Retry-After": "86400"})]
    with pytest.raises(CrmUnavailable, match="86400 seconds"):
        line.write()
    assert line.waited == []


@pytest.mark.parametrize("after", ["soon", "-5", "１２", "Sun, 99 Nov 2026", ""])
def test_a_retry_after_that_says_nothing_is_no_crash(line: Line, after: str) -> None:
    line.server.script = [Answer(429, {}, {"Retry-After": after.encode().decode("latin-1")})]
    assert line.write().status == 200


def test_faults_keep_the_vendors_words_and_none_of_our_secrets(line: Line) -> None:
    line.server.script = [Answer(400, {"code": "BAD", "message": f"value of {TOKEN} is bad"})]
    with pytest.raises(CrmCallRefused) as refused:
        line.write()
    assert (refused.value.fault, refused.value.status) == (Fault.VALIDATION, 400)
    assert "is bad" in refused.value.raw
    assert TOKEN not in str(refused.value) + refused.value.raw
    line.server.script = [Answer(403, {"code": "SPENT"})]
    with pytest.raises(CrmBudgetSpent, match="call limit"):
        line.write()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html><title>Sign in</title></html>", {"Content-Type": "text/html"}),
        Answer(200, b"\xef\xbb\xbf  <!DOCTYPE HTML><p>x", {"Content-Type": "application/json"}),
        Answer(302, b"", {"Location": "https://login.example/"}),
        Answer(200, b'{"half": ', {"Content-Type": "application/json"}),
        Answer(200, b"[" * 100_000, {"Content-Type": "application/json"}),
    ],
)
def test_what_is_no_answer_of_an_api_is_told(line: Line, answer: Answer) -> None:
    line.server.script = [answer]
    with pytest.raises(CrmUnavailable, match=r"127\.0\.0\.1:\d+ answered with"):
        line.session.get("/things")


def test_the_meter_gives_a_share_and_counts_what_others_use() -> None:
    meter = CallMeter(0.5)
    assert meter.budget() is None
    meter.told(Left(100, 1000, NOW))
    for _ in range(10):
        meter.count("read")
    assert (budget := meter.budget()) is not None
    assert (budget.calls_left, budget.resets_at) == (40, NOW)
    meter.told(Left(15))  # somebody else was busy
    assert (budget := meter.budget()) is not None
    assert (budget.calls_left, budget.resets_at) == (15, NOW)

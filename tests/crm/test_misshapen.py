"""Answers of a CRM that are too large, too slow, or in no shape anybody promised."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import crm.remote.body
from accounts.clock import FixedClock
from accounts.errors import CrmOutcomeUnknown, CrmUnavailable
from crm.remote.connector import RemoteCrm
from crm.remote.meter import CallMeter
from crm.remote.records import Row, RowResult
from crm.remote.session import ApiSession, Dialect
from tests.crm.build import NOW
from tests.crm.rig import SimulatorRig
from tests.crm.rigs.hubspot import open_rig
from tests.faults.hostile import OK, serve

JSON = b"Content-Type: application/json\r\n"


def session(url: str) -> ApiSession:
    return ApiSession(
        "scripted",
        url,
        Dialect(dict, lambda _: None),
        CallMeter(0.5),
        FixedClock(NOW),
        sleep=lambda _: None,
    )


def drip(wire: Any, path: str, own: str) -> None:
    wire.sendall(OK + JSON + b"\r\n[")
    while True:
        wire.sendall(b"1,")
        time.sleep(0.02)


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm.remote.body, "MOST_SECONDS", 0.2)
    with serve(drip) as host:
        with pytest.raises(CrmUnavailable, match="out of reach"):
            session(host.url).get("/accounts")
        with pytest.raises(CrmOutcomeUnknown):
            session(host.url).call("POST", "/accounts", purpose="write", safe=False, json={})


def test_an_answer_that_swells_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm.remote.body, "MOST_BYTES", 1_000_000)
    body = gzip.compress(b" " * 50_000_000)
    reply = (
        OK
        + JSON
        + b"Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        + body
    )
    with (
        serve(lambda wire, path, own: wire.sendall(reply)) as host,
        pytest.raises(CrmUnavailable, match="unpacks to more than"),
    ):
        session(host.url).get("/accounts")


def test_nonsense_in_retry_after_is_no_error() -> None:
    asked = [b"\xb2", b"1e9", b"soon", b"Thu, 99 Foo"]

    def answer(wire: Any, path: str, own: str) -> None:
        if asked:
            wire.sendall(
                b"HTTP/1.1 429 x\r\nRetry-After: "
                + asked.pop()
                + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
        else:
            wire.sendall(OK + JSON + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")

    with serve(answer) as host, pytest.raises(CrmUnavailable, match="slow down"):
        session(host.url).get("/accounts")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SimulatorRig]:
    rig = open_rig(tmp_path)
    yield rig
    rig.close()


def test_fewer_results_than_rows_leave_the_outcome_unknown(rig: SimulatorRig) -> None:
    class Forgetful(type(rig.crm())):  # type: ignore[misc]
        def write(self, rows: Sequence[Row]) -> Sequence[RowResult]:
            return list(super().write(rows))[:-1]

    made = rig.crm()
    made.__class__ = Forgetful
    account = rig.add(phone="", city="")
    with pytest.raises(CrmOutcomeUnknown, match="in a shape we do not know"):
        made.write([Row(account, {"city": "Leeds"}, None)])


def test_a_plug_in_that_trips_tells_so() -> None:
    class Mine(RemoteCrm):
        kind = "mine"

        def __init__(self) -> None:
            pass

        def properties(self) -> Any:
            return [{}["name"]]

        def pages(self, names: Sequence[str], since: Any) -> Any:
            yield [None.id]  # type: ignore[attr-defined]

        def records(self, ids: Sequence[str], names: Sequence[str]) -> Any:
            raise AssertionError("nobody asked for records")

        def write(self, rows: Sequence[Row]) -> Any:
            raise AssertionError("nobody asked to write")

    with pytest.raises(CrmUnavailable, match=r"mine answered in a shape we do not know .KeyError: 'name'"):
        Mine().properties()
    with pytest.raises(CrmUnavailable, match="AttributeError"):
        list(Mine().pages((), None))

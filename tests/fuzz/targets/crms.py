"""Answers of every CRM's API, while it is described, pulled from and written to. What a simulator said, one answer made wrong."""

from __future__ import annotations

import importlib
import io
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from urllib3 import HTTPResponse

from accounts.clock import FixedClock
from crm.remote.connector import RemoteCrm
from tests.crm.build import NOW, change
from tests.crm.rig import SimulatorRig
from tests.fuzz.mutate import json_body
from tests.fuzz.target import Run, Target, answered, envelope, opened

KINDS = ("salesforce", "hubspot", "dynamics", "odoo", "odoo_xmlrpc", "neocrm", "siebel")
Said = tuple[str, str, int, dict[str, str], bytes]
"""Method, path, status, headers and body of one exchange."""


@cache
def recorded(kind: str) -> tuple[Callable[[], RemoteCrm], tuple[Said, ...], str]:
    """A maker of connectors to a simulator that is gone, what it said, and the id of its first account."""
    folder = Path(tempfile.mkdtemp(prefix="evergreen-fuzz-"))
    rig: SimulatorRig = importlib.import_module(f"tests.crm.rigs.{kind}").open_rig(folder)
    first = rig.add(phone="020 7946 0958", city="Leeds")
    rig.add(phone="", city="宁波")
    said: list[Said] = []
    real = requests.Session.request

    def listening(session: Any, method: str, url: str, **more: Any) -> requests.Response:
        response = real(session, method, url, **more)
        content = response.content
        said.append((method, urlsplit(url).path, response.status_code, dict(response.headers), content))
        response.raw = HTTPResponse(io.BytesIO(content), preload_content=False)
        return response

    with patch.object(requests.Session, "request", listening):
        use(rig.crm(), first)
    rig.close()
    return _maker(rig), tuple(said), first


def _maker(rig: SimulatorRig) -> Callable[[], RemoteCrm]:
    class Gone:
        """The simulator's place: connectors are made for its address, and nobody listens there."""

        url = "http://127.0.0.1:9"
        org = rig.simulator.org
        kind = rig.simulator.kind

    def make() -> RemoteCrm:
        crm = rig.opener(Gone(), FixedClock(NOW), {})  # type: ignore[arg-type]
        crm.sleep = lambda seconds: None
        return crm

    return make


def use(crm: RemoteCrm, account: str) -> None:
    """All a night does with a CRM."""
    crm.describe()
    for pulled in crm.pull().accounts:
        repr(pulled).encode()
    crm.budget()
    given = change(
        account,
        "city",
        "Leeds",
        "York",
        column=crm.mapping["city"].property if hasattr(crm.mapping, "__getitem__") else "city",
    )
    ready = crm.prepare([given]).ready
    for outcome in crm.send(ready) if ready else ():
        repr(outcome).encode()
    list(crm.events([account], NOW))


@contextmanager
def answering(said: Sequence[Said], wrong: int, status: int, body: bytes, kind: str) -> Iterator[None]:
    """Answers as recorded, each path in its turn, one of them replaced."""
    turns: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (method, path, *_) in enumerate(said):
        turns[method, path].append(number)
    at: dict[tuple[str, str], int] = defaultdict(int)

    def request(session: Any, method: str, url: str, **more: Any) -> requests.Response:
        key = (method, urlsplit(url).path)
        if key not in turns or at[key] > 200:
            raise requests.ConnectionError("NewConnectionError: nobody there")
        number = turns[key][min(at[key], len(turns[key]) - 1)]
        at[key] += 1
        response = requests.Response()
        response.status_code, response.url = said[number][2], url
        response.headers.update({k: v for k, v in said[number][3].items() if k.lower() != "content-encoding"})
        content = said[number][4]
        if number == wrong:
            content, response.status_code = body, status
            response.headers["Content-Type"] = kind
        response.raw = HTTPResponse(io.BytesIO(content), preload_content=False)
        return response

    with patch.object(requests.Session, "request", request):
        yield


def _target(kind: str) -> Target:
    def seeds() -> Sequence[bytes]:
        return [
            envelope(s[4], n, s[2], s[3].get("Content-Type", "application/json"))
            for n, s in enumerate(recorded(kind)[1])
        ]

    def prepare() -> Run:
        make, said, account = recorded(kind)

        def run(data: bytes) -> None:
            number, status, content, body = opened(data)
            with answering(said, number % len(said), status, body, content):
                use(make(), account)

        return run

    return Target(f"crm {kind}", seeds, answered(json_body), prepare, 1_500)


TARGETS = tuple(_target(kind) for kind in KINDS)

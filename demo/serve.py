"""Serves the world on loopback: every host of it answers at one port, told apart by the Host header.

Speaks as much HTTP as clients need: GET, connections that are kept, validators and conditional requests as about half of
all sites have them, slow hosts, and hosts that hang up.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from demo.companies import Firm
from demo.world import Reply, World

#: Companies whose pages are kept at hand: a reader asks for several of one site in a row.
_KEPT = 2_000
#: Of ten sites, so many say by which word a page is known to be unchanged.
_WITH_VALIDATORS = 6
_LONGEST_HEAD = 65_536


class Directory:
    """Finds the answer to a request. Knows the companies by their hosts; makes pages when they are asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._night = (-1, -1)
        self._numbers: dict[str, int] = {}
        self._registries: dict[str, Reply] = {}
        self._registry_hosts: frozenset[str] = frozenset()
        self._sites: OrderedDict[int, dict[str, Reply]] = OrderedDict()

    def find(self, host: str, path: str) -> Reply | None:
        """The answer, a 404 for an unknown path of a known host, or None for an unknown host."""
        if self._night != (self._world.night, len(self._world.events)):
            self._learn()
        host = host.split(":", maxsplit=1)[0].lower()
        wanted = f"{host}{path.rstrip('/')}"
        number = self._numbers.get(host.removeprefix("www."))
        if number is None:
            known = self._registries.get(wanted)
            return known or (Reply("", 404) if host in self._registry_hosts else None)
        site = self._site(number)
        if wanted in site:
            return site[wanted]
        return Reply("", 404) if any(key.partition("/")[0] == host for key in site) else None

    def _site(self, number: int) -> dict[str, Reply]:
        known = self._sites.get(number)
        if known is None:
            firm = self._world.firm(number)
            known = {_key(r.url): _with_validator(firm, r) for r in reversed([*self._world.replies_of(firm)])}
            self._sites[number] = known
            if len(self._sites) > _KEPT:
                self._sites.popitem(last=False)
        return known

    def _learn(self) -> None:
        self._night = (self._world.night, len(self._world.events))
        self._sites.clear()
        self._numbers = {
            d: firm.number for firm in self._world.firms() for d in (*firm.old_domains, firm.domain)
        }
        self._registries = {_key(reply.url): reply for reply in self._world.registry_replies()}
        self._registry_hosts = frozenset(key.partition("/")[0] for key in self._registries)


def _with_validator(firm: Firm, reply: Reply) -> Reply:
    if reply.status != HTTPStatus.OK or firm.number % 10 >= _WITH_VALIDATORS:
        return reply
    tag = f'"{hashlib.sha256(reply.body).hexdigest()[:20]}"'
    return Reply(reply.url, reply.status, {**reply.headers, "etag": tag}, reply.body, reply.seconds)


def _key(url: str) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc}{parts.path.rstrip('/')}{query}"


@dataclass(frozen=True, slots=True)
class Served:
    """A server at work."""

    port: int

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serve(world: World, port: int = 0, patience: float = 1.0) -> Iterator[Served]:
    """Serves on 127.0.0.1 in a thread until the end of the block; `port` 0 takes a free one.

    `patience` scales how long slow hosts take; hosts that are dead have their connection closed unanswered.
    """
    loop, directory = asyncio.new_event_loop(), Directory(world)
    server = loop.run_until_complete(
        loop.create_server(lambda: _Connection(directory, patience, loop), "127.0.0.1", port, backlog=1024)
    )
    thread = threading.Thread(target=loop.run_forever, name="demo-server", daemon=True)
    thread.start()
    try:
        yield Served(server.sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


class _Connection(asyncio.Protocol):
    """One connection: request after request, in order."""

    def __init__(self, directory: Directory, patience: float, loop: asyncio.AbstractEventLoop) -> None:
        self._directory, self._patience, self._loop = directory, patience, loop
        self._transport: asyncio.Transport | None = None
        self._heard = b""
        self._waits = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._heard += data
        self._go_on()

    def _go_on(self) -> None:
        while self._transport is not None and not self._waits:
            head, end, rest = self._heard.partition(b"\r\n\r\n")
            if not end:
                if len(self._heard) > _LONGEST_HEAD:
                    self._transport.close()
                return
            self._heard = rest
            self._take(head.decode("latin-1"))

    def _take(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        parts = first.split(" ")
        reply = self._directory.find(headers.get("host", ""), parts[1] if len(parts) > 1 else "/")
        if self._transport is None or parts[0] != "GET" or reply is None:
            if self._transport is not None:
                self._transport.close()
            return
        if reply.seconds:
            self._waits = True
            self._loop.call_later(reply.seconds * self._patience, self._answer_late, reply, headers)
        else:
            self._transport.write(_wire(reply, headers))

    def _answer_late(self, reply: Reply, headers: Mapping[str, str]) -> None:
        self._waits = False
        if self._transport is not None:
            self._transport.write(_wire(reply, headers))
            self._go_on()


def _wire(reply: Reply, asked: Mapping[str, str]) -> bytes:
    """The bytes of an answer; 304 without a body where the asker holds just that."""
    status, body = reply.status, reply.body
    if "etag" in reply.headers and asked.get("if-none-match") == reply.headers["etag"]:
        status, body = HTTPStatus.NOT_MODIFIED.value, b""
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        *(f"{k}: {v}" for k, v in reply.headers.items()),
    ]
    if status != HTTPStatus.NOT_MODIFIED:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

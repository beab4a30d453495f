"""Clients for tests: loopback allowed, no waiting, a store in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from accounts.clock import FixedClock
from accounts.config import WebConfig
from accounts.protocols import ResponseStore, StoredHead, StoredResponse
from enrichers.web.addresses import Resolver, resolve
from enrichers.web.client import WebClient
from enrichers.web.transport import LiveTransport

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


class FakeTimer:
    """Waits in no time and remembers how long it would have waited."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waited: list[float] = []

    def seconds(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


class MemoryStore:
    """Stored responses in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, StoredResponse] = {}
        self.touched: dict[str, datetime] = {}

    def head(self, url: str) -> StoredHead | None:
        if (kept := self.kept.get(url)) is None:
            return None
        size = len(kept.body)
        return StoredHead(
            url, kept.final_url, kept.status, kept.headers, kept.body_sha256, size, kept.fetched_at
        )

    def read(self, head: StoredHead) -> bytes | None:
        return self.kept[head.url].body

    def put(self, response: StoredResponse) -> None:
        self.kept[response.url] = response

    def touch(self, url: str, at: datetime) -> None:
        self.touched[url] = at

    def flush(self) -> None:
        pass


def config(**settings: Any) -> WebConfig:
    given = {
        "allow_private": True,
        "respect_robots": False,
        "requests_per_second": 1000.0,
        "retries": 0,
        **settings,
    }
    return WebConfig(**given)


def client(
    store: ResponseStore | None = None,
    *,
    resolver: Resolver = resolve,
    timer: FakeTimer | None = None,
    **settings: Any,
) -> WebClient:
    chosen = config(**settings)
    return WebClient(
        chosen, FixedClock(NOW), store, transport=LiveTransport(chosen, resolver), timer=timer or FakeTimer()
    )

"""How often and how many at once a host is asked, and when it is left alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict, Field

from accounts.config import WebConfig
from enrichers.web.guarded import HopFailed
from enrichers.web.timing import Timer

_FAILURES_TO_OPEN = 5
_SECONDS_OPEN = 600.0
_LONGEST_CRAWL_DELAY = 10.0
_MOST_HOSTS = 20_000
_SECONDS_IDLE = 900.0


class HostRule(BaseModel):
    """A rule of `hosts.yml`: see its head."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domain: str
    share_with: str | None = None
    requests_per_second: float | None = Field(default=None, gt=0)
    needs_contact: bool = False
    robots: bool = True


@cache
def _rules() -> dict[str, HostRule]:
    text = resources.files("enrichers.web").joinpath("hosts.yml").read_text(encoding="utf-8")
    rules = [HostRule.model_validate(entry) for entry in yaml.safe_load(text)]
    return {rule.domain: rule for rule in rules}


def rule_for(host: str) -> HostRule | None:
    """The rule of the nearest domain above a host, or None.

    >>> rule_for("data.sec.gov").robots, rule_for("example.com")
    (False, None)
    """
    labels = host.split(".")
    for start in range(len(labels) - 1):
        rule = _rules().get(".".join(labels[start:]))
        if rule is not None:
            return rule
    return None


@dataclass(slots=True)
class _Host:
    """What is remembered of one host (or of hosts that share a rate)."""

    places: threading.BoundedSemaphore
    next_turn: float = 0.0
    crawl_delay: float = 0.0
    failures: int = 0
    open_until: float = 0.0
    users: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Politeness:
    """Takes turns per host, over all threads; a circuit breaker leaves a host alone that keeps failing.

    The circuit opens after five failures in a row, for ten minutes; then one request tries it.
    """

    def __init__(self, config: WebConfig, timer: Timer) -> None:
        self._config = config
        self._timer = timer
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()
        self._sweep_from = _MOST_HOSTS
        self.alone: frozenset[str] = frozenset()
        """Hosts that nobody else asks, whatever `shared_by` says."""

    @contextmanager
    def turn(self, site: str) -> Iterator[None]:
        """Waits for this thread's turn at a host. Raises HopFailed at once where the circuit is open."""
        host = self._enter(site)
        try:
            self._refuse_open(site, host)
            with host.places:
                self._wait(site, host)
                self._refuse_open(site, host)  # others may have failed while this one waited
                yield
        finally:
            with self._lock:
                host.users -= 1

    def slow_down(self, site: str, crawl_delay: float) -> None:
        """Honours a crawl delay (seconds between requests), up to ten seconds."""
        host = self._host(site)
        with host.lock:
            host.crawl_delay = min(max(0.0, crawl_delay), _LONGEST_CRAWL_DELAY)

    def note(self, site: str, *, answered: bool) -> None:
        """Notes whether a host answers; its circuit opens after too many times in a row that it did not."""
        host = self._host(site)
        with host.lock:
            if answered:
                host.failures, host.open_until = 0, 0.0
                return
            host.failures += 1
            if host.failures >= _FAILURES_TO_OPEN:
                host.open_until = self._timer.seconds() + _SECONDS_OPEN

    def leave_alone(self, site: str, seconds: float) -> None:
        """Opens a host's circuit for as long as it asks."""
        host = self._host(site)
        with host.lock:
            host.open_until = max(host.open_until, self._timer.seconds() + seconds)

    def _wait(self, site: str, host: _Host) -> None:
        """Takes the next free moment and waits for it."""
        with host.lock:
            now = self._timer.seconds()
            turn = max(now, host.next_turn)
            host.next_turn = turn + max(1.0 / self._rate(site), host.crawl_delay) * self._shared_by(site)
        if turn > now:
            self._timer.wait(turn - now)

    def _refuse_open(self, site: str, host: _Host) -> None:
        with host.lock:
            left = host.open_until - self._timer.seconds()
            if left > 0:
                raise HopFailed(
                    f"{site} kept failing or asked to be left alone; it is not asked for another {left:.0f} s.",
                    remedy="The next run tries it again.",
                )
            if host.open_until:  # half open: this request tries, and one failure closes the door again
                host.failures, host.open_until = _FAILURES_TO_OPEN - 1, 0.0

    def _rate(self, site: str) -> float:
        rule = (
            rule_for(site) if self._config.gateway is None else None
        )  # the demo world has no rules of its own
        if rule is not None and rule.requests_per_second is not None:
            return rule.requests_per_second
        return self._config.requests_per_second

    def _shared_by(self, site: str) -> int:
        return 1 if site in self.alone and rule_for(site) is None else self._config.shared_by

    def _places(self, site: str) -> int:
        return max(1, self._config.connections_per_host // self._shared_by(site))

    def _enter(self, site: str) -> _Host:
        host = self._host(site)
        with self._lock:
            host.users += 1
        return host

    def _host(self, site: str) -> _Host:
        rule = rule_for(site)
        name = (rule.share_with or rule.domain) if rule is not None else site
        host = self._hosts.get(name)
        if host is None:
            fresh = _Host(
                threading.BoundedSemaphore(self._places(site))
            )  # not under the lock all threads want
            with self._lock:
                self._forget_idle()
                host = self._hosts.setdefault(name, fresh)
        return host

    def _forget_idle(self) -> None:
        """Drops hosts nobody has asked for a while, so that a long run does not keep them all."""
        if len(self._hosts) < self._sweep_from:
            return
        past = self._timer.seconds() - _SECONDS_IDLE
        for name, host in list(self._hosts.items()):
            if not host.users and host.next_turn < past and host.open_until < past:
                del self._hosts[name]
        # where hardly one is idle, not again for each new one
        self._sweep_from = max(_MOST_HOSTS, len(self._hosts) * 5 // 4)

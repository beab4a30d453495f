"""What a host's robots.txt lets us read (RFC 9309, parsed by protego)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from accounts.errors import SourceError
from enrichers.web.guarded import HopFailed
from enrichers.web.target import Target
from enrichers.web.timing import Timer
from enrichers.web.transport import Hop

MOST_BYTES = 500 * 1024  # RFC 9309, 2.5: at least this much is parsed
_SECONDS_KEPT = 24 * 3600.0
_SECONDS_KEPT_UNREACHABLE = 600.0
_MOST_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class _Rules:
    """One host's answer; `rules` is None where everything may be read, `unreachable` tells why nothing may."""

    rules: Protego | None
    unreachable: str
    until: float
    remedy: str = "The next run asks again."


class Robots:
    """Asks each host once for its rules and keeps them for a day."""

    def __init__(self, fetch: Callable[[Target], Hop], agent: str, timer: Timer) -> None:
        self._fetch = fetch
        self._agent = product_token(agent)
        self._timer = timer
        self._kept: OrderedDict[str, _Rules] = OrderedDict()
        self._asking: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def check(self, target: Target) -> float:
        """The crawl delay in seconds a host asks for (0 for none); raises HopFailed where it forbids the page.

        An unreachable robots.txt (no answer, 5xx, 429) forbids everything for ten minutes; a missing one (other
        4xx) allows everything; so does a page of HTML in its place.
        """
        if target.path == "/robots.txt":
            return 0.0
        kept = self._rules(target)
        if kept.unreachable:
            raise HopFailed(kept.unreachable, remedy=kept.remedy, url=target.url)
        if kept.rules is None:
            return 0.0
        if not kept.rules.can_fetch(target.url, self._agent):
            raise HopFailed(
                f"The robots.txt of {target.host} asks us not to read {target.path[:100]}.",
                remedy="Set respect_robots = false under [web] only if the host has agreed.",
                url=target.url,
            )
        return kept.rules.crawl_delay(self._agent) or 0.0

    def _rules(self, target: Target) -> _Rules:
        with self._lock:
            asking = self._asking.setdefault(target.origin, threading.Lock())
        with asking:  # other threads at the same host wait for the one that asks
            kept = self._kept.get(target.origin)
            if kept is None or kept.until <= self._timer.seconds():
                kept = self._ask(target)
                self._keep(target.origin, kept)
            return kept

    def _keep(self, origin: str, rules: _Rules) -> None:
        with self._lock:
            self._kept[origin] = rules
            self._kept.move_to_end(origin)
            while len(self._kept) > _MOST_KEPT:
                old, _ = self._kept.popitem(last=False)
                self._asking.pop(old, None)

    def _ask(self, target: Target) -> _Rules:
        now = self._timer.seconds()
        try:
            hop = self._fetch(target)
        except SourceError as error:
            return _Rules(None, error.what, now + _SECONDS_KEPT_UNREACHABLE, error.remedy)
        if hop.status >= 500 or hop.status == 429:
            why = f"The robots.txt of {target.host} answers {hop.status}, which forbids reading for now."
            return _Rules(None, why, now + _SECONDS_KEPT_UNREACHABLE)
        return _Rules(_parse(hop), "", now + _SECONDS_KEPT)


def _parse(hop: Hop) -> Protego | None:
    """The rules of an answer, or None where it holds none."""
    if not 200 <= hop.status < 300:
        return None
    text = hop.body[:MOST_BYTES].decode("utf-8-sig", errors="replace")
    if text.lstrip().startswith("<"):  # an error page served as 200
        return None
    return Protego.parse(text)


def product_token(agent: str) -> str:
    """The name robots.txt knows us by: the User-Agent up to its version.

    >>> product_token("evergreen-crm/1.0 (ops@example.com)")
    'evergreen-crm'
    """
    return agent.replace("/", " ").split(maxsplit=1)[0] if agent.strip() else "*"

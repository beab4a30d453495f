"""The one polite client: every request of every source goes through `WebClient.get`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from accounts.clock import Clock
from accounts.config import WebConfig
from accounts.errors import SourceBroken, SourceError, SourceUnavailable
from accounts.protocols import ResponseStore, StoredHead, StoredResponse
from enrichers.web.cookies import ChainCookies, without_values
from enrichers.web.guarded import HopFailed
from enrichers.web.names import LiveNames, Names, Records
from enrichers.web.politeness import Politeness, rule_for
from enrichers.web.recent import Memory, Recent
from enrichers.web.response import KeptBody, Response
from enrichers.web.retry import AGAIN, LONGEST_RETRY_AFTER, backoff, retry_after
from enrichers.web.robots import MOST_BYTES, Robots
from enrichers.web.secret import redacted, without_secrets
from enrichers.web.target import Target, parse_target
from enrichers.web.timing import Budget, SystemTimer, Timer
from enrichers.web.transport import REDIRECTS, Hop, LiveTransport, Request, Transport

_ACCEPT = {
    "Accept": "text/html,application/xhtml+xml,application/json,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en,zh;q=0.8,*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}
_MAY_CROSS = frozenset({"accept", "accept-language"})  # headers of a source that may follow to another host
_ROBOTS_REDIRECTS = 5  # RFC 9309, 2.3.1.2


@dataclass(slots=True)
class _Chain:
    """One `get` under way: the addresses asked, and what may still be spent."""

    headers: Mapping[str, str]
    budget: Budget
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None
    hops: list[str] = field(default_factory=list)
    cookies: ChainCookies = field(default_factory=ChainCookies)
    seen: set[tuple[str, str]] = field(default_factory=set)


class WebClient:
    """Reads the web politely, patiently and safely. Threads may share one client.

    In the order of a request: the address is one we may ask; robots.txt allows it; the host's turn has come and its
    circuit is closed; the connection goes only to public addresses; the answer is bounded in time and size;
    redirects are walked by hand, each under the same checks. A stored response is confirmed where the server can.
    """

    def __init__(
        self,
        config: WebConfig,
        clock: Clock,
        store: ResponseStore | None = None,
        *,
        transport: Transport | None = None,
        timer: Timer | None = None,
        names: Names | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._store = store
        self._timer = timer or SystemTimer()
        self._transport = transport or LiveTransport(config)
        self._politeness = Politeness(config, self._timer)
        self._agent = _user_agent(config)
        self._names = names or LiveNames()
        self._memory = Memory()
        self._any_port = config.allow_private or not self._transport.live
        self._robots = Robots(self._fetch_robots, self._agent, self._timer)

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None
    ) -> Response:
        """The response to a GET after redirects, whatever its status.

        `secrets` are query parameters that are sent to this host and neither kept nor told.
        Raises SourceUnavailable for time-outs, refused connections, unresolved names, private addresses,
        robots.txt refusals, an open circuit, redirects without end; SourceBroken for bodies over the cap or
        undecodable; WarehouseError where the response cannot be stored.
        """
        try:
            response = self._follow(url, _Chain(dict(headers or {}), self._budget(), dict(secrets or {})))
        except SourceError as error:
            self._memory.keep_failure(url, error)
            raise
        self._memory.keep(url, response)
        return response

    def flush(self) -> None:
        """Makes the responses kept until now outlive a crash. Raises WarehouseError where they cannot be stored."""
        if self._store is not None:
            self._store.flush()

    def recent(self, url: str) -> Recent:
        """What this run has just read of an address's site, without asking again."""
        return self._memory.of(url)

    def alone_at(self, hosts: frozenset[str]) -> None:
        """Says which hosts no other process or machine of ours asks: those are asked at the full rate."""
        self._politeness.alone = hosts

    def look_up(self, domain: str) -> Records:
        """What DNS says of a domain. Raises SourceUnavailable where nobody answers."""
        return self._names.look_up(domain)

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Response:
        """The response to a POST of a question (a search, never a change); redirects are not followed.

        Kept under the address and the question's hash, as `url#post=…`. Raises as `get` does.
        """
        return self._follow(url, _Chain(dict(headers or {}), self._budget(), body=body))

    def _follow(self, url: str, chain: _Chain) -> Response:
        for target in self._walk(url, chain, self._config.max_redirects):
            self._require_contact(target)
            if self._config.respect_robots and not _is_interface(target):
                self._politeness.slow_down(target.site, self._robots.check(target))
            stored = self._stored(target) if chain.body is None else None
            hop = self._ask(target, chain, stored, self._config.max_bytes)
            if not self._turn(target, hop, chain):
                return self._answer(url, target, hop, chain, stored)
        raise AssertionError("a walk ends with an answer or an error")

    def _fetch_robots(self, target: Target) -> Hop:
        """The answer to a host's robots.txt: the same walk without asking for robots.txt first."""
        chain = _Chain({}, self._budget())
        for step in self._walk(f"{target.origin}/robots.txt", chain, _ROBOTS_REDIRECTS):
            hop = self._ask(step, chain, None, MOST_BYTES, cut=True)
            if not self._turn(step, hop, chain):
                return hop
        raise AssertionError("a walk ends with an answer or an error")

    def _walk(self, url: str, chain: _Chain, most: int) -> Iterator[Target]:
        """The addresses to ask one after the other: the first, then wherever `_turn` was led."""
        chain.hops.append(url)
        for _ in range(most + 1):
            target = parse_target(chain.hops[-1], any_port=self._any_port)
            step = (target.url, chain.cookies.header(target.host))
            if step in chain.seen:
                raise _astray(chain, "leads in a circle")
            chain.seen.add(step)
            chain.hops[-1] = target.url
            yield target
        raise _astray(chain, f"redirects more than {most} times")

    def _turn(self, target: Target, hop: Hop, chain: _Chain) -> bool:
        """Follows a redirect one step; False where the answer is none."""
        location = hop.headers.get("location", "")
        if hop.status not in REDIRECTS or not location.strip() or chain.body is not None:
            return False
        try:
            onward = without_secrets(target.join(location), chain.secrets)
            next_target = parse_target(onward, any_port=self._any_port)
        except ValueError:
            raise _astray(chain, "redirects to nonsense") from None
        chain.cookies.take(target.host, hop.cookies)
        if next_target.origin != target.origin:
            chain.headers = {k: v for k, v in chain.headers.items() if k.lower() in _MAY_CROSS}
            chain.secrets = {}
        chain.hops.append(onward)
        return True

    def _ask(
        self, target: Target, chain: _Chain, stored: StoredHead | None, most: int, *, cut: bool = False
    ) -> Hop:
        """The answer to one address: as many attempts as are worth it."""
        headers = self._headers(target, chain, stored)
        for attempt in range(self._config.retries + 1):
            last = attempt == self._config.retries
            try:
                request = Request(
                    target.url, headers, chain.budget.left, most, cut, chain.body, chain.secrets
                )
                hop = self._attempt(request, target, chain)
            except HopFailed as error:
                if last or not error.transient or not self._pause(backoff(attempt), chain):
                    raise
                continue
            pause = self._pause_asked(target, hop)
            if pause is None or last or not self._pause(pause or backoff(attempt), chain):
                return hop
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, request: Request, target: Target, chain: _Chain) -> Hop:
        """One attempt, in its turn; the host's circuit learns how it went."""
        with self._politeness.turn(target.site):
            since = self._timer.seconds()
            answered = False
            try:
                hop = self._transport.send(request)
                answered = hop.status not in AGAIN
            except SourceBroken:
                answered = True
                raise
            finally:
                chain.budget.spend(since)
                if self._transport.live:
                    self._politeness.note(target.site, answered=answered)
        return hop

    def _pause(self, seconds: float, chain: _Chain) -> bool:
        """Waits before the next attempt; False where the time for this `get` does not reach that far."""
        if seconds >= chain.budget.left:
            return False
        since = self._timer.seconds()
        self._timer.wait(seconds)
        chain.budget.spend(since)
        return True

    def _pause_asked(self, target: Target, hop: Hop) -> float | None:
        """Seconds to wait before asking again: None for not again, 0 where the host does not say.

        Raises SourceUnavailable where it asks for longer than we wait.
        """
        if hop.status not in AGAIN:
            return None
        asked = retry_after(hop.headers.get("retry-after", ""), self._clock.now()) or 0.0
        if asked > LONGEST_RETRY_AFTER:
            self._politeness.leave_alone(target.site, asked)
            raise SourceUnavailable(
                f"{target.host} answers {hop.status} and asks to be left alone for {asked:.0f} s.",
                remedy="The next run tries it again.",
                url=target.url,
            )
        return asked

    def _require_contact(self, target: Target) -> None:
        rule = rule_for(target.host)
        if rule is not None and rule.needs_contact and self._transport.live and not self._config.contact:
            raise SourceUnavailable(
                f"{target.host} asks every client to name a contact address, and none is configured.",
                remedy='Set contact = "you@your-company.com" under [web].',
                url=target.url,
            )

    def _headers(self, target: Target, chain: _Chain, stored: StoredHead | None) -> dict[str, str]:
        headers = {"User-Agent": self._agent, **_ACCEPT, **chain.headers}
        cookie = chain.cookies.header(target.host)
        if cookie:
            headers["Cookie"] = cookie
        if stored is not None:
            if "etag" in stored.headers:
                headers["If-None-Match"] = stored.headers["etag"]
            if "last-modified" in stored.headers:
                headers["If-Modified-Since"] = stored.headers["last-modified"]
        return headers

    def _stored(self, target: Target) -> StoredHead | None:
        """The stored response the server can be asked to confirm, or None."""
        if self._store is None or not self._transport.live:
            return None
        stored = self._store.head(target.url)
        usable = (
            stored is not None and stored.status == 200 and stored.headers.keys() & {"etag", "last-modified"}
        )
        return stored if usable else None

    def _answer(
        self, url: str, target: Target, hop: Hop, chain: _Chain, stored: StoredHead | None
    ) -> Response:
        """The response to hand out, kept as evidence."""
        now = self._clock.now()
        if hop.status == 304:
            return self._confirmed(url, target, hop, chain, stored)
        body = redacted(hop.body, chain.secrets)
        response = Response(
            url, target.url, hop.status, hop.headers, body, hashlib.sha256(body).hexdigest(), now,
            tuple(chain.hops[:-1]), from_store=not self._transport.live, certificate_issuer=hop.certificate_issuer,
        )  # fmt: skip
        if self._store is not None and hop.status < 500 and hop.status not in AGAIN:
            headers = {**hop.headers}
            if "set-cookie" in headers:
                headers["set-cookie"] = without_values(hop.cookies)
            kept = target.url if chain.body is None else f"{target.url}#post={_short_hash(chain.body)}"
            self._store.put(
                StoredResponse(kept, target.url, hop.status, headers, body, response.body_sha256, now)
            )
        return response

    def _confirmed(
        self, url: str, target: Target, hop: Hop, chain: _Chain, stored: StoredHead | None
    ) -> Response:
        if stored is None or self._store is None:
            raise SourceBroken(
                f"{target.host} answers 304 to a question that was not conditional.", url=target.url
            )
        now = self._clock.now()
        self._store.touch(target.url, now)
        body = KeptBody(stored.body_bytes, partial(_body_of, self._store, stored))
        return Response(
            url, target.url, stored.status, {**stored.headers, **hop.headers}, body, stored.body_sha256,
            now, tuple(chain.hops[:-1]), from_store=True, certificate_issuer=hop.certificate_issuer,
        )  # fmt: skip

    def _budget(self) -> Budget:
        return Budget(self._config.total_timeout, self._timer)


def _body_of(store: ResponseStore, stored: StoredHead) -> bytes:
    body = store.read(stored)
    if body is None:
        raise SourceBroken(
            f"The stored page {stored.url} is damaged.",
            remedy="The next run fetches it again.",
            url=stored.url,
        )
    return body


def _short_hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]


def _is_interface(target: Target) -> bool:
    """True for a documented interface for programs, which robots.txt does not speak to."""
    rule = rule_for(target.host)
    return rule is not None and not rule.robots


def _astray(chain: _Chain, what: str) -> SourceUnavailable:
    first = parse_target(chain.hops[0], any_port=True)
    return SourceUnavailable(
        f"{first.host}{first.path} {what}.", remedy="Check the address in the account.", url=first.url
    )


def _user_agent(config: WebConfig) -> str:
    """Who we are and how to reach the people who run us."""
    agent = f"{config.user_agent} ({config.contact})" if config.contact else config.user_agent
    return "".join(c for c in agent if c.isascii() and c.isprintable())

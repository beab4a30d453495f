"""Reading a record again without parsing it: what a reading rested on is kept, and where the world still answers the same,
the reading is the same.

A source that opts in (`repeatable = True`) promises that what it reads follows from the answers it gets and from the account's
fields it looks at, and from nothing else but its settings: not from what it read before, and from the clock only in that the
same answers read differently from its answer's `until` on.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeGuard, cast

from accounts.account import Account
from accounts.errors import SourceError
from accounts.link import Candidate
from accounts.observation import Outcome
from enrichers.base import Answer, Reading, Source, Web
from enrichers.web.recent import Recent, Remembers
from enrichers.web.response import Response

#: Headers that differ with every answer and say nothing of the site: their names count, their values do not.
_FLEETING = frozenset({
    "age", "alt-svc", "cf-cache-status", "cf-ray", "connection", "content-length", "content-md5",
    "content-security-policy", "date", "etag", "keep-alive", "last-modified", "nel", "report-to",
    "reporting-endpoints", "retry-after", "server-timing", "transfer-encoding", "x-amz-cf-id",
    "x-amz-cf-pop", "x-amz-id-2", "x-amz-request-id", "x-amzn-trace-id", "x-cache", "x-cache-hits",
    "x-cloud-trace-context", "x-correlation-id", "x-github-request-id", "x-nf-request-id", "x-proxy-cache",
    "x-request-id", "x-runtime", "x-served-by", "x-timer", "x-trace-id", "x-varnish", "x-vercel-id",
    "x-wix-request-id",
})  # fmt: skip
_COOKIE_NAME = re.compile(r"(?:^|[,\n;]\s*)([^=;,\s]+)=")
_COOKIE_SETTINGS = frozenset(
    {"path", "domain", "expires", "max-age", "samesite", "priority", "version", "comment"}
)
_LONG_PAST = re.compile(r"\b19\d\d\b")


@dataclass(frozen=True, slots=True)
class Trace:
    """What a reading rested on: `basis` is our code, the settings and what of the account was looked at (`heeded`);
    `asked` are the questions put to the web in order, each with a digest of what came back. From `until` (UTC) on the same
    answers are to be read anew; None is never."""

    basis: str
    heeded: tuple[str, ...]
    asked: tuple[tuple[str, str], ...]
    until: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """One short name for all of it."""
        return _digest(self.basis, *(part for pair in self.asked for part in pair))


@dataclass(slots=True)
class _Tape:
    """The questions of one reading under way, and answers at hand that were fetched a moment ago."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    at_hand: dict[str, Response | SourceError] = field(default_factory=dict)


class Taped:
    """A `Web` that notes what each reading asks; threads may share it, for one thread reads one record at a time."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._mine = threading.local()

    def __getattr__(self, name: str) -> Any:
        if name == "_web":
            raise AttributeError(name)
        return getattr(self._web, name)

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None
    ) -> Response:
        """The response to a GET, as the web underneath gives it; one at hand is not asked for again."""
        tape = self._tape
        if tape is None:
            return self._web.get(url, headers=headers, secrets=secrets)
        question = f"GET {url}" + (f" {_digest(*map(str, sorted(headers.items())))}" if headers else "")
        try:
            known = tape.at_hand.pop(question, None)
            if isinstance(known, SourceError):
                raise known
            response = known or self._web.get(url, headers=headers, secrets=secrets)
        except SourceError as error:
            tape.asked.append((question, _digest("!", error.what)))
            raise
        tape.asked.append((question, said_by(response)))
        return response

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Response:
        """The response to a POST; a reading that posts is never taken for the same."""
        if self._tape is not None:
            self._tape.asked.append(("POST", ""))
        return self._web.post(url, body, headers=headers)

    def flush(self) -> None:
        """Makes the responses kept until now outlive a crash."""
        self._web.flush()

    def recent(self, url: str) -> Recent:
        """What was read of an address's site in this run, where the web underneath remembers."""
        known = self._web.recent(url) if isinstance(self._web, Remembers) else Recent()
        if self._tape is not None:
            self._tape.asked.append((f"RECENT {url}", _said_lately(known)))
        return known

    @property
    def _tape(self) -> _Tape | None:
        return getattr(self._mine, "tape", None)

    @contextmanager
    def recording(self, tape: _Tape) -> Iterator[None]:
        """Notes what this thread asks, until the end of the block."""
        self._mine.tape = tape
        try:
            yield
        finally:
            self._mine.tape = None

    def ask_again(self, asked: tuple[tuple[str, str], ...]) -> tuple[bool, _Tape, int]:
        """Puts the questions of a trace again, in order, until one is answered differently.

        Returns whether all answers are the same, the answers at hand, and the requests it took.
        """
        tape, requests = _Tape(), 0
        for question, answer in asked:
            kind, _, rest = question.partition(" ")
            if kind == "RECENT":
                now = _said_lately(self._web.recent(rest) if isinstance(self._web, Remembers) else Recent())
            elif kind == "GET" and " " not in rest:
                requests += 1
                try:
                    response = self._web.get(rest)
                    tape.at_hand[question], now = response, said_by(response)
                except SourceError as error:
                    tape.at_hand[question], now = error, _digest("!", error.what)
            else:
                return False, tape, requests
            if now != answer:
                return False, tape, requests
        return True, tape, requests


class _Heeded:
    """An account that notes which of its fields are looked at."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.fields: set[str] = set()

    def get(self, name: str) -> str | None:
        self.fields.add(name)
        return self._account.get(name)

    def __getattr__(self, name: str) -> Any:
        if name != "id":
            self.fields.add("*")
        return getattr(self._account, name)


def is_repeatable(source: Source) -> bool:
    """True where a source promises what this module needs."""
    return bool(getattr(source, "repeatable", False))


def read_or_recognise(
    source: Source,
    account: Account,
    candidate: Candidate,
    web: Taped,
    before: Trace | None,
    now: datetime,
    more: str = "",
) -> tuple[Answer[Reading], Trace | None]:
    """What a record says at `now` (UTC), and what that rests on; `before` is what the newest reading of that record rested on,
    `more` whatever else the caller wants unchanged.

    Where nothing changed since, the answer's outcome is `rows`, its one reading is `same`, and nothing was parsed. The trace is
    None for a reading that must be made anew every time: one that failed.
    """
    tape = _Tape()
    if _still_stands(before, now) and before.basis == _basis(source, account, candidate, before.heeded, more):
        same, tape, requests = web.ask_again(before.asked)
        if same:
            return Answer.of((Reading(same=True),), requests=requests), before
    heeded = _Heeded(account)
    with web.recording(tape):
        answer = source.read(cast(Account, heeded), candidate)
    if tape.at_hand:  # asked for again and not wanted any more
        answer = replace(answer, requests=answer.requests + len(tape.at_hand))
    names = tuple(sorted(heeded.fields))
    if not _may_return(source, answer, names, tape):
        return answer, None
    basis = _basis(source, account, candidate, names, more)
    return answer, Trace(basis, names, tuple(tape.asked), answer.until)


def _still_stands(before: Trace | None, now: datetime) -> TypeGuard[Trace]:
    return before is not None and (before.until is None or now < before.until)


def _may_return(source: Source, answer: Answer[Reading], heeded: tuple[str, ...], tape: _Tape) -> bool:
    if answer.outcome not in (Outcome.ROWS, Outcome.ZERO_ROWS) or len(answer.rows) > 1 or answer.cost:
        return False
    rests = bool(tape.asked) or bool(getattr(source, "basis", ""))
    return "*" not in heeded and rests and all(question != "POST" for question, _ in tape.asked)


def _basis(source: Source, account: Account, candidate: Candidate, heeded: tuple[str, ...], more: str) -> str:
    settings = getattr(getattr(source, "_context", None), "settings", {})
    looked_at = [(name, account.get(name)) for name in heeded]
    own = getattr(source, "basis", "")
    return _digest(
        more, code_digest("accounts", "enrichers"), source.name, str(own), json.dumps(dict(settings), sort_keys=True, default=str),
        repr(candidate), json.dumps(looked_at, ensure_ascii=False),
    )  # fmt: skip


@cache
def code_digest(*packages: str) -> str:
    """A digest of packages' code and tables: whatever is released new judges everything once more."""
    found = hashlib.sha256()
    for package in packages:
        for root in map(Path, import_module(package).__path__):
            files = (p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
            for path in sorted(files):
                found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def said_by(response: Response) -> str:
    """A digest of all a response says that a source may heed."""
    headers = sorted(_lasting(name, value) for name, value in response.headers.items())
    return _digest(
        response.final_url,
        str(response.status),
        response.body_sha256,
        response.certificate_issuer or "",
        *headers,
    )


def _said_lately(known: Recent) -> str:
    failure = known.failure.what if known.failure else ""
    return _digest(failure, *map(said_by, known.responses))


def _lasting(name: str, value: str) -> str:
    if name == "set-cookie":
        cookies = {cookie for cookie in _COOKIE_NAME.findall(value) if cookie.lower() not in _COOKIE_SETTINGS}
        return f"{name}: {' '.join(sorted(cookies))}"
    fleeting = name in _FLEETING or (name == "expires" and not _LONG_PAST.search(value))
    return name if fleeting else f"{name}: {value}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]

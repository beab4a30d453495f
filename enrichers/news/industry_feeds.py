"""The source `industry_feeds`: feeds of an industry the user names, read once a run and asked for every account's name."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.account import Account
from accounts.errors import SourceBroken, SourceError
from accounts.link import Candidate
from accounts.observation import Outcome
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.news.asked import question, safely, spoken_name
from enrichers.news.entry import EVENTS, Entry
from enrichers.news.feed import parse_feed
from enrichers.news.named import NamedIn
from enrichers.news.tell import article_of, recent, until_next
from enrichers.web.response import Response


@dataclass(frozen=True, slots=True)
class _Told:
    """What the feeds say: entries with the answers they came in, the errors of feeds that did not answer, digests of the others.

    From `until` (UTC) on the same answers read differently.
    """

    entries: Sequence[tuple[Entry, Response]]
    named: NamedIn
    errors: Sequence[str]
    said: Sequence[str]
    until: datetime | None

    @property
    def error(self) -> str:
        return "; ".join(self.errors)[:500]

    def nothing(self, requests: int) -> Answer[Any]:
        """The answer where no entry names an account; one feed that did not answer may have."""
        if self.errors:
            return Answer.failed(self.error, requests=requests)
        return Answer(Outcome.ZERO_ROWS, (), "", requests, until=self.until)


@source
class IndustryFeeds:
    """Articles of configured feeds that name the account: `[sources.industry_feeds] feeds = ["https://…"]`.

    One request a feed and run, however many accounts there are. Threads may share one instance.
    """

    name = "industry_feeds"
    provides = EVENTS | {"last_signals"}
    needs = frozenset({"name", "legal_name"})
    cost = 0.0
    every_days = 1
    repeatable = True
    licence = "quotations from feeds the user has chosen"
    wants = ("feeds",)

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        feeds = context.settings.get("feeds", ())
        self._feeds = [str(url) for url in feeds] if isinstance(feeds, list | tuple) else []
        self._days = int(context.settings.get("days", 14))
        self._lock = threading.Lock()
        self._told: _Told | None = None

    @property
    def basis(self) -> str:
        """What the feeds say today; empty where none answers."""
        return " ".join(self._today()[0].said)

    def search(self, account: Account) -> Answer[Candidate]:
        """The account's name as the question where an entry names it; failed where none does and a feed could not be read."""
        name = spoken_name(account)
        if not name or not self._feeds:
            return Answer.of(())
        today, requests = self._today()
        if not today.named.places(name):
            return today.nothing(requests)
        return Answer.of((question(self.name, account, self._feeds[0]),), requests=requests)

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """The articles whose title or text names the account; failed where there is none and a feed could not be read."""
        return safely(self.name, lambda: self._read(account, candidate))

    def _read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        today, requests = self._today()
        told = tuple(
            article_of(
                *today.entries[place], account_id=account.id, source=self.name, record_id=candidate.company.id
            )
            for place in today.named.places(spoken_name(account))
        )
        if not told:
            return today.nothing(requests)
        return Answer.of((Reading(articles=told),), requests=requests, error=today.error, until=today.until)

    def _today(self) -> tuple[_Told, int]:
        """What the feeds say and the requests it took: fetched by whoever asks first; a run in which all fail asks again."""
        with self._lock:
            if self._told is not None:
                return self._told, 0
            told = self._fetch()
            if len(told.errors) < len(self._feeds):
                self._told = told
            return told, len(self._feeds)

    def _fetch(self) -> _Told:
        found: list[tuple[Entry, Response]] = []
        errors: list[str] = []
        said: list[str] = []
        ends: list[datetime | None] = []
        now = self._context.clock.now()
        for url in self._feeds:
            try:
                response = self._context.web.get(url)
                if not response.ok:
                    raise SourceBroken(f"{url} answered {response.status}.")
                entries = parse_feed(response.body, response.headers, response.final_url).entries
            except SourceError as error:
                errors.append(error.what)
                continue
            fresh = recent(entries, now, self._days)
            found += [(entry, response) for entry in fresh]
            said.append(response.body_sha256)
            ends += [until_next(entries, now), *(_old_at(entry, self._days) for entry in fresh)]
        until = min((end for end in ends if end is not None), default=None)
        named = NamedIn(f"{entry.title}\n{entry.text}" for entry, _ in found)
        return _Told(tuple(found), named, tuple(errors), tuple(said), until)


def _old_at(entry: Entry, days: int) -> datetime | None:
    return entry.published_at + timedelta(days=days) if entry.published_at is not None else None

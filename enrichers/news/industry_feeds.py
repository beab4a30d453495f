"""The source `industry_feeds`: feeds of an industry the user names, read once a run and asked for every account's name."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta

from accounts.account import Account
from accounts.errors import SourceBroken, SourceError
from accounts.link import Candidate
from accounts.observation import Outcome
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.news.asked import is_chinese, question, safely, spoken_name
from enrichers.news.entry import EVENTS, Entry
from enrichers.news.feed import parse_feed
from enrichers.news.tell import article_of, recent, until_next
from enrichers.web.response import Response


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
        self._read_already: list[tuple[Entry, Response, str]] | None = None
        self._errors: list[str] = []
        self._said: list[str] = []
        self._until: datetime | None = None

    @property
    def basis(self) -> str:
        """What the feeds say today; empty where none answers."""
        self._entries()
        return " ".join(self._said)

    def search(self, account: Account) -> Answer[Candidate]:
        """The account's name as the question; no request is made."""
        if not spoken_name(account) or not self._feeds:
            return Answer.of(())
        return Answer.of((question(self.name, account, self._feeds[0]),))

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """The articles whose title or text names the account; failed where no feed could be read."""
        return safely(self.name, lambda: self._read(account, candidate))

    def _read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        entries, requests, errors = self._entries()
        if not entries and errors:
            return Answer.failed("; ".join(errors)[:500], requests=requests)
        named = _pattern(spoken_name(account))
        told = tuple(
            article_of(
                entry, response, account_id=account.id, source=self.name, record_id=candidate.company.id
            )
            for entry, response, folded in entries
            if named.search(folded)
        )
        if not told:
            return Answer(Outcome.ZERO_ROWS, (), "", requests, until=self._until)
        error = "; ".join(errors)[:500]
        return Answer.of((Reading(articles=told),), requests=requests, error=error, until=self._until)

    def _entries(self) -> tuple[list[tuple[Entry, Response, str]], int, list[str]]:
        """All entries of all feeds, fetched by whoever asks first; a run in which all fail asks again."""
        with self._lock:
            if self._read_already is not None:
                return self._read_already, 0, self._errors
            found: list[tuple[Entry, Response, str]] = []
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
                found += [(e, response, f"{e.title}\n{e.text}".casefold()) for e in fresh]
                said.append(response.body_sha256)
                ends += [until_next(entries, now), *(_old_at(e, self._days) for e in fresh)]
            if len(errors) < len(self._feeds):
                self._read_already, self._errors, self._said = found, errors, said
                self._until = min((end for end in ends if end is not None), default=None)
            return found, len(self._feeds), errors


def _old_at(entry: Entry, days: int) -> datetime | None:
    return entry.published_at + timedelta(days=days) if entry.published_at is not None else None


def _pattern(name: str) -> re.Pattern[str]:
    """What an entry must hold to be handed over: the name; a long Chinese one also without what may be its region.

    Whether the entry is about the account is judged later, and strictly.
    """
    plain = name.casefold()
    if not is_chinese(name):
        return re.compile(rf"(?<!\w){re.escape(plain)}(?!\w)")
    bare = re.sub(r"^[一-鿿]{2,3}?[省市县区]", "", plain)
    forms = {plain, bare, *(form[2:] for form in (plain, bare) if len(form) >= 6)}
    return re.compile(
        "|".join(
            re.escape(form)
            for form in sorted(forms, key=len, reverse=True)
            if len(form) >= 4 or form == plain
        )
    )

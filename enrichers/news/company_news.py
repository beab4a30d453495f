"""The source `news`: what a company tells on its own site, by its feeds or else by its newsroom pages."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from accounts.account import Account
from accounts.errors import SourceBroken, SourceError, WarehouseError
from accounts.link import Candidate
from accounts.observation import Outcome
from accounts.values.web import registrable_domain
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.firmographic.own_website import own_website
from enrichers.firmographic.page import Page, parse_page
from enrichers.firmographic.site_links import links
from enrichers.news.article import read_article
from enrichers.news.entry import EVENTS, Entry
from enrichers.news.feed import parse_feed
from enrichers.news.newsroom import listed_entries, newsroom_links
from enrichers.news.tell import article_of, recent, until_next
from enrichers.web.charset import decode
from enrichers.web.once import get_home, get_once
from enrichers.web.response import Response

_log = logging.getLogger(__name__)
_GONE = (404, 410)
_SHORT = 280
"""An entry with less text than this is looked up on its own page, while it is new."""
_NEW_DAYS = 10


@dataclass
class _Round:
    """One account's news: what was read, and what went wrong. `sheets` pairs an entry with the answer it stood in."""

    sheets: dict[str, tuple[Entry, Response]] = field(default_factory=dict)
    listings: int = 0
    requests: int = 0
    errors: list[str] = field(default_factory=list)
    until: datetime | None = None


@source
class CompanyNews:
    """Hands over the articles of a company's own feeds and newsroom. Threads may share one instance.

    Settings: `days` (how far back, 60), `feeds` (feeds read a site, 3), `articles` (article pages read a site and night, 4).
    """

    name = "news"
    provides = EVENTS | {"last_signals"}
    needs = frozenset({"website"})
    cost = 0.0
    every_days = 1
    repeatable = True
    looks_again = True
    licence = "quotations from what the company publishes about itself"

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._days = int(context.settings.get("days", 60))
        self._feeds = int(context.settings.get("feeds", 3))
        self._articles = int(context.settings.get("articles", 4))

    def search(self, account: Account) -> Answer[Candidate]:
        """The account's own website as the one candidate, stated; no request is made."""
        return own_website(self.name, account)

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """The articles of the last days: zero rows where the site tells none, failed where its feeds could not be read."""
        going = _Round()
        try:
            return self._read(account, candidate, going)
        except WarehouseError:
            raise
        except SourceError as error:
            return Answer.failed(error.what, requests=max(1, going.requests))
        except Exception as error:  # one hostile feed must not cost the shard its other accounts
            _log.exception("reading the news of %s failed", candidate.url)
            return Answer.failed(f"{candidate.url}: {type(error).__name__}: {error}"[:300])

    def _read(self, account: Account, candidate: Candidate, going: _Round) -> Answer[Reading]:
        home, going.requests = get_home(self._context.web, candidate.url)
        if not home.ok:
            told = f"{home.final_url} answered {home.status}"
            gone = home.status in _GONE
            return (
                Answer.not_found(told, requests=going.requests)
                if gone
                else Answer.failed(told, requests=going.requests)
            )
        page = parse_page(decode(home.body, home.headers), home.final_url)
        rooms = [url for url in newsroom_links(page) if url.rstrip("/") != home.final_url.rstrip("/")]
        self._read_feeds(self._feeds_of(page), going)
        if not going.listings and rooms:
            self._read_rooms(rooms[:2], going)
        return self._answer(account, candidate, going)

    def _feeds_of(self, page: Page) -> list[str]:
        home = registrable_domain(page.url or "")
        found: list[str] = links(page, ())["feeds"]
        own = [url for url in found if registrable_domain(url) == home or "feedburner.com" in url]
        return own[: self._feeds]

    def _read_feeds(self, urls: list[str], going: _Round) -> None:
        for url in urls:
            try:
                response = self._get(url, going)
                if response.status in _GONE:  # a link to a feed that is no more: the site has one feed less
                    continue
                if not response.ok:
                    raise SourceBroken(f"{url} answered {response.status}.")
                self._take(
                    parse_feed(response.body, response.headers, response.final_url).entries, response, going
                )
            except SourceError as error:
                going.errors.append(error.what)

    def _read_rooms(self, urls: list[str], going: _Round) -> None:
        """Newsroom pages; one that names a feed is read by the feed."""
        for url in urls:
            try:
                response = self._get(url, going)
            except SourceError as error:
                going.errors.append(error.what)
                continue
            if not response.ok:
                if response.status not in _GONE:
                    going.errors.append(f"{url} answered {response.status}")
                continue
            page = parse_page(decode(response.body, response.headers), response.final_url)
            feeds = self._feeds_of(page)
            if feeds:
                self._read_feeds(feeds, going)
            if not going.sheets:
                self._take(listed_entries(page), response, going)
            if going.sheets:
                return

    def _take(self, entries: tuple[Entry, ...], response: Response, going: _Round) -> None:
        going.listings += 1
        now = self._context.clock.now()
        ends = (going.until, until_next(entries, now))
        going.until = min((end for end in ends if end is not None), default=None)
        for entry in recent(entries, now, self._days):
            going.sheets.setdefault(entry.url or entry.title, (entry, response))

    def _get(self, url: str, going: _Round) -> Response:
        try:
            response, requests = get_once(self._context.web, url)
        except SourceError:
            going.requests += 1
            raise
        going.requests += requests
        return response

    def _answer(self, account: Account, candidate: Candidate, going: _Round) -> Answer[Reading]:
        error = "; ".join(going.errors)[:500]
        if not going.listings and going.errors:
            return Answer.failed(error, requests=going.requests)
        if not going.sheets:
            return Answer(Outcome.ZERO_ROWS, (), error, going.requests, until=going.until)
        sheets = self._with_texts(list(going.sheets.values()), candidate, going)
        articles = tuple(
            article_of(entry, response, account_id=account.id, source=self.name, record_id=candidate.company.id, own=True)
            for entry, response in sheets
        )  # fmt: skip
        ends = (going.until, self._all_old(going))
        until = min((end for end in ends if end is not None), default=None)
        return Answer.of((Reading(articles=articles),), requests=going.requests, error=error, until=until)

    def _all_old(self, going: _Round) -> datetime | None:
        """When nothing that was found is recent any more; None where some of it says no date."""
        dates = [entry.published_at for entry, _ in going.sheets.values()]
        dated = [at for at in dates if at is not None]
        return max(dated) + timedelta(days=self._days) if len(dated) == len(dates) else None

    def _with_texts(
        self, sheets: list[tuple[Entry, Response]], candidate: Candidate, going: _Round
    ) -> list[tuple[Entry, Response]]:
        """The entries, the few that are new and short with the text of their own pages."""
        since = self._context.clock.now() - timedelta(days=_NEW_DAYS)
        home = registrable_domain(candidate.url)
        left = self._articles
        done = []
        for entry, response in sheets:
            new = entry.published_at is not None and entry.published_at >= since
            if (
                left
                and new
                and len(entry.text) < _SHORT
                and entry.url
                and registrable_domain(entry.url) == home
            ):
                left -= 1
                entry, response = self._looked_up(entry, response, going)  # noqa: PLW2901 - the fuller entry
            done.append((entry, response))
        return done

    def _looked_up(self, entry: Entry, listed: Response, going: _Round) -> tuple[Entry, Response]:
        try:
            response = self._get(entry.url, going)
        except SourceError as error:
            going.errors.append(error.what)
            return entry, listed
        if not response.ok:
            return entry, listed
        read = read_article(decode(response.body, response.headers), response.final_url)
        if len(read.text) <= len(entry.text):
            return entry, listed
        return replace(entry, text=read.text, published_at=entry.published_at or read.published_at), response

"""Google News by RSS search: headlines and who published them; the links lead nowhere without Google, so bodies are never read.

Shape seen in clients of others; Google calls it fit for "personal feed readers", so it is off unless switched on.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from accounts.account import Account
from accounts.errors import QuotaExhausted, SourceBroken
from accounts.link import Candidate
from accounts.observation import Outcome
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.news.asked import is_chinese, question, safely, spoken_name
from enrichers.news.entry import EVENTS, Entry
from enrichers.news.feed import parse_feed
from enrichers.news.tell import article_of, recent

SEARCH = "https://news.google.com/rss/search"
_EDITIONS = {
    True: {"hl": "zh-CN", "gl": "CN", "ceid": "CN:zh-Hans"},
    False: {"hl": "en-US", "gl": "US", "ceid": "US:en"},
}


@source
class GoogleNews:
    """Headlines that name the account, of the last `days` (7). Threads may share one instance."""

    name = "google_news"
    provides = EVENTS | {"last_signals"}
    needs = frozenset({"name", "legal_name"})
    cost = 0.0
    every_days = 1
    licence = "headlines as short quotations; Google's terms allow personal feed readers"
    opt_in = "it asks once an account, and its terms are for personal feed readers"

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._days = int(context.settings.get("days", 7))
        self._stopped = False

    def search(self, account: Account) -> Answer[Candidate]:
        """The question for the account; no request is made."""
        name = spoken_name(account)
        if not name:
            return Answer.of(())
        asked = {"q": f'"{name}" when:{self._days}d', **_EDITIONS[is_chinese(name)]}
        return Answer.of((question(self.name, account, f"{SEARCH}?{urlencode(asked)}"),))

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """The headlines as articles without text, with their publishers in the title's place taken off."""
        return safely(self.name, lambda: self._read(account, candidate))

    def _read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        if self._stopped:
            raise QuotaExhausted("Google News asked to be left alone in this run.")
        response = self._context.web.get(candidate.url)
        if response.status in (403, 429):
            self._stopped = True
            raise QuotaExhausted(f"Google News refuses us with {response.status}.")
        if response.status in (404, 410):
            return Answer.not_found(f"Google News answers {response.status}.", requests=1)
        if not response.ok:
            raise SourceBroken(f"Google News answers {response.status}.")
        entries = parse_feed(response.body, response.headers, response.final_url).entries
        found = recent((headline(entry) for entry in entries), self._context.clock.now(), self._days + 1)
        if not found:
            return Answer(Outcome.ZERO_ROWS, requests=1)
        told = (
            article_of(e, response, account_id=account.id, source=self.name, record_id=candidate.company.id)
            for e in found
        )
        return Answer.of((Reading(articles=tuple(told)),), requests=1)


def headline(entry: Entry) -> Entry:
    """An entry with its title freed of the publisher's name, and without the list of links Google puts for a text.

    >>> headline(Entry("Kettle Works opens a plant - The Wire", "", publisher="The Wire")).title
    'Kettle Works opens a plant'
    """
    title, dash, publisher = entry.title.rpartition(" - ")
    if not dash or (entry.publisher and publisher != entry.publisher):
        title, publisher = entry.title, entry.publisher
    return replace(entry, title=title, text="", publisher=entry.publisher or publisher)

"""GDELT DOC 2.0: pages in 65 languages that name the account. Source: https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/

One request in five seconds (`web/hosts.yml`), refused in plain text with status 200; so it is off unless switched on.
`seendate` is when GDELT saw the page, not when it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

from accounts.account import Account
from accounts.errors import QuotaExhausted, SourceBroken
from accounts.link import Candidate
from accounts.observation import Outcome
from accounts.values.base import tidy
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.news.asked import question, safely, spoken_name
from enrichers.news.entry import EVENTS, Entry
from enrichers.news.tell import article_of, recent
from enrichers.shapes import items, load_object, objects, text

SEARCH = "https://api.gdeltproject.org/api/v2/doc/doc"
_MOST = 75
_SPACED = re.compile(r"\s+([,.;:!?%)\]’'])|([(\[$£€])\s+")
_INITIALS = re.compile(r"\b([A-Z])\s?\.\s?(?=[A-Z]\s?\.)")
_REFUSAL = re.compile(rb"(?i)limit requests|too many|one every")


@source
class Gdelt:
    """Headlines that name the account, of the last `days` (7). Threads may share one instance."""

    name = "gdelt"
    provides = EVENTS | {"last_signals"}
    needs = frozenset({"name", "legal_name"})
    cost = 0.0
    every_days = 1
    licence = "GDELT: free for any use with attribution; the headlines are their publishers'"
    opt_in = "it answers one question in five seconds"

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._days = int(context.settings.get("days", 7))
        self._stopped = False

    def search(self, account: Account) -> Answer[Candidate]:
        """The question for the account; no request is made. GDELT refuses phrases that are too short."""
        name = spoken_name(account)
        if len(name.encode()) < 5:
            return Answer.of(())
        asked = {
            "query": f'"{name}"', "mode": "artlist", "format": "json", "maxrecords": _MOST,
            "timespan": f"{self._days}d", "sort": "datedesc",
        }  # fmt: skip
        return Answer.of((question(self.name, account, f"{SEARCH}?{urlencode(asked)}"),))

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """The headlines as articles without text."""
        return safely(self.name, lambda: self._read(account, candidate))

    def _read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        if self._stopped:
            raise QuotaExhausted("GDELT asked to be left alone in this run.")
        response = self._context.web.get(candidate.url)
        if response.status in (403, 429) or _REFUSAL.search(response.body[:500]):
            self._stopped = True
            raise QuotaExhausted(
                "GDELT refuses us: more than one question in five seconds, or it sheds load."
            )
        if response.status in (404, 410):
            return Answer.not_found(f"GDELT answers {response.status}.", requests=1)
        if not response.ok:
            raise SourceBroken(f"GDELT answers {response.status}.")
        found = recent(parse_articles(response.body), self._context.clock.now(), self._days + 1)
        if not found:
            return Answer(Outcome.ZERO_ROWS, requests=1)
        told = (
            article_of(e, response, account_id=account.id, source=self.name, record_id=candidate.company.id)
            for e in found
        )
        return Answer.of((Reading(articles=tuple(told)),), requests=1)


def parse_articles(body: bytes) -> Iterator[Entry]:
    """The entries of an article list; `{}` is how GDELT says that there are none. Raises SourceBroken for anything else."""
    data = load_object(body, "a GDELT article list")
    if data and not isinstance(data.get("articles"), list):
        raise SourceBroken("The answer is not a GDELT article list.")
    for article in objects(items(data.get("articles"))):
        url, title = text(article.get("url")), untokenised(text(article.get("title")))
        if url.startswith("http") and title:
            yield Entry(
                title, url, url, "", _seen(text(article.get("seendate"))), text(article.get("domain"))
            )


def untokenised(title: str) -> str:
    """A headline as it was printed: GDELT puts blanks around punctuation.

    >>> untokenised("U . S . maker Kettle , Inc . opens plant")
    'U.S. maker Kettle, Inc. opens plant'
    """
    return tidy(_SPACED.sub(lambda m: m[1] or m[2], _INITIALS.sub(r"\1.", title)))


def _seen(told: str) -> datetime | None:
    try:
        return datetime.strptime(told, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None

"""Google News by RSS search: headlines and who published them; the links lead nowhere without Google, so bodies are never read.

Shape seen in clients of others; Google calls it fit for "personal feed readers", so it is off unless switched on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from enrichers.base import source
from enrichers.news.asked import is_chinese
from enrichers.news.entry import Entry
from enrichers.news.feed import parse_feed
from enrichers.news.headlines import HeadlineSearch
from enrichers.web.response import Response

SEARCH = "https://news.google.com/rss/search"
_EDITIONS = {
    True: {"hl": "zh-CN", "gl": "CN", "ceid": "CN:zh-Hans"},
    False: {"hl": "en-US", "gl": "US", "ceid": "US:en"},
}


@source
class GoogleNews(HeadlineSearch):
    """Google's feed of what it found, with the publishers taken off the titles."""

    name = "google_news"
    called = "Google News"
    licence = "headlines as short quotations; Google's terms allow personal feed readers"
    opt_in = "it asks once an account, and its terms are for personal feed readers"

    def address(self, name: str) -> str:
        """The last days in the edition of the name's script."""
        asked = {"q": f'"{name}" when:{self._days}d', **_EDITIONS[is_chinese(name)]}
        return f"{SEARCH}?{urlencode(asked)}"

    def refusal(self, response: Response) -> str | None:
        """A status."""
        return f"Google News refuses us with {response.status}." if response.status in (403, 429) else None

    def entries(self, response: Response) -> Iterator[Entry]:
        """The entries of the feed."""
        return map(headline, parse_feed(response.body, response.headers, response.final_url).entries)


def headline(entry: Entry) -> Entry:
    """An entry with its title freed of the publisher's name, and without the list of links Google puts for a text.

    >>> headline(Entry("Kettle Works opens a plant - The Wire", "", publisher="The Wire")).title
    'Kettle Works opens a plant'
    """
    title, dash, publisher = entry.title.rpartition(" - ")
    if not dash or (entry.publisher and publisher != entry.publisher):
        title, publisher = entry.title, entry.publisher
    return replace(entry, title=title, text="", publisher=entry.publisher or publisher)

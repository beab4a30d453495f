"""GDELT DOC 2.0: pages in 65 languages that name the account. Source: https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/

One request in five seconds (`web/hosts.yml`), refused in plain text with status 200; so it is off unless switched on.
`seendate` is when GDELT saw the page, not when it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

from accounts.errors import SourceBroken
from accounts.values.base import tidy
from enrichers.base import source
from enrichers.news.entry import Entry
from enrichers.news.headlines import HeadlineSearch
from enrichers.shapes import items, load_object, objects, text
from enrichers.web.response import Response

SEARCH = "https://api.gdeltproject.org/api/v2/doc/doc"
_MOST = 75
_SPACED = re.compile(r"\s+([,.;:!?%)\]’'])|([(\[$£€])\s+")
_INITIALS = re.compile(r"\b([A-Z])\s?\.\s?(?=[A-Z]\s?\.)")
_REFUSAL = re.compile(rb"(?i)limit requests|too many|one every")


@source
class Gdelt(HeadlineSearch):
    """GDELT's list of articles. It refuses phrases that are too short."""

    name = "gdelt"
    called = "GDELT"
    licence = "GDELT: free for any use with attribution; the headlines are their publishers'"
    opt_in = "it answers one question in five seconds"

    def address(self, name: str) -> str | None:
        """The newest articles of the last days, by date."""
        if len(name.encode()) < 5:
            return None
        asked = {
            "query": f'"{name}"', "mode": "artlist", "format": "json", "maxrecords": _MOST,
            "timespan": f"{self._days}d", "sort": "datedesc",
        }  # fmt: skip
        return f"{SEARCH}?{urlencode(asked)}"

    def refusal(self, response: Response) -> str | None:
        """A status, or words with status 200."""
        if response.status in (403, 429) or _REFUSAL.search(response.body[:500]):
            return "GDELT refuses us: more than one question in five seconds, or it sheds load."
        return None

    def entries(self, response: Response) -> Iterator[Entry]:
        """The articles of the list."""
        return parse_articles(response.body)


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

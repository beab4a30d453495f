"""Saved answers of news sources, for `evergreen read`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from accounts.errors import SourceBroken
from enrichers.firmographic.page import parse_page
from enrichers.news.article import read_article
from enrichers.news.entry import Entry
from enrichers.news.feed import parse_feed
from enrichers.news.gdelt import parse_articles
from enrichers.news.google_news import headline
from enrichers.news.newsroom import listed_entries
from enrichers.readers import reader
from enrichers.web.charset import decode


@reader("feed")
def read_feed(body: bytes) -> Iterator[dict[str, Any]]:
    """Records of a feed (RSS, RDF, Atom, JSON Feed): one an entry."""
    return _rows(parse_feed(body).entries)


@reader("google-news")
def read_google_news(body: bytes) -> Iterator[dict[str, Any]]:
    """Records of a Google News search: one a headline."""
    return _rows(headline(entry) for entry in parse_feed(body).entries)


@reader("gdelt")
def read_gdelt(body: bytes) -> Iterator[dict[str, Any]]:
    """Records of a GDELT article list: one a page."""
    return _rows(parse_articles(body))


@reader("newsroom")
def read_newsroom(body: bytes) -> Iterator[dict[str, Any]]:
    """What a newsroom page lists."""
    return _rows(listed_entries(parse_page(decode(body, {}), "https://saved.invalid/news/")))


@reader("article")
def read_saved_article(body: bytes) -> Iterator[dict[str, Any]]:
    """The one article of a page."""
    found = read_article(decode(body, {}))
    if not found.text:
        raise SourceBroken("The page holds no article.")
    yield {"title": found.title, "published_at": found.published_at, "text": found.text}


def _rows(entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        yield {
            "title": entry.title, "published_at": entry.published_at, "publisher": entry.publisher, "url": entry.url,
            "id": entry.id, "text": entry.text,
        }  # fmt: skip

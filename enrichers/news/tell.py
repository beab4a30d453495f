"""Entries of feeds and newsrooms as articles with evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts.observation import Evidence
from accounts.telling import Article
from enrichers.news.entry import Entry
from enrichers.observe import passage
from enrichers.web.response import Response

_MOST_UNDATED = 10
#: An entry dated further ahead than this is not told yet: clocks and time zones differ, dates of future days err.
_AHEAD = timedelta(days=1)


def recent(entries: Iterable[Entry], now: datetime, days: int) -> list[Entry]:
    """The entries of the last `days`, newest first; then a few that say no date. Those of a future day are left out."""
    since, until = now - timedelta(days=days), now + _AHEAD
    good = [entry for entry in entries if entry.title]
    dated = [e for e in good if e.published_at is not None and since <= e.published_at <= until]
    dated.sort(key=lambda e: e.published_at or now, reverse=True)
    return dated + [e for e in good if e.published_at is None][:_MOST_UNDATED]


def until_next(entries: Iterable[Entry], now: datetime) -> datetime | None:
    """When the first entry dated too far ahead becomes one that `recent` gives; None where there is none.

    That others grow too old changes nothing: what was told of them was told.
    """
    ahead = [e.published_at for e in entries if e.title and e.published_at is not None]
    return min((at - _AHEAD for at in ahead if at - _AHEAD > now), default=None)


def article_of(
    entry: Entry, response: Response, *, account_id: str, source: str, record_id: str, own: bool = False
) -> Article:
    """An entry as an article: its evidence is the entry's own address, read in the given answer."""
    url = entry.url or response.final_url
    shown = f"{entry.title}\n{entry.text}" if entry.text else entry.title
    return Article(
        account_id=account_id, source=source, record_id=record_id, title=entry.title, text=entry.text,
        evidence=Evidence(url, passage(shown), response.fetched_at, f"entry {entry.id}"[:200] if entry.id else None, response.body_sha256),
        published_at=entry.published_at, own=own,
    )  # fmt: skip

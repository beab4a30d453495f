"""What the world tells before anybody has judged it: articles and job postings.

A source that reads news or job boards hands these over as they are; what event an article tells, whose it is, and what a
board's postings say of hiring is judged later, by `intelligence` and `matchers`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from accounts.observation import Evidence


@dataclass(frozen=True, slots=True)
class Article:
    """One text a source found for an account: a feed's entry, a newsroom page, a press release.

    `text` is plain text without the title, cut by the source to what is worth judging. `published_at` is in UTC, None
    where the source does not say. `own` is True where the company tells it itself (its site, its feed).
    """

    account_id: str
    source: str
    record_id: str
    title: str
    text: str
    evidence: Evidence
    published_at: datetime | None = None
    own: bool = False

    @property
    def id(self) -> str:
        """A stable name: the same telling read twice gives the same id."""
        parts = (self.account_id, self.source, self.evidence.url, self.title)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Need:
    """A business need an advertisement speaks of (`cloud_migration`, …) and the sentence that says so."""

    name: str
    passage: str


@dataclass(frozen=True, slots=True)
class Posting:
    """One open role on a board, as seen at one time (UTC).

    `board` names the board (`greenhouse:acme`), `posting_id` the role on it; both are stable from night to night.
    `function` is the kind of work (`engineering`, `sales`, …), None where it cannot be told.
    """

    account_id: str
    source: str
    board: str
    posting_id: str
    title: str
    url: str
    seen_at: datetime
    posted_on: date | None = None
    department: str | None = None
    function: str | None = None
    place: str | None = None
    technologies: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardLook:
    """One whole look at a board: `open_roles` counted, by which `collector` (extractor and version), complete or not.

    Only complete looks count for a trend: a page that failed must not read as a wave of closed roles.
    """

    account_id: str
    source: str
    board: str
    seen_at: datetime
    open_roles: int
    collector: str
    complete: bool = True

"""What a feed or a newsroom lists: entries, before anybody knows whose they are or what they tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from accounts.values.base import tidy
from enrichers.shapes import moment

LONGEST_TEXT = 6000
EVENTS = frozenset(
    ["funding", "ipo", "m_and_a", "executive_change", "layoff", "expansion_investment", "partnership_or_contract", "product_launch", "financial_results", "legal_regulatory", "bankruptcy", "marketing_event"]
)  # fmt: skip
"""The classes of event news may tell; which one a text tells is judged by `intelligence`."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may may", "jun june", "jul july", "aug august", "sep sept september", "oct october", "nov november", "dec december"), 1
    )
    for name in names.split()
}  # fmt: skip
_MONTH = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_DAYS = (
    (re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)"), (1, 2, 3)),
    (re.compile(rf"\b{_MONTH}\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+((?:19|20)\d\d)\b", re.IGNORECASE), (3, 1, 2)),
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+{_MONTH}\.?,?\s+((?:19|20)\d\d)\b", re.IGNORECASE), (3, 2, 1)),
    (re.compile(r"(?<!\d)(\d{1,2})\s+((?:19|20)\d\d)\s?[-/.]\s?(\d{1,2})(?![\d-])"), (2, 3, 1)),
    (re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})\s+((?:19|20)\d\d)(?!\d)"), (3, 1, 2)),
    (re.compile(r"(?<!\d)(1[3-9]|2\d|3[01])[-/.](\d{1,2})[-/.]((?:19|20)\d\d)(?!\d)"), (3, 2, 1)),
    (re.compile(r"(?<!\d)(\d{1,2})[-/.](1[3-9]|2\d|3[01])[-/.]((?:19|20)\d\d)(?!\d)"), (3, 1, 2)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `text` is plain, without the title; `published_at` is UTC; `publisher` is who wrote it, where told."""

    title: str
    url: str
    id: str = ""
    text: str = ""
    published_at: datetime | None = None
    publisher: str = ""


def day_in(text: str) -> date | None:
    """The first day a short text names, in the ways newsrooms write it; None for none and for 03/04/2026, which is two.

    >>> day_in("Posted on 3rd November 2026 by Jo"), day_in("2026年11月2日"), day_in("03/04/2026")
    (datetime.date(2026, 11, 3), datetime.date(2026, 11, 2), None)
    """
    for pattern, (year, month, day) in _DAYS:
        match = pattern.search(text)
        if match is None:
            continue
        named = match[month].lower()
        try:
            return date(int(match[year]), _MONTHS.get(named) or int(named), int(match[day]))
        except ValueError:
            continue
    return None


def when(told: str) -> datetime | None:
    """The point in time (UTC) a feed's date means; a day alone is its midnight, a time without zone is UTC."""
    told = tidy(told[:80])
    found = moment(told)
    if found is None:
        day = day_in(told)
        found = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
    return found if found and 1990 <= found.year <= 2100 else None

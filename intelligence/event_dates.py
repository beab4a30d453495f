"""The day an event happened, from what the text gives of a date and when it was told."""

from __future__ import annotations

import re
from datetime import date, datetime

_WHOLE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
_NO_YEAR = re.compile(r"^--(\d{2})-(\d{2})$")
#: A date without its year lies no further ahead of its telling than this; else it was last year's.
_AHEAD_DAYS = 180


def event_date(told: str | None, published_at: datetime | None) -> date | None:
    """The day, or None where the text gives less (a month, a year) or a day that cannot be."""
    whole, yearless = _WHOLE.match(told or ""), _NO_YEAR.match(told or "")
    try:
        if whole:
            return date(int(whole[1]), int(whole[2]), int(whole[3]))
        if yearless and published_at:
            day = date(published_at.year, int(yearless[1]), int(yearless[2]))
            return day.replace(year=day.year - 1) if (day - published_at.date()).days > _AHEAD_DAYS else day
    except ValueError:
        return None
    return None

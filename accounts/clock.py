"""The one clock: every module that needs the time is handed one of these.

All times in Evergreen are aware datetimes in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol


class Clock(Protocol):
    """Tells the time; handed in, never imported as a global."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still: `--as-of`, replays and tests."""

    at: datetime

    def now(self) -> datetime:
        """The instant the clock was set to."""
        return self.at


def parse_instant(text: str) -> datetime:
    """The instant an ISO 8601 date or date-time names, in UTC; a bare date means its last second.

    A date set with `--as-of` stands for a night that has seen that whole day.

    Raises ValueError when the text is no ISO date.

    >>> parse_instant("2026-11-22").isoformat()
    '2026-11-22T23:59:59+00:00'
    """
    text = text.strip()
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59), UTC)
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

"""Hours in which nothing is written to the CRM: quarter ends, month ends, the sales team's day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts.config import CrmConfig
from accounts.errors import ConfigError

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(
    r"(?:(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+)?(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)(?:\s+(?P<zone>[\w/+-]+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Blackout:
    """One window of the week: days (0 is Monday) on which it starts, start and end in a time zone's own time.

    A window whose end is not after its start runs into the next day.
    """

    days: frozenset[int]
    start: time
    end: time
    zone: str
    text: str

    def covers(self, now: datetime) -> bool:
        """True when an instant lies in the window."""
        local = now.astimezone(ZoneInfo(self.zone))
        clock = local.time()
        if self.start < self.end:
            return local.weekday() in self.days and self.start <= clock < self.end
        yesterday = (local - timedelta(days=1)).weekday()
        return (local.weekday() in self.days and clock >= self.start) or (
            yesterday in self.days and clock < self.end
        )


def read_blackouts(texts: Iterable[str]) -> tuple[Blackout, ...]:
    """Windows such as `Mon-Fri 08:00-18:00 Europe/Berlin` or `22:00-02:00` (every day, UTC). Raises ConfigError."""
    return tuple(_read(text) for text in texts)


def _read(text: str) -> Blackout:
    found = _WINDOW.fullmatch(text.strip())
    fault = "it is not DAY-DAY HH:MM-HH:MM ZONE"
    if found is not None:
        zone = found["zone"] or "UTC"
        try:
            ZoneInfo(zone)
            start, end = time.fromisoformat(found["start"]), time.fromisoformat(found["end"])
            return Blackout(_days(found["first"], found["last"]), start, end, zone, text.strip())
        except (ValueError, ZoneInfoNotFoundError) as error:
            fault = str(error)
    raise ConfigError(
        f"The blackout window {text!r} cannot be read: {fault}.",
        remedy="Write it as `Mon-Fri 08:00-18:00 Europe/Berlin`.",
        key="crm.options.blackout",
    )


def _days(first: str | None, last: str | None) -> frozenset[int]:
    start = _DAYS.index((first or "mon").lower())
    stop = _DAYS.index((last or first or "sun").lower())
    return frozenset(day % 7 for day in range(start, (stop if stop >= start else stop + 7) + 1))


def blackouts_of(config: CrmConfig) -> tuple[Blackout, ...]:
    """The windows under `[crm.options] blackout`: one text or a list of them. Raises ConfigError."""
    given = config.options.get("blackout", ())
    return read_blackouts([given] if isinstance(given, str) else [str(text) for text in given])

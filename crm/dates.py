"""Reads the dates that CRM exports print."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DMY = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?)?", re.I
)
_YMD = re.compile(r"(\d{4})[./年-](\d{1,2})[./月-](\d{1,2})日?(?:[ T]*(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_SERIAL_START = datetime(1899, 12, 30, tzinfo=UTC)


def read_instant(text: str, now: datetime) -> datetime | None:
    """The instant a cell names, in UTC, or None where it names none.

    Reads ISO 8601, `2026/3/1 9:00`, `2026年3月1日`, `01.03.2026 09:00`, `3/1/2026 9:00 PM`, Unix seconds or
    milliseconds and spreadsheet day numbers. Without an offset it is UTC. Where day and month could be either, it is
    the later of the two that is not in the future: a value taken for younger than it is, is left alone for longer.
    """
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        pass
    else:
        if not text.isdigit():
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    readings = [r for r in (*_year_first(text), *_day_or_month_first(text), *_number(text)) if r is not None]
    past = [r for r in readings if r <= now]
    return max(past) if past else min(readings, default=None)


def _make(year: str, month: str, day: str, *clock: str | None) -> datetime | None:
    hour, minute, second, half = (*clock, None, None, None, None)[:4]
    hours = int(hour or 0)
    if half is not None:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    try:
        return datetime(
            int(year), int(month), int(day), hours, int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        return None


def _year_first(text: str) -> list[datetime | None]:
    found = _YMD.fullmatch(text)
    return [_make(*found.groups())] if found else []


def _day_or_month_first(text: str) -> list[datetime | None]:
    found = _DMY.fullmatch(text)
    if not found:
        return []
    first, separator, second, year, *clock = found.groups()
    readings = [_make(year, second, first, *clock)]
    if separator != ".":
        readings.append(_make(year, first, second, *clock))
    return readings


def _number(text: str) -> list[datetime | None]:
    if not re.fullmatch(r"\d{5}(?:\.\d+)?|\d{10}|\d{13}", text):
        return []
    value = float(text)
    if value < 100_000:
        return [_SERIAL_START + timedelta(days=value)]
    return [datetime.fromtimestamp(value / (1000 if len(text) == 13 else 1), UTC)]

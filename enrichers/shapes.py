"""Reading JSON of the world, whose shape is never quite as promised: wrong types read as nothing, never as an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from accounts.errors import SourceBroken
from accounts.json_text import load_json
from accounts.values.base import tidy

_LONGEST = 4000
_ISO = re.compile(r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_AGO = re.compile(r"(\d{1,3})\s*\+?\s*(day|week|month|hour|minute|天|日|周|个?月|小时|分钟)", re.IGNORECASE)
_AGO_DAYS = {
    "day": 1, "week": 7, "month": 30, "hour": 0, "minute": 0, "天": 1, "日": 1, "周": 7, "月": 30, "个月": 30,
    "小时": 0, "分钟": 0,
}  # fmt: skip
_NAMED_DAYS = {"today": 0, "just": 0, "今天": 0, "刚刚": 0, "yesterday": 1, "昨天": 1, "前天": 2}


def load(body: bytes, what: str) -> Any:
    """The JSON in a body. Raises SourceBroken naming `what` was expected."""
    try:
        return load_json(body)
    except (ValueError, RecursionError) as error:
        raise SourceBroken(f"The answer is not {what}.") from error


def load_object(body: bytes, what: str) -> Mapping[str, Any]:
    """The JSON object in a body. Raises SourceBroken naming `what` was expected."""
    data = load(body, what)
    if not isinstance(data, dict):
        raise SourceBroken(f"The answer is not {what}.")
    return data


def listed(data: Any, key: str, what: str) -> list[Any]:
    """The list an object must hold under `key`. Raises SourceBroken where it does not: a blank is not zero rows."""
    rows = data.get(key) if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise SourceBroken(f"The answer is not {what}: it has no {key}.")
    return rows


def dig(value: Any, *path: str | int) -> Any:
    """What lies under a path of keys and positions, or None.

    >>> dig({"a": [{"b": 1}]}, "a", 0, "b"), dig({"a": 1}, "a", "b")
    (1, None)
    """
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def text(value: Any, longest: int = _LONGEST) -> str:
    """A text or whole number as tidied text; empty for everything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else ""
    return tidy(value[:longest])


def join_url(base: str, told: str) -> str:
    """Where an address leads from a page; the page's own where nothing is told, or nothing that is an address."""
    try:
        joined = urljoin(base, told)
        urlsplit(joined)
    except ValueError:
        return base
    return joined


def texts(values: Any) -> tuple[str, ...]:
    """The texts of a list, each once."""
    return tuple(dict.fromkeys(t for t in map(text, items(values)) if t))


def items(value: Any) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [item for item in items(value) if isinstance(item, dict)]


def whole(value: Any) -> int | None:
    """A whole number, also one written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 16:
        return int(value)
    return None


def moment(value: Any) -> datetime | None:
    """A point in time in UTC: ISO 8601, RFC 822, or epoch in seconds or milliseconds. None for what is none.

    A time without a zone is taken as UTC.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(value)
    raw = text(value, 80)
    if not raw:
        return None
    raw = raw.removesuffix(" UTC")
    for parse in (_iso, parsedate_to_datetime):
        try:
            found = parse(raw)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        try:
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (OverflowError, ValueError):
            return None
    return None


def _epoch(value: float) -> datetime | None:
    """Seconds or, where they are too many, milliseconds since 1970."""
    if abs(value) > 1e17:
        return None
    seconds = value / 1000 if abs(value) > 1e11 else value
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (OverflowError, OSError, ValueError):
        return None


def _iso(raw: str) -> datetime:
    return datetime.fromisoformat(raw)


def day(value: Any, today: date | None = None) -> date | None:
    """A day: of a point in time, ISO or Chinese style, or in words counted back from `today`.

    >>> day("2026-07-16T11:55:32-04:00"), day("Posted 3 Days Ago", date(2026, 11, 22)), day("昨天", date(2026, 11, 22))
    (datetime.date(2026, 7, 16), datetime.date(2026, 11, 19), datetime.date(2026, 11, 21))
    """
    raw = text(value, 80)
    match = _ISO.match(raw.replace("年", "-").replace("月", "-").replace("日", "")) if raw else None
    if match:
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None
    if today is not None and raw and not isinstance(value, int | float):
        back = _days_back(raw.lower())
        if back is not None and back < today.toordinal():
            return today - timedelta(days=back)
    found = moment(value)
    return found.date() if found else None


def _days_back(words: str) -> int | None:
    """Days a phrase lies back; None for no such phrase and for an open end ("30+ days ago")."""
    for name, days in _NAMED_DAYS.items():
        if name in words:
            return days
    match = _AGO.search(words)
    if match is None or "+" in match.group():
        return None
    return int(match[1]) * _AGO_DAYS[match[2]]

"""When to ask again, and how long to wait before."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AGAIN = frozenset({429, 502, 503, 504})
LONGEST_RETRY_AFTER = 30.0
_FIRST, _LONGEST = 1.0, 20.0


def backoff(attempt: int) -> float:
    """Seconds to wait after a failed attempt (0, 1, …): full jitter below an exponential bound.

    Source: Exponential Backoff and Jitter, AWS Architecture Blog, 2015.
    """
    return random.uniform(0.0, min(_LONGEST, _FIRST * 2.0**attempt))


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds a `Retry-After` header asks for (number or HTTP date, RFC 9110 10.2.3), or None where it asks nothing.

    >>> retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
    120.0
    """
    header = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", header):
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return max(0.0, (until - now).total_seconds())

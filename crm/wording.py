"""Reasons in words: values, ages, sources, as a person would say them."""

from __future__ import annotations

from datetime import datetime

from accounts.golden import GoldenValue


def days_between(then: datetime | None, now: datetime) -> int | None:
    """Whole days from then to now, 0 for a clock that runs ahead of ours, None where unknown."""
    return None if then is None else max(0, (now - then).days)


def age(days: int | None) -> str:
    """An age in words.

    >>> age(1), age(400), age(None)
    ('1 day old', '400 days old', 'of unknown age')
    """
    if days is None:
        return "of unknown age"
    return f"{days} day{'' if days == 1 else 's'} old"


def ago(days: int | None) -> str:
    """How long ago something happened, in words.

    >>> ago(0), ago(1), ago(9), ago(None)
    ('today', '1 day ago', '9 days ago', 'at an unknown time')
    """
    if days is None:
        return "at an unknown time"
    return "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} ago"


def quoted(text: str | None, limit: int = 80) -> str:
    """A value in quotes, cut to a readable length; `blank` where there is none."""
    if text is None:
        return "blank"
    return f"“{text}”" if len(text) <= limit else f"“{text[: limit - 1]}…”"


def evidence(golden: GoldenValue, value: str, now: datetime) -> str:
    """The evidence in words: value, sources, age, confidence."""
    sources = " and ".join(golden.sources) or "an unnamed source"
    seen = age(days_between(golden.observed_at, now))
    return f"{quoted(value)} from {sources} ({seen}, confidence {golden.confidence:.2f})"

"""Happenings beside the twelve event classes that make fields doubtful: a move, a new name, a closure, a delisting."""

from __future__ import annotations

import re
from functools import cache

from accounts.observation import SignalStatus
from intelligence.events.classify import Event
from intelligence.events.status import reason
from intelligence.events.text import Text, read
from intelligence.tables import data

CLASSES = ("relocation", "renaming", "closure", "delisting")
#: A pattern found in the headline, and one found further down.
_IN_HEAD, _IN_BODY = 0.85, 0.6


def happenings(raw: str) -> tuple[Event, ...]:
    """The happenings told in a text, plain or HTML, English or Chinese; none for an empty one."""
    text = read(raw)
    found = []
    for name in CLASSES:
        match = _first(text, name)
        if match is None:
            continue
        status, words = _status(text, name, match)
        because = [f"words “{match.group().strip()}”", *([f"{status.value}: “{words}”"] if words else [])]
        sure = _IN_HEAD if match.start() < text.head else _IN_BODY
        found.append(Event(name, status, sure, {}, tuple(because)))
    return tuple(event for event in found if event.status is not SignalStatus.RUMOURED)


def _status(text: Text, name: str, match: re.Match[str]) -> tuple[SignalStatus, str]:
    """The status; what makes a plan must stand before the happening ("to move", not "moved to")."""
    status, words = reason(text, name, match.start())
    if (
        status is SignalStatus.PLANNED
        and words not in text.folded[text.clause(match.start())[0] : match.start()]
    ):
        return SignalStatus.ASSERTED, ""
    return status, words


def _first(text: Text, name: str) -> re.Match[str] | None:
    matches = [m for pattern in _patterns(text.lang, name) if (m := pattern.search(text.folded))]
    return min(matches, key=lambda match: match.start(), default=None)


@cache
def _patterns(lang: str, name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in data("happenings")[lang][name])

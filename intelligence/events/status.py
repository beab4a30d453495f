"""How far an event has happened: asserted, planned, rumoured, denied, cancelled or stale (patterns in `status.yml`)."""

from __future__ import annotations

import re
from functools import cache

from accounts.observation import SignalStatus
from intelligence.events.rules import load
from intelligence.events.text import Text

# Judged in this order: a denied rumour is denied, a cancelled plan cancelled.
_ORDER = (
    SignalStatus.DENIED, SignalStatus.CANCELLED, SignalStatus.STALE, SignalStatus.RUMOURED, SignalStatus.PLANNED,
)  # fmt: skip
# These turn the whole sentence; a plan or a rumour only colours its own clause.
_WHOLE_SENTENCE = {SignalStatus.DENIED, SignalStatus.CANCELLED, SignalStatus.STALE, SignalStatus.RUMOURED}
STANDS = frozenset({SignalStatus.ASSERTED, SignalStatus.PLANNED, SignalStatus.RUMOURED})


def clause_status(text: Text, at: int) -> SignalStatus:
    """The status of the event whose trigger stands at `at`."""
    return reason(text, at)[0]


def reason(text: Text, at: int) -> tuple[SignalStatus, str]:
    """The status of the event told at `at`, and the words that say so ("" when it is simply asserted)."""
    spans = {True: text.sentence(at), False: text.clause(at)}
    for status in _ORDER:
        start, end = spans[status in _WHOLE_SENTENCE]
        for pattern in _patterns(text.lang, status):
            found = pattern.search(text.folded, start, end)
            if found:
                return status, found.group().strip()
    return SignalStatus.ASSERTED, ""


@cache
def _patterns(lang: str, status: SignalStatus) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in load("status.yml")[lang][status.value])

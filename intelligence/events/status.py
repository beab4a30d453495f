"""How far an event has happened: asserted, planned, rumoured, denied, cancelled or stale (patterns in `status.yml`)."""

from __future__ import annotations

import re
from functools import cache

from accounts.observation import SignalStatus
from intelligence.events.rules import load
from intelligence.events.text import Text

# Judged in this order: a denied rumour is denied, a cancelled plan cancelled.
ORDER = (
    SignalStatus.DENIED, SignalStatus.CANCELLED, SignalStatus.STALE, SignalStatus.RUMOURED, SignalStatus.PLANNED,
    SignalStatus.ASSERTED,
)  # fmt: skip
STANDS = frozenset({SignalStatus.ASSERTED, SignalStatus.PLANNED, SignalStatus.RUMOURED})


def clause_status(text: Text, about: str, at: int) -> SignalStatus:
    """The status of the event of class `about` whose trigger stands at `at`."""
    return reason(text, about, at)[0]


def reason(text: Text, about: str, at: int) -> tuple[SignalStatus, str]:
    """The status of the event told at `at`, and the words that say so ("" when it is simply asserted).

    A denial, a cancellation, a rumour or an old date colours the whole sentence, a plan its own clause.
    """
    sentence, clause = text.sentence(at), text.clause(at)
    for status in ORDER[:-1]:
        narrow = status is SignalStatus.PLANNED or (status is SignalStatus.DENIED and about in _clause_only())
        for pattern in _patterns(text.lang, status):
            found = pattern.search(text.folded, *(clause if narrow else sentence))
            if found and (
                status is not SignalStatus.CANCELLED or _cancellable(text.lang, about).search(found.group())
            ):
                return status, found.group().strip()
    return SignalStatus.ASSERTED, ""


@cache
def _patterns(lang: str, status: SignalStatus) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in load("status.yml")[lang][status.value])


@cache
def _cancellable(lang: str, about: str) -> re.Pattern[str]:
    word = r"\b(?:{})\b" if lang == "en" else "(?:{})"
    return re.compile(word.format(load("status.yml")["cancellable"][lang][about]))


@cache
def _clause_only() -> frozenset[str]:
    return frozenset(load("status.yml")["denial_in_clause"])

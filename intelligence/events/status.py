"""How far an event has happened: asserted, planned, rumoured, denied, cancelled or stale (patterns in `status.yml`)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

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


@lru_cache(maxsize=1024)
def reason(text: Text, about: str, at: int) -> tuple[SignalStatus, str]:
    """The status of the event told at `at`, and the words that say so ("" when it is simply asserted).

    A denial, a cancellation, a rumour or an old date colours the whole sentence, a plan its own clause.
    """
    sentence, clause = text.sentence(at), text.clause(at)
    for status in ORDER[:-1]:
        narrow = status is SignalStatus.PLANNED or (status is SignalStatus.DENIED and about in _clause_only())
        if status is SignalStatus.CANCELLED:
            words = _cancelled(text, about, sentence)
        else:
            words = _said(text, status, clause if narrow else sentence)
        if words:
            return status, words
    return SignalStatus.ASSERTED, ""


def _said(text: Text, status: SignalStatus, span: tuple[int, int]) -> str:
    """The words of the span that give this status; "" when none does."""
    for pattern in _patterns(text.lang, status.value):
        if found := pattern.search(text.folded, *span):
            return found.group().strip()
    return ""


def _cancelled(text: Text, about: str, sentence: tuple[int, int]) -> str:
    """The words that cancel something of this class, with what they cancel; "" when nothing of it is off."""
    start, end = sentence
    folded, thing = text.folded, _cancellable(text.lang, about)
    for name, ahead in (("cancelled", True), ("called_off", False)):
        for pattern in _patterns(text.lang, name):
            for found in pattern.finditer(folded, start, end):
                reach = _reach(
                    text.lang, folded[found.end() : end] if ahead else folded[start : found.start()], ahead
                )
                if thing.search(reach):
                    return f"{found.group()}{reach}".strip() if ahead else f"{reach}{found.group()}".strip()
    return ""


def _reach(lang: str, beside: str, ahead: bool) -> str:
    """What stands close enough, on that side, to be what is cancelled."""
    near = (
        (beside[:70] if ahead else beside[-70:]) if lang == "en" else (beside[:20] if ahead else beside[-20:])
    )
    pieces = _BORDER.split(near) if lang == "zh" else [near]
    return pieces[0] if ahead else pieces[-1]


_BORDER = re.compile("[，。；,;]")


@cache
def _patterns(lang: str, name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in load("status.yml")[lang][name])


@cache
def _cancellable(lang: str, about: str) -> re.Pattern[str]:
    word = r"\b(?:{})\b" if lang == "en" else "(?:{})"
    return re.compile(word.format(load("status.yml")["cancellable"][lang][about]))


@cache
def _clause_only() -> frozenset[str]:
    return frozenset(load("status.yml")["denial_in_clause"])

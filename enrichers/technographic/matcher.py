"""Many patterns against one text: a prefilter names the candidates, `re` decides.

Whether a pattern matches, and what its groups hold, is always `re`'s answer, so results do not depend on what is
installed. A pattern whose worst case is too costly for that is refused when the set is read, and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from enrichers.technographic.pattern import MAX_COST, Pattern
from enrichers.technographic.prefilter import (
    HyperscanPrefilter,
    LiteralPrefilter,
    Prefilter,
    fastest_prefilter,
)
from enrichers.technographic.store import Store

CHUNK_STEPS = 20_000_000.0
CHUNK_LEAST = 1_024
CHUNK_MOST = 262_144
OVERLAP = 1_024
"""Patterns are searched in pieces of a text, so that a page's budget can stop between two of them; neighbours
share `OVERLAP` characters. Only a text longer than a piece is cut."""


@dataclass(slots=True)
class Budget:
    """Seconds of matching one page may cost; `spent` is true once they are used up."""

    seconds: float
    deadline: float = 0.0
    spent: bool = False

    def __post_init__(self) -> None:
        self.deadline = perf_counter() + self.seconds

    def over(self) -> bool:
        """True when matching must stop."""
        self.spent = self.spent or perf_counter() > self.deadline
        return self.spent


class TextMatcher:
    """All patterns written for one part of a page. Patterns too costly for `re` are left out and listed in `refused`."""

    def __init__(
        self,
        entries: Sequence[tuple[int, Pattern]],
        store: Store | None = None,
        prefilter: type[LiteralPrefilter] | type[HyperscanPrefilter] | None = None,
    ) -> None:
        store = store or Store(None)
        analyses = store.analyses([pattern for _, pattern in entries])
        self.refused = [
            entry for entry, analysis in zip(entries, analyses, strict=True) if analysis.cost > MAX_COST
        ]
        kept = [
            (entry, analysis)
            for entry, analysis in zip(entries, analyses, strict=True)
            if analysis.cost <= MAX_COST
        ]
        self._entries = [entry for entry, _ in kept]
        self._pieces = [
            int(min(CHUNK_MOST, max(CHUNK_LEAST, CHUNK_STEPS / analysis.cost))) for _, analysis in kept
        ]
        patterns = [pattern for _, pattern in self._entries]
        self._prefilter: Prefilter = (prefilter or fastest_prefilter())(
            patterns, [analysis for _, analysis in kept], store
        )

    def search(self, texts: Sequence[str], budget: Budget) -> Iterator[tuple[int, Pattern, re.Match[str]]]:
        """Owner, pattern and first match of every pattern that matches one of the texts."""
        if not self._entries or not texts:
            return
        for n in self._prefilter.candidates("\n".join(texts) if len(texts) > 1 else texts[0]):
            owner, pattern = self._entries[n]
            for text in texts:
                match = _search(pattern.regex, text, self._pieces[n], budget)
                if match:
                    yield owner, pattern, match
                    break
            if budget.over():
                return


def _search(regex: re.Pattern[str], text: str, piece: int, budget: Budget) -> re.Match[str] | None:
    if len(text) <= piece:
        return regex.search(text)
    for start in range(0, len(text), piece):
        match = regex.search(text, start, start + piece + OVERLAP)
        if match or budget.over():
            return match
    return None

"""Finds texts that tell the same story: near-duplicates of one company within a few days.

Two texts are near-duplicates when the sets of their 4-character shingles overlap by half (Jaccard ≥ 0.5), computed exactly.
The candidate step loses none of them: with shingles ordered from rare to frequent, two sets of that likeness must share one
of their first `len - ceil(likeness × len) + 1` shingles (prefix filter; Chaudhuri, Ganti and Kaushik, ICDE 2006).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

ALIKE = 0.5
WINDOW_DAYS = 7
SHINGLE = 4
# A news text is told apart by its beginning; what follows costs time alone.
READ_AT_MOST = 4_000

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Telling:
    """One text about a company on a day. Where company or day is unknown (None), they keep nobody apart."""

    text: str
    company: str | None = None
    told_on: date | None = None


def shingles(text: str, size: int = SHINGLE) -> set[str]:
    """All runs of `size` characters of the lower-cased text, white space as one blank; a shorter text is its own shingle."""
    plain = _SPACE.sub(" ", text[:READ_AT_MOST]).strip().lower()
    if not plain:
        return set()
    return {plain[at : at + size] for at in range(max(len(plain) - size, 0) + 1)}


def duplicate_pairs(
    tellings: Sequence[Telling], *, alike: float = ALIKE, window_days: int = WINDOW_DAYS
) -> Iterator[tuple[int, int, float]]:
    """Every pair (earlier index first) of near-duplicates of one company within the window, with its likeness.

    `alike` is above 0 and at most 1. A text without shingles is like none.
    """
    if not 0 < alike <= 1:
        raise ValueError("Likeness is a share above 0 and at most 1.")
    sets = [shingles(telling.text) for telling in tellings]
    frequency = Counter(piece for mine in sets for piece in mine)
    holders: dict[str, list[int]] = defaultdict(list)
    for number, mine in enumerate(sets):
        candidates: set[int] = set()
        for piece in _prefix(mine, frequency, alike):
            candidates.update(holders[piece])
            holders[piece].append(number)
        for other in sorted(candidates):
            if _apart(tellings[other], tellings[number], window_days):
                continue
            likeness = _jaccard(sets[other], mine, alike)
            if likeness >= alike:
                yield other, number, likeness


def story_groups(
    tellings: Sequence[Telling], *, alike: float = ALIKE, window_days: int = WINDOW_DAYS
) -> list[tuple[int, ...]]:
    """The tellings as stories: groups of indices, each tied to the next by a near-duplicate; first told, first listed."""
    parent = list(range(len(tellings)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for first, second, _ in duplicate_pairs(tellings, alike=alike, window_days=window_days):
        high, low = sorted((root(first), root(second)), reverse=True)
        parent[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(len(tellings)):
        groups[root(number)].append(number)
    return [tuple(members) for members in groups.values()]


def _prefix(mine: set[str], frequency: Counter[str], alike: float) -> list[str]:
    ordered = sorted(mine, key=lambda piece: (frequency[piece], piece))
    return ordered[: len(ordered) - math.ceil(alike * len(ordered)) + 1]


def _apart(one: Telling, other: Telling, window_days: int) -> bool:
    if one.company is not None and other.company is not None and one.company != other.company:
        return True
    return bool(one.told_on and other.told_on and abs((one.told_on - other.told_on).days) > window_days)


def _jaccard(one: set[str], other: set[str], alike: float) -> float:
    small, large = sorted((len(one), len(other)))
    if small < alike * large:
        return 0.0
    shared = len(one & other)
    return shared / (small + large - shared)

"""Likely pairs of rows made into groups: surest first, and never past a contradiction that nobody weighed.

A row that tells no place is like its namesakes in two cities, and each of the two links looks good alone. So what a row
could be is weighed against what else it could be, and two groups that name different places or forms are made one only by a
pair of rows that was found likely in spite of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.candidates import Candidates
from matchers.columns import Bits, Floats, Ints, NameColumns

SAME = 0.5
"""Probability from which two rows are one company."""

_BRIDGE = 0.95
"""A weaker link never joins two groups: chains of half-likely pairs are how one cluster swallows a table."""

_CHAIN = 3
"""Rows of a group up to which it is no chain."""

_RIVALS = 4
"""The likeliest companions of a row that are weighed against each other."""

Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Stamps:
    """What each row says of itself that another of the same company would not deny: its place and its legal forms, 0 for unsaid."""

    places: Ints
    forms: Bits

    @classmethod
    def of(cls, columns: NameColumns, places: Ints) -> Stamps:
        """The stamps of a table's rows."""
        forms = np.zeros(len(places), np.uint64)
        forms[columns.is_han] = columns.han.forms
        forms[~columns.is_han & (columns.place >= 0)] = columns.latin.forms
        return cls(places, forms)

    def deny(self, a: Ints, b: Ints, formed: Flags | bool = True) -> Flags:
        """Whether rows contradict each other: two places, or (where `formed`) two legal forms."""
        ours, theirs = self.places[a], self.places[b]
        here, there = self.forms[a], self.forms[b]
        forms = (here & there == 0) & (here != 0) & (there != 0)
        return np.asarray(((ours != theirs) & (ours != 0) & (theirs != 0)) | (forms & formed))


class Forest:
    """Disjoint sets with path halving."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, at: int) -> int:
        """The row that stands for a row's group: the first of it."""
        parent = self._parent
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    def join(self, a: int, b: int) -> None:
        """Makes two groups one."""
        a, b = self.root(a), self.root(b)
        if a != b:
            self._parent[max(a, b)] = min(a, b)


def against_rivals(pairs: Candidates, chances: Floats, stamps: Stamps) -> Floats:
    """The same probabilities, lower where a row is as like another that contradicts the one: it cannot be both.

    Odds are shared out among a row's likeliest companions that are no likely pair themselves and sit in different places,
    or have different forms where the row tells none. Of a pair's two rows the one with more to choose from counts.
    """
    likely = np.flatnonzero(chances >= SAME)
    row = np.concatenate([pairs.left[likely], pairs.right[likely]])
    other = np.concatenate([pairs.right[likely], pairs.left[likely]])
    pair, odds = np.concatenate([likely, likely]), chances[likely] / (1.0 - chances[likely])
    odds = np.concatenate([odds, odds])
    order = np.lexsort((-odds, row))
    row, other, pair, odds = row[order], other[order], pair[order], odds[order]
    starts = (
        np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]])) if len(row) else np.zeros(0, np.int64)
    )
    sizes = np.diff(np.concatenate([starts, [len(row)]]))
    places = np.minimum(starts[sizes > 1, None] + np.arange(_RIVALS), (starts + sizes)[sizes > 1, None] - 1)
    held = np.arange(_RIVALS) < sizes[sizes > 1, None]
    left, right = other[places][:, :, None], other[places][:, None, :]
    known = np.sort(pairs.left[likely] << 32 | pairs.right[likely])
    asked = np.minimum(left, right) << 32 | np.maximum(left, right)
    linked = (
        known[np.minimum(np.searchsorted(known, asked), len(known) - 1)] == asked if len(known) else asked > 0
    )
    silent = stamps.forms[row[places[:, :1, None]]] == 0
    rivals = stamps.deny(left, right, silent) & ~linked & held[:, :, None] & held[:, None, :]
    against = (rivals * odds[places][:, None, :]).sum(axis=2)
    found = chances.copy()
    np.minimum.at(found, pair[places[held]], (odds[places] / (1.0 + odds[places] + against))[held])
    return found


class _Groups(Forest):
    """Groups that know which forms and places their rows name."""

    def __init__(self, stamps: Stamps) -> None:
        super().__init__(len(stamps.places))
        self._forms: list[int] = stamps.forms.tolist()
        self._place: list[int] = stamps.places.tolist()
        self._places: dict[int, set[int]] = {}
        self.sizes = [1] * len(self._place)

    def places(self, root: int) -> set[int]:
        """The places a group's rows name."""
        found = self._places.get(root)
        return found if found is not None else {self._place[root]} - {0}

    def deny(self, a: int, b: int) -> bool:
        """Whether no place, or no form, of one group is one of the other, where both name any."""
        ours, theirs = self._forms[a], self._forms[b]
        if ours and theirs and not ours & theirs:
            return True
        here, there = self.places(a), self.places(b)
        return bool(here and there) and here.isdisjoint(there)

    def merge(self, a: int, b: int) -> None:
        """Makes the groups of two roots one."""
        small, large = sorted((self.places(a), self.places(b)), key=len)
        self._forms[min(a, b)] = self._forms[a] | self._forms[b]
        self.sizes[min(a, b)] = self.sizes[a] + self.sizes[b]
        self.join(a, b)
        large |= small
        self._places[min(a, b)] = large


def group(
    pairs: Candidates, chances: Floats, stamps: Stamps, unlike: Callable[[int, int], bool]
) -> tuple[Forest, list[float]]:
    """Joins pairs from the surest down to even odds; a row's probability is that of its surest link, 1 alone.

    Where a chain of more than three rows would come of it, the first rows of both groups must not be `unlike`.
    """
    groups, sure, linked = _Groups(stamps), [1.0] * len(stamps.places), [False] * len(stamps.places)
    likely = np.flatnonzero(chances >= SAME)
    order = likely[np.argsort(-chances[likely], kind="stable")]
    said = stamps.deny(pairs.left[order], pairs.right[order])
    asked: dict[tuple[int, int], bool] = {}
    for chance, i, j, weighed in zip(
        chances[order].tolist(), pairs.left[order].tolist(), pairs.right[order].tolist(), said.tolist(), strict=True
    ):  # fmt: skip
        a, b = groups.root(i), groups.root(j)
        if a != b:
            if chance < _BRIDGE and linked[i] and linked[j]:
                continue
            if not weighed and groups.deny(a, b):
                continue
            if groups.sizes[a] + groups.sizes[b] > _CHAIN and {a, b} != {i, j}:
                if (a, b) not in asked:
                    asked[a, b] = unlike(a, b)
                if asked[a, b]:
                    continue
            groups.merge(a, b)
        for row in (i, j):
            if not linked[row]:
                linked[row], sure[row] = True, round(chance, 4)
    return groups, sure

"""Posting lists in arrays: for every key the rows that have it, ascending; what is added later lies beside until packed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int32]
_EMPTY = np.zeros(0, np.int32)


class Postings:
    """Rows by key. Keys are strings, kept as their hash of this process; twelve bytes an entry once packed."""

    def __init__(self) -> None:
        self._keys = np.zeros(0, np.int64)
        self._starts = np.zeros(1, np.int64)
        self._rows = _EMPTY
        self._added: dict[int, list[int]] = {}
        self._waiting: list[tuple[NDArray[np.int64], Rows]] = []

    def extend(self, row: int, keys: Sequence[Sequence[str]]) -> None:
        """Adds the keys of many rows, the first of them `row`; `pack` before they are looked up."""
        counts = np.fromiter(map(len, keys), np.int64, len(keys))
        flat = np.fromiter((hash(key) for said in keys for key in said), np.int64, int(counts.sum()))
        self._waiting.append((flat, np.repeat(np.arange(row, row + len(keys), dtype=np.int32), counts)))

    def add(self, row: int, keys: Sequence[str]) -> None:
        """Adds one row's keys, found at once; `row` is above all others."""
        for key in keys:
            self._added.setdefault(hash(key), []).append(row)

    def pack(self) -> None:
        """Sorts what was extended into the arrays."""
        if not self._waiting:
            return
        kept = np.repeat(self._keys, np.diff(self._starts))
        keys = np.concatenate([kept, *(k for k, _ in self._waiting)])
        rows = np.concatenate([self._rows, *(r for _, r in self._waiting)])
        self._waiting.clear()
        order = np.lexsort((rows, keys))
        keys, self._rows = keys[order], rows[order]
        first = (
            np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
            if len(keys)
            else np.zeros(0, np.int64)
        )
        self._keys = keys[first]
        self._starts = np.concatenate([first, [len(keys)]])

    def rows(self, key: str) -> Rows:
        """The rows of a key, ascending."""
        code = hash(key)
        at = int(np.searchsorted(self._keys, code))
        found = _EMPTY
        if at < len(self._keys) and self._keys[at] == code:
            found = self._rows[self._starts[at] : self._starts[at + 1]]
        more = self._added.get(code)
        return np.concatenate([found, np.array(more, np.int32)]) if more else found


def inside(rows: Rows, posting: Rows) -> NDArray[np.bool_]:
    """For each of some rows whether a posting list has it; quick for few rows and a long list."""
    if not len(posting):
        return np.zeros(len(rows), np.bool_)
    at = np.minimum(np.searchsorted(posting, rows), len(posting) - 1)
    return np.asarray(posting[at] == rows)

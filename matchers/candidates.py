"""Which pairs of one table are worth weighing: rows that share a key, capped by how many share it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.columns import Bits, Floats, Ints
from matchers.keys import ANYWHERE, COMMON, KINDS, WEAK, Keys, mixed

BLOCK, WEAK_BLOCK = 24, 8
"""Rows that share a key, or a weak one, and are all compared with each other; where there are more, the key is narrowed."""

NEIGHBOURS = 2
"""Rows before and behind, in order of spelling, that are compared in a block which stays too large."""


@dataclass(slots=True)
class Candidates:
    """Pairs of rows, left below right; `kinds` has a bit for every kind of key (position in `KINDS`) they share."""

    left: Ints
    right: Ints
    kinds: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.left)

    def some(self, kept: NDArray[np.bool_] | Ints) -> Candidates:
        """These pairs only."""
        return Candidates(self.left[kept], self.right[kept], self.kinds[kept])


def candidates(keys: Keys, narrower: Bits, place: Floats, size: int) -> Candidates:
    """The pairs that share a key.

    `narrower` is a number a row (its city) by which a block too large is cut; `place` is the row's place in order
    of spelling, by which neighbours are found in one that stays too large. Time grows with the number of keys, never
    with the square of a block.
    """
    codes: list[Bits] = []
    kinds: list[NDArray[np.uint32]] = []
    for left, right, kind in _proposals(keys, narrower, place):
        low, high = np.minimum(left, right), np.maximum(left, right)
        codes.append((low * size + high).astype(np.uint64))
        kinds.append(kind)
    if not any(map(len, codes)):
        none = np.zeros(0, np.int64)
        return Candidates(none, none, np.zeros(0, np.uint32))
    code, kind = np.concatenate(codes), np.concatenate(kinds)
    order = np.argsort(code, kind="stable")
    code, bit = code[order], kind[order]
    starts = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]]))
    found = code[starts].astype(np.int64)
    left, right = found // size, found % size
    every = Candidates(left, right, np.bitwise_or.reduceat(bit, starts))
    return every.some(left != right)


def _proposals(keys: Keys, narrower: Bits, place: Floats) -> Iterator[tuple[Ints, Ints, NDArray[np.uint32]]]:
    most = np.array([WEAK_BLOCK if kind in WEAK else BLOCK for kind in KINDS])
    order = np.lexsort((place[keys.row], keys.key))
    row, kind, key = keys.row[order], keys.kind[order], keys.key[order]
    size = _block_sizes(key)
    shared = size > 1
    row, kind, key, size = row[shared], kind[shared], key[shared], size[shared]
    anywhere = np.array([0 if k == "trade and city" else ANYWHERE for k in KINDS], np.uint32)[kind]
    bit, reach = (np.uint32(1) << kind.astype(np.uint32)) | anywhere, most[kind]
    small = size <= reach
    yield from _near(row[small], bit[small], key[small], BLOCK)
    large = ~small & np.array([k not in COMMON for k in KINDS])[kind]
    row, bit, key, reach = row[large], bit[large], key[large], reach[large]
    if not len(row):
        return
    yield from _near(row, bit, key, NEIGHBOURS)
    known = narrower[row] != 0
    narrow = mixed(key[known], narrower[row[known]])
    row, bit, reach = row[known], bit[known] & ~ANYWHERE, reach[known]
    order = np.lexsort((place[row], narrow))
    row, bit, reach, narrow = row[order], bit[order], reach[order], narrow[order]
    size = _block_sizes(narrow)
    few = (size > 1) & (size <= reach)
    yield from _near(row[few], bit[few], narrow[few], BLOCK)
    yield from _near(row[~few], bit[~few], narrow[~few], NEIGHBOURS)


def _block_sizes(key: Bits) -> Ints:
    """For each of the sorted keys how many are equal to it."""
    if not len(key):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    lengths = np.diff(np.concatenate([starts, [len(key)]]))
    return np.repeat(lengths, lengths)


def _near(
    row: Ints, bit: NDArray[np.uint32], key: Bits, reach: int
) -> Iterator[tuple[Ints, Ints, NDArray[np.uint32]]]:
    """Rows of one key that stand at most `reach` places apart."""
    for step in range(1, min(reach, len(row)) + 1):
        same = np.flatnonzero(key[step:] == key[:-step])
        if not len(same):
            return
        yield row[same], row[same + step], bit[same] | bit[same + step]

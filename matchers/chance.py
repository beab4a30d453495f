"""How many of the pairs that look alike do so by chance: told by how many of them sit in different places.

Two strangers with one name sit in one city as rarely as any two companies; one company written twice sits there nearly
always. So where a kind of likeness is found across cities as often as strangers would be, it proves nothing in this table,
and the more rows a table has the more such twins it has. Needs no labels; where no places are told it says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist

from matchers.columns import Bits, Floats, HanColumns, Ints, LatinColumns, NameColumns

Flags = NDArray[np.bool_]

_SAME_PLACE, _SURE, _MOST = 0.95, 0.9, 0.99
"""How often one company's rows name one place, where both name any: at least, and at most; learnt from kinds above the second."""

NAMESAKES = 0.1
"""How much rarer two strangers of one and the same name sit in one place than others do: a register does not enter a name
beside another from which it differs in nothing but the legal form (企业名称登记管理规定 § 17; Delaware Code, title 8 § 102)."""

_NAMED = 1 << 9
"""Likeness from which two names are one: the same core, or the same body."""

_FEW = 40
"""Pairs below which a kind of likeness tells nothing about chance."""

_UNHEARD = 0.8
"""Share of matches among pairs of a kind not met before: without knowledge only different places speak against them."""

_LEAN = 10
"""Pairs of its own that weigh as much with a kind as what the coarser kind says."""

_FEW_EDITS = 3
"""Letters put in or left out up to which spellings are told apart by their number, and by their share of the name above."""


def kinds_of(columns: NameColumns, rows: Ints, left: Ints, right: Ints) -> Ints:
    """What kind of likeness each pair has (3 × pairs, finest first), as numbers that say nothing of the place; -1 where scripts differ.

    `rows` tells for how many equal rows each row stands. Names with one core, body or brand are told by how many rows share it; others by how near they are in spelling; all by
    whether what is rarest in them is the same, how long it is, their initials, and their legal forms. Coarser kinds leave out the length,
    the coarsest the forms as well.
    """
    kinds = np.full((3, len(left)), -1, np.int64)
    a, b = columns.place[left], columns.place[right]
    latin = np.flatnonzero(~columns.is_han[left] & ~columns.is_han[right] & (a >= 0) & (b >= 0))
    if len(latin):
        kinds[:, latin] = _latin_kinds(
            columns.latin, rows[~columns.is_han & (columns.place >= 0)], a[latin], b[latin]
        )
    han = np.flatnonzero(columns.is_han[left] & columns.is_han[right])
    if len(han):
        kinds[:, han] = _han_kinds(columns.han, rows[columns.is_han], a[han], b[han]) + (1 << 20)
    return kinds


def _latin_kinds(names: LatinColumns, rows: Ints, i: Ints, j: Ints) -> Ints:
    every, place = np.arange(len(names.words)), names.rarity.argmax(axis=1)
    rarest, sizes = names.words[every, place], names.sizes[every, place]
    near = _near([names.joined[n] for n in i.tolist()], [names.joined[n] for n in j.tolist()], 20)
    near = np.where(names.core[i] == names.core[j], _NAMED + _times(names.core, rows)[i], near)
    met = 2 * (rarest[i] == rarest[j]) + (names.first[i] == names.first[j]).all(axis=1)
    return _levels(near + (met << 6), names.forms[i], names.forms[j], np.minimum(sizes[i], sizes[j]))


def _han_kinds(names: HanColumns, rows: Ints, i: Ints, j: Ints) -> Ints:
    near = _near([names.body[n] for n in i.tolist()], [names.body[n] for n in j.tolist()], 10)
    body, brand = names.body_id[i] == names.body_id[j], names.brand_id[i] == names.brand_id[j]
    shared = np.where(body, _NAMED + _times(names.body_id, rows)[i], 60 + _times(names.brand_id, rows)[i])
    size = np.minimum(names.brand_size[i], names.brand_size[j])
    return _levels(np.where(body | brand, shared, near), names.forms[i], names.forms[j], size)


def are_namesakes(kinds: Ints) -> Flags:
    """Whether the pairs of these kinds have one name, whatever its form."""
    return np.asarray((kinds[2] >= 0) & (kinds[2] & _NAMED != 0))


def _levels(near: Ints, ours: Bits, theirs: Bits, size: Ints) -> Ints:
    """A kind with forms and length, one with forms, and one with neither."""
    other = (ours > 0) & (theirs > 0) & ((ours & theirs) == 0)
    formed = near * 3 + np.where(ours == theirs, 2, other)
    return np.stack([formed * 16 + np.clip(size, 0, 12), formed, near])


def _near(ours: list[str], theirs: list[str], steps: int) -> Ints:
    """How near spellings are: 20–23 for as few edits as can be counted, else their likeness in `steps`."""
    edits = np.asarray(cpdist(ours, theirs, scorer=Indel.distance, dtype=np.int64))
    sizes = np.fromiter(map(len, ours), np.int64, len(ours)) + np.fromiter(
        map(len, theirs), np.int64, len(ours)
    )
    share = np.floor((1.0 - edits / np.maximum(sizes, 1)) * steps).astype(np.int64)
    return np.where(edits <= _FEW_EDITS, 24 + edits, share)


def _times(ids: Ints, rows: Ints) -> Ints:
    """How many rows have each id: 1, 2 and 3 as they are, more by their power of two (up to 18)."""
    _, inverse = np.unique(ids, return_inverse=True)
    counts = np.bincount(inverse, weights=np.minimum(rows, 2))
    return np.where(counts < 4, counts, np.minimum(np.log2(np.maximum(counts, 1)) + 2, 18)).astype(np.int64)[
        inverse
    ]


@dataclass(slots=True)
class Chance:
    """What each kind of likeness is worth in this table, before the place is looked at.

    `levels`, finest first, hold kinds in order, how many pairs of each there are and which share sits in one place;
    `stranger` and `together` are that share among strangers and among rows of one company.
    """

    levels: tuple[tuple[Ints, Ints, Floats], ...]
    pairs: int
    stranger: float
    together: float

    @classmethod
    def of(cls, kinds: Ints, together: Floats, stranger: float) -> Chance:
        """Worth by kind from pairs whose places are known: `together` 1 where both sit in one, as `stranger` of strangers do."""
        levels = tuple(_counted(each, together) for each in kinds)
        _, counts, met = levels[1]
        sure = (met >= _SURE) & (counts >= _FEW)
        pooled = float((met * counts)[sure].sum() / max(counts[sure].sum(), 1))
        return cls(levels, len(together), stranger, min(max(pooled, _SAME_PLACE), _MOST))

    def most(self, kinds: Ints, known: Flags, together: Flags) -> Floats:
        """The most a pair's log-odds can be: by its kind, which leans on the coarser kind the less the more pairs it has.

        Infinite where too few pairs tell anything.
        """
        if self.pairs < _FEW:
            return np.full(len(known), np.inf)
        met = np.full(len(known), self.stranger + _UNHEARD * (self.together - self.stranger))
        for (known_kinds, counts, shares), each in zip(reversed(self.levels), reversed(kinds), strict=True):
            at = np.minimum(np.searchsorted(known_kinds, each), len(known_kinds) - 1)
            count = np.where(known_kinds[at] == each, counts[at], 0)
            met = (count * shares[at] + _LEAN * met) / (count + _LEAN)
        share = np.clip((met - self.stranger) / max(self.together - self.stranger, 0.05), 0.002, 0.998)
        stranger = min(max(self.stranger, 1e-4), 0.9)
        same, other = self.together / stranger, (1 - self.together) / (1 - stranger)
        return np.log(share / (1 - share)) + np.where(
            known, np.where(together, np.log(same), np.log(other)), 0.0
        )


def _counted(kinds: Ints, together: Floats) -> tuple[Ints, Ints, Floats]:
    """Kinds in order, how many pairs of each there are, and which share of them sits in one place."""
    found, inverse, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    met = np.bincount(inverse, weights=together, minlength=len(found)) / np.maximum(counts, 1)
    return found, counts, met


def strangers(places: Ints) -> float:
    """How often two rows that know their place sit in one."""
    known = places[places != 0]
    if len(known) < 2:
        return 1.0
    counts = np.unique(known, return_counts=True)[1] / len(known)
    return float((counts**2).sum())

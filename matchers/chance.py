"""How many of the pairs that look alike do so by chance: told by how many of them sit in different places.

Two strangers with one name sit in one city as rarely as any two companies; one company written twice sits there nearly
always. So where a kind of likeness is found across cities as often as strangers would be, it proves nothing in this table,
and the more rows a table has the more such twins it has. Needs no labels; where no places are told it says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist

from matchers.candidates import Candidates
from matchers.columns import Floats, Ints, NameColumns
from matchers.keys import ANYWHERE

_SAME_PLACE = 0.95
"""How often one company's rows name one place, where both name any."""

_FEW = 40
"""Pairs below which a kind of likeness tells nothing about chance."""



def kinds_of(columns: NameColumns, left: Ints, right: Ints) -> Ints:
    """What kind of likeness each pair has, as a number that says nothing of the place; -1 where scripts differ.

    Names with one core, body or brand are told by how many rows share it; others by how near they are in spelling, how
    long their longest word or their brand is, and whether that is the same.
    """
    kinds = np.full(len(left), -1, np.int64)
    a, b = columns.place[left], columns.place[right]
    latin = np.flatnonzero(~columns.is_han[left] & ~columns.is_han[right] & (a >= 0) & (b >= 0))
    if len(latin):
        kinds[latin] = _latin_kinds(columns, a[latin], b[latin])
    han = np.flatnonzero(columns.is_han[left] & columns.is_han[right])
    if len(han):
        kinds[han] = _han_kinds(columns, a[han], b[han])
    return kinds


def _latin_kinds(columns: NameColumns, i: Ints, j: Ints) -> Ints:
    names = columns.latin
    near = np.floor(alike([names.joined[n] for n in i.tolist()], [names.joined[n] for n in j.tolist()]) * 20)
    sizes = names.sizes.max(axis=1)
    longest = np.clip(np.minimum(sizes[i], sizes[j]), 4, 12)
    rarest = names.words[np.arange(len(names.words)), names.rarity.argmax(axis=1)]
    other_form = (names.forms[i] > 0) & (names.forms[j] > 0) & ((names.forms[i] & names.forms[j]) == 0)
    told = np.where(names.core[i] == names.core[j], 900 + _times(names.core)[i], near * 32 + longest)
    return np.asarray(told * 4 + 2 * (rarest[i] == rarest[j]) + other_form, np.int64)


def _han_kinds(columns: NameColumns, i: Ints, j: Ints) -> Ints:
    names = columns.han
    near = np.floor(alike([names.body[n] for n in i.tolist()], [names.body[n] for n in j.tolist()]) * 10)
    size = np.minimum(np.minimum(names.brand_size[i], names.brand_size[j]), 8)
    body, brand = names.body_id[i] == names.body_id[j], names.brand_id[i] == names.brand_id[j]
    shared = np.where(body, 900 + _times(names.body_id)[i], 950 + _times(names.brand_id)[i])
    return np.asarray(1 << 16 | np.where(body | brand, shared, near * 16 + size).astype(np.int64), np.int64)


def alike(ours: list[str], theirs: list[str]) -> Floats:
    """Likeness of spelling, 0–1, pair by pair."""
    return np.asarray(cpdist(ours, theirs, scorer=Indel.normalized_similarity, dtype=np.float64))


def _times(ids: Ints) -> Ints:
    """How many rows have each id, as its power of two (0–15)."""
    _, inverse, counts = np.unique(ids, return_inverse=True, return_counts=True)
    return np.minimum(np.log2(counts).astype(np.int64), 15)[inverse]


@dataclass(slots=True)
class Chance:
    """What each kind of likeness is worth in this table: `caps`, log-odds before the place is looked at, by kind."""

    caps: dict[int, float]
    same: float
    other: float

    @classmethod
    def of(cls, kinds: Ints, together: Floats, stranger: float) -> Chance:
        """Worth by kind from sampled pairs: `together` 1 where both sit in one place, as `stranger` of strangers do."""
        caps: dict[int, float] = {}
        spread = max(_SAME_PLACE - stranger, 0.05)
        found, inverse, counts = np.unique(kinds, return_inverse=True, return_counts=True)
        met = np.bincount(inverse, weights=together, minlength=len(found)) / np.maximum(counts, 1)
        for kind, count, share in zip(
            found.tolist(), counts.tolist(), (met - stranger) / spread, strict=True
        ):
            if count >= _FEW:
                matches = min(max(share, 0.002), 0.998)
                caps[kind] = float(np.log(matches / (1 - matches)))
        stranger = min(max(stranger, 1e-4), 0.9)
        return cls(
            caps, float(np.log(_SAME_PLACE / stranger)), float(np.log((1 - _SAME_PLACE) / (1 - stranger)))
        )

    def most(self, kinds: Ints, known: Floats, together: Floats) -> Floats:
        """The most a pair's log-odds can be; infinite where nothing is known of its kind."""
        known_kinds = np.array(sorted(self.caps), dtype=np.int64)
        if not len(known_kinds):
            return np.full(len(kinds), np.inf)
        caps = np.array([self.caps[k] for k in known_kinds.tolist()])
        at = np.minimum(np.searchsorted(known_kinds, kinds), len(caps) - 1)
        base = np.where(known_kinds[at] == kinds, caps[at], np.inf)
        return base + np.where(known > 0, np.where(together > 0, self.same, self.other), 0.0)


def strangers(places: Ints) -> float:
    """How often two rows that know their place sit in one."""
    known = places[places != 0]
    if len(known) < 2:
        return 1.0
    counts = np.unique(known, return_counts=True)[1] / len(known)
    return float((counts**2).sum())

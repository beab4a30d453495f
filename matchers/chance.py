"""How many of the pairs that look alike do so by chance: told by how many of them sit in different places.

Two strangers with one name sit in one city as rarely as any two companies; one company written twice sits there nearly
always. So where a kind of likeness is found across cities as often as strangers would be, it proves nothing in this table,
and the more rows a table has the more such twins it has. Needs no labels; where no places are told it says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchers.candidates import Candidates
from matchers.columns import Floats, Ints, NameColumns
from matchers.keys import BY_PLACE

_SAME_PLACE = 0.95
"""How often one company's rows name one place, where both name any."""

_FEW = 40
"""Pairs below which a kind of likeness tells nothing about chance."""

_STRATA, _PER_STRATUM = np.arange(-1.5, 14.0, 0.5), 500


@dataclass(slots=True)
class Likeness:
    """Kinds of likeness of pairs, as numbers: by script, what is equal, how many rows share it, how long a word is."""

    columns: NameColumns

    def kinds(self, left: Ints, right: Ints, scores: Floats) -> Ints:
        """The kind of each pair whose names score so (log-odds)."""
        columns = self.columns
        kinds = np.full(len(left), -1, np.int64)
        a, b = columns.place[left], columns.place[right]
        latin = np.flatnonzero(~columns.is_han[left] & ~columns.is_han[right])
        level = np.clip(np.floor(scores), -3, 9).astype(np.int64) + 3
        if len(latin):
            names = columns.latin
            i, j = a[latin], b[latin]
            longest = np.minimum(names.sizes[i].max(axis=1), names.sizes[j].max(axis=1))
            same = names.core[i] == names.core[j]
            kinds[latin] = level[latin] * 64 + np.where(
                same, 32 + _times(names.core)[i], np.clip(longest, 4, 12)
            )
        han = np.flatnonzero(columns.is_han[left] & columns.is_han[right])
        if len(han):
            chinese = columns.han
            i, j = a[han], b[han]
            body, brand = chinese.body_id[i] == chinese.body_id[j], chinese.brand_id[i] == chinese.brand_id[j]
            shared = np.where(
                body, 32 + _times(chinese.body_id)[i], np.where(brand, 48 + _times(chinese.brand_id)[i], 0)
            )
            kinds[han] = 4096 + np.where(shared > 0, shared, 64 * (1 + level[han]))
        return kinds


def _times(ids: Ints) -> Ints:
    """How many rows have each id, as its power of two (0–15)."""
    _, inverse, counts = np.unique(ids, return_inverse=True, return_counts=True)
    return np.minimum(np.log2(counts).astype(np.int64), 15)[inverse]


def sample(pairs: Candidates, most: Floats, places: Ints) -> Ints:
    """Positions of pairs that tell about chance, some of every height: both places known, and not met by place."""
    unbiased = (pairs.kinds & ~BY_PLACE) != 0
    told = np.flatnonzero(
        (places[pairs.left] != 0) & (places[pairs.right] != 0) & unbiased & (most > _STRATA[0])
    )
    stratum = np.digitize(most[told], _STRATA)
    rng = np.random.default_rng(0)
    return np.concatenate([
        here if len(here) <= _PER_STRATUM else rng.choice(here, _PER_STRATUM, replace=False)
        for here in (told[stratum == n] for n in range(1, len(_STRATA) + 1))
    ])  # fmt: skip


@dataclass(slots=True)
class Chance:
    """What each kind of likeness is worth in this table: `caps`, log-odds before the place is looked at, by kind."""

    caps: dict[int, float]
    same: float
    other: float

    @classmethod
    def of(cls, kinds: Ints, together: Floats, weights: Floats, stranger: float) -> Chance:
        """Worth by kind from sampled pairs.

        `together` 1 where both sit in one place, `weights` how many pairs each stands for, `stranger` how often two
        strangers sit in one place.
        """
        caps: dict[int, float] = {}
        spread = max(_SAME_PLACE - stranger, 0.05)
        for kind in np.unique(kinds).tolist():
            here = kinds == kind
            if int(here.sum()) < _FEW:
                continue
            met = float((together[here] * weights[here]).sum() / weights[here].sum())
            share = min(max((met - stranger) / spread, 0.002), 0.998)
            caps[kind] = float(np.log(share / (1 - share)))
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

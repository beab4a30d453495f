"""How rare a word or a Han bigram is in company names: counts learned from open lists, plus the names at hand."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from operator import add

import numpy as np
from numpy.typing import NDArray

from matchers.names import Name
from matchers.tables import lines_of


def terms_of(name: Name) -> Iterator[str]:
    """What is counted: resolved Latin words, Han characters and bigrams of the stem."""
    if name.latin:
        yield from name.latin.words
    if name.han:
        stem = name.han.stem
        yield from stem
        yield from map(add, stem, stem[1:])


def count_terms(names: Iterable[tuple[Hashable, Name]]) -> tuple[Counter[str], int]:
    """In how many companies' names each term stands, and how many companies there are; (company, name) in."""
    terms: dict[Hashable, set[str]] = {}
    for company, name in names:
        terms.setdefault(company, set()).update(terms_of(name))
    return Counter(term for said in terms.values() for term in said), len(terms)


@cache
def _shipped() -> tuple[Mapping[str, int], int]:
    first, *rest = lines_of("terms.csv")
    total = int(first.split(",")[1])
    return {term: int(count) for term, count in (line.rsplit(",", 1) for line in rest)}, total


def term_id(term: str) -> int:
    """A term's number: one or two characters by their codes, longer ones by hash (of this process)."""
    size = len(term)
    if size > 2:
        return hash(term)
    return (ord(term[0]) << 21 | ord(term[1])) if size == 2 else ord(term) if term else 0


def term_ids(terms: Sequence[str]) -> NDArray[np.int64]:
    """The numbers of many terms."""
    known = {term: term_id(term) for term in set(terms)}
    return np.fromiter(map(known.__getitem__, terms), np.int64, len(terms))


def _count_once(names: Sequence[Name]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of terms in order, and in how many of these names each stands; `count_terms` of names of a company each."""
    words = [name.latin.words if name.latin else () for name in names]
    stems = [name.han.stem if name.han else "" for name in names]
    place = np.arange(len(names))
    word = term_ids(list(chain.from_iterable(words)))
    of_word = np.repeat(place, np.fromiter(map(len, words), np.int64, len(names)))
    char = np.frombuffer("".join(stems).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    of_char = np.repeat(place, np.fromiter(map(len, stems), np.int64, len(names)))
    pair = np.flatnonzero(of_char[1:] == of_char[:-1])
    terms, at = np.unique(
        np.concatenate([word, char, char[pair] << 21 | char[pair + 1]]), return_inverse=True
    )
    said = np.sort(at * max(len(names), 1) + np.concatenate([of_word, of_char, of_char[pair]]))
    once = np.concatenate([said[:1], said[1:][said[1:] != said[:-1]]])
    return terms, np.bincount(once // max(len(names), 1), minlength=len(terms))


@dataclass(slots=True)
class Rarity:
    """Rarity of terms, 0 (in every name) to 1 (in none).

    The shipped counts speak as so many names; the names at hand are added, so that a term common in this
    table is common here: the discount grows with the table. `ids` are numbers of terms in order, `by_id` their rarities.
    """

    ids: NDArray[np.int64]
    by_id: NDArray[np.float64]
    known: dict[str, float] = field(default_factory=dict)
    lists: dict[tuple[str, ...], list[float]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, names: Iterable[Name] = (), *, shipped: tuple[Mapping[str, int], int] | None = None
    ) -> Rarity:
        """Rarity by the shipped counts and the names at hand."""
        base, total = shipped if shipped is not None else _shipped()
        distinct = list({name.raw: name for name in names}.values())
        here, times = _count_once(distinct)
        ids, at = np.unique(np.concatenate([here, term_ids(list(base))]), return_inverse=True)
        known = np.concatenate([times, np.fromiter(base.values(), np.int64, len(base))])
        counts, total = np.bincount(at, weights=known, minlength=len(ids)), total + len(distinct)
        return cls(ids, 1.0 - np.log1p(np.minimum(counts, total)) / math.log1p(total + 1))

    def of_ids(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Rarity of terms by their numbers; same shape."""
        if not len(self.ids):
            return np.ones(ids.shape)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        unheard = 1.0
        return np.where(self.ids[at] == ids, self.by_id[at], unheard)

    def of_words(self, words: tuple[str, ...]) -> list[float]:
        """Rarity of each of some words."""
        found = self.lists.get(words)
        if found is None:
            found = self.lists[words] = [self(word) for word in words]
        return found

    def __call__(self, term: str) -> float:
        """Rarity of one term, 0–1."""
        found = self.known.get(term)
        if found is None:
            number = term_id(term)
            at = int(self.ids.searchsorted(number))
            met = at < len(self.ids) and self.ids[at] == number
            found = self.known[term] = float(self.by_id[at]) if met else 1.0
        return found

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


def _count_once(names: Iterable[Name]) -> Counter[str]:
    """In how many of these names each term stands; `count_terms` where every name is a company of its own."""
    counts: Counter[str] = Counter()
    latin = (n.latin.words if n.latin and not n.han else () for n in names)
    counts.update(chain.from_iterable(w if len(set(w)) == len(w) else set(w) for w in latin))
    counts.update(chain.from_iterable(set(terms_of(n)) for n in names if n.han))
    return counts


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
    return np.fromiter(map(term_id, terms), np.int64, len(terms))


@dataclass(slots=True)
class Rarity:
    """Rarity of terms, 0 (in every name) to 1 (in none).

    The shipped counts speak as so many names; the names at hand are added, so that a term common in this
    table is common here: the discount grows with the table.
    """

    counts: Mapping[str, int]
    total: int
    known: dict[str, float]
    lists: dict[tuple[str, ...], list[float]] = field(default_factory=dict)
    ids: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    by_id: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(
        cls, names: Iterable[Name] = (), *, shipped: tuple[Mapping[str, int], int] | None = None
    ) -> Rarity:
        """Rarity by the shipped counts and the names at hand."""
        base, total = shipped if shipped is not None else _shipped()
        distinct = {name.raw: name for name in names}
        here = _count_once(distinct.values())
        for term in here:
            here[term] += base.get(term, 0)
        return cls({**base, **here}, total + len(distinct), {})

    def of_ids(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Rarity of terms by their numbers; same shape."""
        if not len(self.ids):
            terms = list(self.counts)
            found = term_ids(terms)
            order = np.argsort(found)
            self.ids = found[order]
            counts = np.fromiter(self.counts.values(), np.float64, len(terms))[order]
            self.by_id = 1.0 - np.log1p(np.minimum(counts, self.total)) / math.log1p(self.total + 1)
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
            count = min(self.counts.get(term, 0), self.total)
            found = self.known[term] = 1.0 - math.log1p(count) / math.log1p(self.total + 1)
        return found

"""How rare a word or a Han bigram is in company names: counts learned from open lists, plus the names at hand."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from matchers.names import Name
from matchers.tables import lines_of


def terms_of(name: Name) -> Iterator[str]:
    """What is counted: resolved Latin words, Han characters and bigrams of the stem."""
    if name.latin:
        yield from name.latin.words
    if name.han:
        stem = name.han.stem
        yield from stem
        yield from (stem[i : i + 2] for i in range(len(stem) - 1))


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


@dataclass(slots=True)
class Rarity:
    """Rarity of terms, 0 (in every name) to 1 (in none).

    The shipped counts speak as so many names; the names at hand are added, so that a term common in this
    table is common here: the discount grows with the table.
    """

    counts: Mapping[str, int]
    total: int
    known: dict[str, float]

    @classmethod
    def of(
        cls, names: Iterable[Name] = (), *, shipped: tuple[Mapping[str, int], int] | None = None
    ) -> Rarity:
        """Rarity by the shipped counts and the names at hand."""
        base, total = shipped if shipped is not None else _shipped()
        here, more = count_terms((name.raw, name) for name in names)
        for term in here:
            here[term] += base.get(term, 0)
        return cls({**base, **here}, total + more, {})

    def __call__(self, term: str) -> float:
        """Rarity of one term, 0–1."""
        found = self.known.get(term)
        if found is None:
            count = min(self.counts.get(term, 0), self.total)
            found = self.known[term] = 1.0 - math.log1p(count) / math.log1p(self.total + 1)
        return found

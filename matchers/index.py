"""A search for the nearest names of a register: rarest words and Han bigrams first, then string distance."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import JaroWinkler

from matchers.names import Name, parse

_COMMON = 400
"""A key met in more names than this finds nothing by itself unless no rarer key does."""


def keys_of(name: Name) -> Iterator[str]:
    """What a name is found by: resolved words, the joined start, Han bigrams of the body."""
    if name.latin:
        yield from name.latin.words
        if len(name.latin.joined) >= 4:
            yield "^" + name.latin.joined[:4]
        if len(name.latin.tokens) > 1:
            yield "#" + "".join(t[0] for t in name.latin.tokens)
    if name.han:
        body = name.han.body
        yield from (body[i : i + 2] for i in range(len(body) - 1))
        if len(body) == 1:
            yield body


class NameIndex:
    """Names of a register, searched by name: build about 50,000 names a second, search about a millisecond.

    >>> index = NameIndex([("1", "Tesla, Inc."), ("2", "Tesco PLC")])
    >>> index.search("TESLA INC")[0][:2]
    ('1', 'Tesla, Inc.')
    """

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._ids: list[str] = []
        self._names: list[Name] = []
        self._posting: dict[str, list[int]] = defaultdict(list)
        for record_id, raw in rows:
            name = parse(raw)
            at = len(self._ids)
            self._ids.append(record_id)
            self._names.append(name)
            for key in set(keys_of(name)):
                self._posting[key].append(at)

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, name: str, limit: int = 10) -> list[tuple[str, str, float]]:
        """The nearest names, best first: record id, name as registered, score 0–1 (1 = same core name).

        A name with nothing to compare finds nothing.
        """
        wanted = parse(name)
        weights = self._candidates(wanted)
        ranked = heapq.nlargest(max(limit * 5, 50), weights.items(), key=lambda item: item[1])
        total = sum(self._rarity(key) for key in set(keys_of(wanted))) or 1.0
        scored = [(self._score(wanted, at, weight / total), at) for at, weight in ranked]
        best = heapq.nsmallest(limit, scored, key=lambda pair: (-pair[0], pair[1]))
        return [(self._ids[at], self._names[at].raw, round(score, 4)) for score, at in best]

    def _rarity(self, key: str) -> float:
        return math.log1p(len(self._ids) / (1 + len(self._posting.get(key, ()))))

    def _candidates(self, wanted: Name) -> dict[int, float]:
        keys = sorted(set(keys_of(wanted)), key=lambda k: (len(self._posting.get(k, ())), k))
        weights: dict[int, float] = defaultdict(float)
        for key in keys:
            posting = self._posting.get(key, ())
            if len(posting) > _COMMON and weights:
                for at in posting:
                    if at in weights:
                        weights[at] += self._rarity(key)
                continue
            for at in posting[: _COMMON * 5]:
                weights[at] += self._rarity(key)
        return weights

    def _score(self, wanted: Name, at: int, overlap: float) -> float:
        found = self._names[at]
        if found.core == wanted.core:
            same_form = found.forms == wanted.forms
            return 1.0 if same_form else 0.97
        near = JaroWinkler.similarity(wanted.core, found.core)
        return min(0.96, 0.5 * min(1.0, overlap) + 0.5 * near)

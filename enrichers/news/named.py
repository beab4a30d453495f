"""Which of many texts name a company: words and pairs of characters lead to the few that may, and those are read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from enrichers.news.asked import is_chinese

_WORD = re.compile(r"\w+")
_REGION = re.compile(r"^[一-鿿]{2,3}?[省市县区]")
#: A form of a Chinese name shorter than this and not the whole of it is said of others, too.
_SHORTEST_FORM = 4


class NamedIn:
    """Texts by what is written in them; threads may share it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = [text.casefold() for text in texts]
        self._words: defaultdict[str, set[int]] = defaultdict(set)
        self._pairs: defaultdict[str, set[int]] = defaultdict(set)
        for place, text in enumerate(self._texts):
            for word in _WORD.findall(text):
                self._words[word].add(place)
            if is_chinese(text):
                for a, b in pairwise(text):
                    self._pairs[a + b].add(place)

    def places(self, name: str) -> Sequence[int]:
        """The places of the texts that hold a name, in order: as whole words; a long Chinese one also without what may be its region.

        Whether a text is about the company is judged later, and strictly.
        """
        plain = name.casefold()
        if not plain:
            return ()
        found = self._chinese(plain) if is_chinese(plain) else self._spelt(plain)
        return sorted(found)

    def _spelt(self, name: str) -> set[int]:
        words = _WORD.findall(name)
        if not words or not (places := _common(self._words, words)):
            return set()
        whole = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        return {place for place in places if whole.search(self._texts[place])}

    def _chinese(self, name: str) -> set[int]:
        bare = _REGION.sub("", name)
        forms = {name, bare, *(form[2:] for form in (name, bare) if len(form) >= _SHORTEST_FORM + 2)}
        return {
            place
            for form in forms
            if form == name or len(form) >= _SHORTEST_FORM
            for place in _common(self._pairs, [a + b for a, b in pairwise(form)])
            if form in self._texts[place]
        }


def _common(index: defaultdict[str, set[int]], keys: Sequence[str]) -> set[int]:
    """The places under all the keys."""
    sets = sorted((index.get(key, set()) for key in set(keys)), key=len)
    return set.intersection(*sets) if sets else set()

"""Splits labelled texts into folds that share no story: near-duplicates, one company's texts and one story's names stay together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_NAME = re.compile(r"\b[A-Z][A-Za-z]{3,}\b")
_LOWER = re.compile(r"\b[a-z]{4,}\b")
_LEAD = re.compile(r"(?:[^\w$]|[$][A-Z:]+)*([A-Z][\w&]+ [A-Z]\w+)")
_LEAD_ZH = re.compile(r"【?([^：:，,。]{2,8})[：:]")
_TICKER = re.compile(r"\$[A-Z]{2,5}\b")


def story_groups(rows: Sequence[Mapping[str, Any]], *, alike: float = 0.35) -> Ints:
    """A group number a row. Rows are joined by a shared company, a shared leading name or ticker, a name that a handful of
    texts share (5 to 40, never written in lower case), or a 4-character shingle overlap of `alike` and more.
    """
    parent = list(range(len(rows)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for members in (*_by_name(rows), *_near_duplicates([row["text"] for row in rows], alike)):
        first, *rest = members
        for row in rest:
            high, low = sorted((root(row), root(first)), reverse=True)
            parent[high] = low
    return np.array([root(row) for row in range(len(rows))])


def folds_of(groups: Ints, folds: int, seed: int) -> Ints:
    """A fold number a row, groups kept whole, folds about equally big; the same seed gives the same folds."""
    rng = np.random.default_rng(seed)
    sizes = Counter(groups.tolist())
    order = sorted(sizes)
    rng.shuffle(order)
    order.sort(key=lambda group: -sizes[group])
    load, fold = np.zeros(folds), {}
    for group in order:
        fold[group] = int(np.argmin(load + rng.random(folds) / 2))
        load[fold[group]] += sizes[group]
    return np.array([fold[group] for group in groups.tolist()])


def shingles(text: str, size: int = 4) -> set[str]:
    """All runs of `size` letters or digits of a text, lower-cased, everything else left out."""
    bare = re.sub(r"[\W_]+", "", text.lower())
    return {bare[at : at + size] for at in range(len(bare) - size + 1)}


def _by_name(rows: Sequence[Mapping[str, Any]]) -> Iterable[list[int]]:
    companies: dict[str, list[int]] = defaultdict(list)
    names: dict[str, list[int]] = defaultdict(list)
    ordinary = Counter(word for row in rows for word in set(_LOWER.findall(row["text"])))
    for number, row in enumerate(rows):
        text = row["text"]
        leads = [m.group(1).lower() for m in (_LEAD.match(text), _LEAD_ZH.match(text)) if m]
        for name in {*map(str.lower, row.get("companies", ())), *leads, *_TICKER.findall(text)}:
            companies[name].append(number)
        if len(text) < 330:
            for name in {name.lower() for name in _NAME.findall(text)}:
                names[name].append(number)
    yield from (members for members in companies.values() if len(members) <= 40)
    for name, members in names.items():
        if 5 <= len(members) <= 40 and not ordinary[name] and name not in _CALENDAR:
            yield members


def _near_duplicates(texts: Sequence[str], alike: float) -> Iterable[list[int]]:
    pieces = [shingles(text) for text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, mine in enumerate(pieces):
        shared = Counter(other for piece in mine for other in holders[piece])
        for other, count in shared.items():
            if count >= alike * (len(mine) + len(pieces[other]) - count):
                yield [other, number]
        for piece in mine:
            holders[piece].append(number)


# Names that many unrelated stories share.
_CALENDAR = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "american",
        "america",
        "china",
        "chinese",
        "europe",
        "european",
        "london",
        "york",
        "united",
        "states",
        "asia",
        "street",
        "wall",
        "bloomberg",
        "reuters",
        "california",
        "texas",
        "breaking",
        "watch",
        "bank",
        "group",
        "capital",
        "financial",
        "health",
        "national",
        "market",
        "fiscal",
        "conference",
        "announces",
        "corp",
    ]
)

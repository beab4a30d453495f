"""The learned table of English words and the Chinese characters that stand for them in company names."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from matchers.names import Name
from matchers.tables import rows_of


@dataclass(frozen=True, slots=True)
class Entry:
    """An English word's Chinese counterparts; `hit` and `miss` are log-odds when one, or none, of them is met."""

    grams: tuple[str, ...]
    hit: float
    miss: float


Lexicon = Mapping[str, Entry]


@cache
def shipped() -> Lexicon:
    """The table as shipped."""
    return {
        row["word"]: Entry(tuple(row["han"].split("|")), float(row["hit"]), float(row["miss"]))
        for row in rows_of("lexicon.csv")
    }


def grams_of(stem: str) -> set[str]:
    """Characters, bigrams and trigrams of a Chinese stem."""
    return {stem[i : i + n] for n in (1, 2, 3) for i in range(len(stem) - n + 1)}


def learn(pairs: Iterable[tuple[str, Name, Name]], *, least: int = 2, most: int = 6) -> Lexicon:
    """Learns the table from confirmed pairs (company, Latin name, Chinese name).

    A word needs `least` companies, a counterpart `least` of them, four times more often than by chance; so the
    table holds general words and no company's own name. The counts are shrunk, as counterparts are chosen on the
    pairs they are counted on.
    """
    offered: dict[str, set[str]] = defaultdict(set)
    with_word: dict[str, set[str]] = defaultdict(set)
    for company, left, right in pairs:
        if left.latin and right.han:
            offered[company] |= grams_of(right.han.stem)
            for word in set(left.latin.words):
                with_word[word].add(company)
    frequency = Counter(gram for grams in offered.values() for gram in grams)
    total = len(offered)
    table: dict[str, Entry] = {}
    for word, met in with_word.items():
        if len(met) < least or word.isdigit():
            continue
        entry = _entry([offered[company] for company in sorted(met)], frequency, total, offered, least, most)
        if entry:
            table[word] = entry
    return table


def _entry(
    met: list[set[str]],
    frequency: Counter[str],
    total: int,
    offered: Mapping[str, set[str]],
    least: int,
    most: int,
) -> Entry | None:
    here = Counter(gram for grams in met for gram in grams)
    size = len(met)
    scored = []
    for gram, count in here.items():
        lift = (count / size) / (frequency[gram] / total)
        if count >= least and lift >= 4 and count / size >= 0.12:
            scored.append((count * math.log(lift), len(gram), gram))
    chosen: list[str] = []
    covered: set[int] = set()
    for _, _, gram in sorted(scored, reverse=True):
        fresh = {i for i, grams in enumerate(met) if gram in grams} - covered
        if len(fresh) >= 1 and len(chosen) < most:
            chosen.append(gram)
            covered |= fresh
    if not chosen:
        return None
    outside = sum(any(g in grams for g in chosen) for grams in offered.values()) - len(covered)
    matched = max(0.05, (len(covered) - 0.6) / (size + 0.6))
    chance = (outside + 0.5) / (total - size + 1)
    if matched <= 2 * chance:
        return None
    hit = min(5.0, math.log(matched / chance))
    miss = max(-3.0, math.log((1 - matched) / (1 - min(chance, 0.9))))
    return Entry(tuple(chosen), round(hit, 2), round(miss, 2))

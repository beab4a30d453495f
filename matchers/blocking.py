"""Which pairs are worth comparing: a union of keys, capped by frequency, ranked by how rare the shared keys are."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from accounts.account import Company
from matchers.attributes import domains_of
from matchers.compare_cross import spoken
from matchers.index import keys_of
from matchers.lexicon import shipped
from matchers.names import Name, parse
from matchers.romanised import cantonese_runs, wade_runs
from matchers.rows import city_key, label_of
from matchers.sounds import coarse

_CAP = 300
"""A key that more right rows share proposes nobody; it only ranks those whom rarer keys propose."""


@cache
def _english_of() -> Mapping[str, tuple[str, ...]]:
    """Chinese gram → English words of the learned table."""
    found: dict[str, list[str]] = defaultdict(list)
    for word, entry in shipped().items():
        for gram in entry.grams:
            found[gram].append(word)
    return {gram: tuple(words) for gram, words in found.items()}


def latin_keys(name: Name) -> Iterator[tuple[str, str]]:
    """Keys under which a Latin name can be met by a Chinese one."""
    if not name.latin:
        return
    tokens = name.latin.tokens
    for at, (token, word) in enumerate(zip(tokens, name.latin.words, strict=True)):
        yield "word", word
        if len(token) > 2 and at not in name.latin.region_at:
            yield "sound", token
            yield "coarse", coarse(token)
        if at + 1 < len(tokens) and len(token) + len(tokens[at + 1]) <= 14:
            yield "sound", token + tokens[at + 1]
    for code in name.latin.regions:
        yield "region", code
    joined = "".join(t for at, t in enumerate(tokens) if at not in name.latin.region_at)
    yield "onset", coarse(joined[:5])[:1] + coarse(joined)[:1]


def han_keys(name: Name) -> Iterator[tuple[str, str]]:
    """Keys under which a Chinese name can be met by a Latin one: sounds, trade words, learned counterparts."""
    if not name.han:
        return
    offer = spoken(name.han.body or name.han.stem, name.han.brand)
    for word in {*offer.english, *offer.meant}:
        yield "word", word
    stem = name.han.stem
    for size in (1, 2, 3):
        for at in range(len(stem) - size + 1):
            for word in _english_of().get(stem[at : at + size], ()):
                yield "word", word
    for run in offer.sounds.runs:
        if len(run) > 2:
            yield "sound", run
    body = name.han.body or name.han.stem
    for run in {*wade_runs(body), *cantonese_runs(body)} - offer.sounds.runs.keys():
        if len(run) > 3:
            yield "sound", run
    for run in offer.sounds.coarse_runs:
        if len(run) > 2:
            yield "coarse", run
    for code in name.han.regions:
        yield "region", code
    brand = offer.brand_sound
    yield "onset", coarse(brand[:5])[:1] + coarse(brand)[:1]


def keys(company: Company, *, across: bool) -> set[tuple[str, str]]:
    """All keys of a company; `across` adds those that meet names in the other script."""
    found: set[tuple[str, str]] = set()
    for domain in domains_of(company):
        found.add(("domain", domain))
    found.update(("label", label) for label in label_of(company) if len(label) > 2)
    for phone in company.phones:
        digits = "".join(c for c in phone if c.isdigit())[-8:]
        if len(digits) >= 7:
            found.add(("phone", digits))
    for number in company.identifiers.values():
        found.add(("identifier", "".join(c for c in number.upper() if c.isalnum())))
    for raw in company.names[:4]:
        name = parse(raw)
        found.update(("name", key) for key in keys_of(name))
        if name.latin:
            found.update(("label", t) for t in (name.latin.joined, *name.latin.tokens) if len(t) > 2)
            found.add(("label", "".join(t[0] for t in name.latin.tokens)))
        if across:
            found.update(latin_keys(name))
            found.update(han_keys(name))
    city = city_key(company)
    if city:
        found.add(("city", city))
    return found


@dataclass(slots=True)
class Blocks:
    """Candidate pairs (left position, right position), and how many each kind of key proposed."""

    pairs: list[tuple[int, int]]
    proposed: Counter[str] = field(default_factory=Counter)


def block(left: Sequence[Company], right: Sequence[Company], *, most: int = 30) -> Blocks:
    """The `most` likeliest right rows of each left row, by the summed rarity of the keys they share."""
    across = _mixed(left, right)
    posting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, company in enumerate(right):
        for key in keys(company, across=across):
            posting[key].append(at)
    total = math.log1p(len(right))
    weight = {key: (total - math.log1p(len(rows) - 1)) * _TRUST[key[0]] for key, rows in posting.items()}
    blocks = Blocks([])
    for at, company in enumerate(left):
        scores: dict[int, float] = defaultdict(float)
        known = sorted(
            (k for k in keys(company, across=across) if k in posting), key=lambda k: (len(posting[k]), k)
        )
        for key in known:
            rows = posting[key]
            open_to_all = len(rows) <= _CAP or not scores
            for row in rows[: 4 * _CAP]:
                if open_to_all or row in scores:
                    scores[row] += weight[key]
                    blocks.proposed[key[0]] += 1
        best = heapq.nlargest(most, scores.items(), key=lambda item: (item[1], -item[0]))
        blocks.pairs.extend((at, row) for row, _ in best)
    return blocks


_TRUST = {
    "identifier": 4.0, "domain": 4.0, "phone": 3.0, "label": 1.2, "name": 1.0, "sound": 1.0, "coarse": 0.6,
    "word": 0.7, "region": 0.7, "city": 1.0, "onset": 0.5,
}  # fmt: skip


def _mixed(left: Sequence[Company], right: Sequence[Company]) -> bool:
    """True when Han names stand on one side and Latin ones on the other."""
    scripts = [{parse(c.names[0]).script for c in side if c.names} for side in (left, right)]
    return ("han" in scripts[0] and "latin" in scripts[1]) or ("latin" in scripts[0] and "han" in scripts[1])

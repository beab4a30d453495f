"""The keys under which rows of one table are compared: by kind, as numbers, a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accounts.account import Company
from matchers.attributes import domains_of
from matchers.columns import Bits, Floats, Grid, Ints, LatinColumns, NameColumns
from matchers.names import Name
from matchers.romanised import spellings_of
from matchers.sounds import plain_pinyin
from matchers.workers import share_out

KINDS = (
    "identifier", "domain", "phone", "core", "rarest word", "second word", "beginning", "one letter off",
    "initials", "brand", "rarest bigram", "second bigram", "trade and city", "pinyin",
)  # fmt: skip
"""Kinds of keys, the surest first; a pair is counted for the first that proposes it."""

WEAK = frozenset(["second word", "one letter off", "rarest bigram", "second bigram", "trade and city"])
"""Kinds that many strangers share: their blocks are kept smaller."""

COMMON = frozenset(["second word", "second bigram"])
"""Kinds that are looked at only where few rows share them: rows that stand together in a large block have a better key."""

PROOF = np.uint32(0b111)
"""Bits of the kinds that do not rest on the name: identifier, domain, phone."""

ANYWHERE = np.uint32(1 << 31)
"""Bit of pairs that some key proposed without looking at the place."""

_MIX = np.uint64(0x9E3779B97F4A7C15)

_WORTH_SHARING = 20_000
"""Rows below which another process costs more than it brings."""

_SHORT = 3
"""Letters of a Latin word up to which it is no key to a Chinese name's sound."""

_LONGEST_WORD, _BASE = 20, np.uint64(0x2545F4914F6CDD1D)


@dataclass(slots=True)
class Keys:
    """One entry a row and key: `row`, `kind` (position in `KINDS`) and the key's number."""

    row: Ints
    kind: NDArray[np.int8]
    key: Bits

    @classmethod
    def joined(cls, parts: Sequence[tuple[str, Ints, Bits]]) -> Keys:
        """Puts the keys of several kinds together; keys of different kinds never meet."""
        rows = [row for _, row, _ in parts] or [np.zeros(0, np.int64)]
        kinds = [np.full(len(row), KINDS.index(kind), np.int8) for kind, row, _ in parts] or [
            np.zeros(0, np.int8)
        ]
        keys = [mixed(key, KINDS.index(kind) + 1) for kind, _, key in parts] or [np.zeros(0, np.uint64)]
        return cls(np.concatenate(rows), np.concatenate(kinds), np.concatenate(keys))


def mixed(keys: Bits, salt: int | Bits) -> Bits:
    """Keys scrambled with a salt, so that what is equal stays equal and nothing else does."""
    with np.errstate(over="ignore"):
        scrambled = (keys ^ (np.asarray(salt, np.uint64) * _MIX)) * np.uint64(0xBF58476D1CE4E5B9)
    return scrambled ^ (scrambled >> np.uint64(31))


def keys_of_table(companies: Sequence[Company], columns: NameColumns, cities: Ints) -> Keys:
    """All keys of a table's rows; `cities` are numbers of the rows' cities, 0 where none is known."""

    def others(columns: NameColumns) -> Iterator[tuple[str, Ints, Bits]]:
        yield from _of_attributes(companies)
        yield from _of_latin(columns)
        yield from _of_han(columns, cities)

    def made(make: Callable[[NameColumns], Iterator[tuple[str, Ints, Bits]]]) -> list[tuple[str, Ints, Bits]]:
        return list(make(columns))

    makers = [others, _of_sounds]  # the sounds' tables take long to load: elsewhere, meanwhile
    found = share_out(made, makers) if len(cities) >= _WORTH_SHARING else list(map(made, makers))
    return Keys.joined([key for keys in found for key in keys])


def _numbered(kind: str, found: Iterable[tuple[int, str]]) -> tuple[str, Ints, Bits]:
    pairs = list(found)
    rows = np.fromiter((row for row, _ in pairs), np.int64, len(pairs))
    return kind, rows, hashes([text for _, text in pairs])


def hashes(texts: Sequence[str]) -> Bits:
    """Numbers of texts: equal for equal ones, within this process."""
    return np.fromiter(map(hash, texts), np.int64, len(texts)).view(np.uint64)


def _of_attributes(companies: Sequence[Company]) -> Iterator[tuple[str, Ints, Bits]]:
    numbers, domains, phones = [], [], []
    for at, company in enumerate(companies):
        if company.identifiers:
            numbers += [
                (at, "".join(c for c in n.upper() if c.isalnum())) for n in company.identifiers.values()
            ]
        if company.websites or company.email_domains:
            domains += [(at, domain) for domain in domains_of(company)]
        for phone in company.phones:
            digits = "".join(c for c in phone if c.isdigit())[-8:]
            phones += [(at, digits)] if len(digits) >= 7 else []
    yield _numbered("identifier", ((at, n) for at, n in numbers if n))
    yield _numbered("domain", domains)
    yield _numbered("phone", phones)


def _of_latin(columns: NameColumns) -> Iterator[tuple[str, Ints, Bits]]:
    names = columns.latin
    rows = np.flatnonzero(~columns.is_han & (columns.place >= 0))
    yield "core", rows, hashes(names.joined)
    order = np.argsort(-names.rarity, axis=1, kind="stable")
    at = np.arange(len(rows))
    rarest, second = (order[:, 0], order[:, 1]) if len(rows) else (at, at)
    word = names.words[at, rarest].view(np.uint64)
    yield "rarest word", rows, word
    more = np.flatnonzero(names.count > 1)
    yield "second word", rows[more], names.words[more, second[more]].view(np.uint64)
    yield "beginning", rows, hashes([text[:6] for text in names.joined])
    owner, key = _one_letter_off(names, at, rarest, second)
    yield "one letter off", rows[owner], key
    several = [(row, p) for row, p in zip(rows.tolist(), _latin_parts(columns), strict=True) if len(p) > 2]
    yield _numbered("initials", ((row, "".join([t[0] for t in tokens])) for row, tokens in several))
    short = np.flatnonzero((names.count == 1) & (names.sizes[:, 0] <= 6)) if len(rows) else at
    yield "initials", rows[short], hashes([names.joined[i] for i in short.tolist()])


def _latin_parts(columns: NameColumns) -> Iterator[tuple[str, ...]]:
    return (n.latin.tokens for n in columns.names if n.han is None and n.latin is not None)


def _one_letter_off(names: LatinColumns, at: Ints, rarest: Ints, second: Ints) -> tuple[Ints, Bits]:
    """Positions of names and keys of their rarest word: as it is, and without each one of its letters.

    Two words of which one letter was lost, added, changed, or swapped with its neighbour share a key; so that fewer
    strangers do, the next word's first letter is part of it. Words of 4–20 letters; hashed as polynomials, so that
    all keys of a word come from two running sums.
    """
    if not len(at):
        return at, np.zeros(0, np.uint64)
    size = names.sizes[at, rarest]
    some = np.flatnonzero((size >= 4) & (size <= _LONGEST_WORD))
    size = size[some]
    letters = Grid(size, _LONGEST_WORD, names.starts[some, rarest[some]])(names.flat).astype(np.uint64)
    powers = np.cumprod(np.full(_LONGEST_WORD, _BASE), dtype=np.uint64)
    kept, moved_up = letters * powers, letters[:, 1:] * powers[:-1]
    before = np.cumsum(kept, axis=1) - kept
    behind = np.cumsum(moved_up[:, ::-1], axis=1)[:, ::-1]
    without = before + np.pad(behind, ((0, 0), (0, 1)))
    whole = kept.sum(axis=1)
    held = np.arange(_LONGEST_WORD) < size[:, None]
    owner = np.concatenate([np.arange(len(some)), np.nonzero(held)[0]])
    key = np.concatenate([whole, without[held]])
    after = np.where(names.count[some] > 1, names.first[some, second[some]], 0).astype(np.uint64)
    return some[owner], mixed(key, after[owner])


def _of_han(columns: NameColumns, cities: Ints) -> Iterator[tuple[str, Ints, Bits]]:
    names = columns.han
    rows = np.flatnonzero(columns.is_han)
    yield "core", rows, names.stem_id.view(np.uint64)
    yield "brand", rows, hashes([text[:3] for text in names.body])
    rarity = np.where(names.pairs > 0, names.pair_rarity, -1.0)
    order = np.argsort(-rarity, axis=1, kind="stable")
    at = np.arange(len(rows))
    for kind, place in (("rarest bigram", 0), ("second bigram", 1)):
        pair = names.pairs[at, order[:, place]] if len(rows) else at
        some = np.flatnonzero(pair > 0)
        yield kind, rows[some], pair[some].view(np.uint64)
    placed = np.flatnonzero(cities[rows] != 0)
    tails = hashes([names.body[i][-4:] for i in placed.tolist()])
    yield "trade and city", rows[placed], mixed(tails, cities[rows[placed]].view(np.uint64))


def _of_sounds(columns: NameColumns) -> Iterator[tuple[str, Ints, Bits]]:
    """Pinyin of brands and Latin words, where a table holds both scripts."""
    if not len(columns.han.brand) or not len(columns.latin.joined):
        return
    names = columns.latin
    rows = np.flatnonzero(~columns.is_han & (columns.place >= 0))
    han_rows = np.flatnonzero(columns.is_han)
    older = list(_older(columns, han_rows))
    said = np.concatenate([
        hashes([plain_pinyin(brand[:4]) for brand in columns.han.brand]), hashes([text for _, text in older])
    ])  # fmt: skip
    said_at = np.concatenate([han_rows, np.fromiter((row for row, _ in older), np.int64, len(older))])
    sizes = names.sizes[:, :3]
    glued = [(at, "".join(tokens[:2])) for at, tokens in enumerate(_latin_parts(columns)) if len(tokens) > 1]
    heard_at = np.concatenate(
        [np.nonzero(sizes > _SHORT)[0], np.fromiter((at for at, _ in glued), np.int64, len(glued))]
    )
    heard = np.concatenate([
        names.tokens[:, :3][sizes > _SHORT].view(np.uint64), hashes([text for _, text in glued])
    ])  # fmt: skip
    met, spoken = np.isin(heard, said), np.isin(said, heard)
    yield "pinyin", np.concatenate([rows[heard_at[met]], said_at[spoken]]), np.concatenate([
        heard[met], said[spoken]
    ])  # fmt: skip


def _older(columns: NameColumns, rows: Ints) -> Iterator[tuple[int, str]]:
    """Wade–Giles and Cantonese spellings of brands, where a table holds traditional characters, as Taiwan and Hong Kong write."""
    old = any(columns.names[row].traditional for row in rows.tolist())
    for row in rows.tolist() if old else ():
        name = columns.names[row]
        if name.han is not None:
            for text in {name.han.brand[:2], name.han.brand[:4]}:
                yield from ((row, spelling) for spelling in spellings_of(text))


def order_of(names: Sequence[Name]) -> Floats:
    """Each row's place when names are sorted by their cores: near places are near in spelling.

    A Chinese name's region is left out, or neighbours would sit in one place for no other reason than that.
    """
    cores = [
        (name.latin.joined if name.latin else "") + (name.han.body if name.han else "") for name in names
    ]
    order = sorted(range(len(names)), key=cores.__getitem__)
    place = np.empty(len(names))
    place[order] = np.arange(len(names))
    return place

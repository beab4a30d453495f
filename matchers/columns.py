"""The names of one table as arrays: what blocking and the cheap bound on a score look at, a column at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matchers.compare_han import head_of
from matchers.han import HanParts
from matchers.latin import LatinParts
from matchers.names import Name
from matchers.rarity import Rarity, term_ids
from matchers.tables import city_hints

Ints = NDArray[np.int64]
Bits = NDArray[np.uint64]
Floats = NDArray[np.float64]
_T = TypeVar("_T", bound=np.generic)

TOKENS = 6
"""Words of a Latin name that are looked at; a longer one is `loose`."""

CHARS = 16
"""Characters of a Chinese body that are looked at; a longer one is `loose`."""


@dataclass(slots=True)
class Letters:
    """Many short texts laid end to end: `flat` code points, `starts` and `sizes` of each, `bits` of the letters it holds."""

    flat: NDArray[np.uint32]
    starts: Ints
    sizes: Ints
    bits: Bits

    @classmethod
    def of(cls, texts: Sequence[str]) -> Letters:
        """Lays texts end to end; a text's bits are one a letter, by its code modulo 64."""
        flat = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        starts = np.cumsum(sizes) - sizes
        bits = np.zeros(len(texts), np.uint64)
        full = np.flatnonzero(sizes)
        if len(full):
            bits[full] = np.bitwise_or.reduceat(
                np.uint64(1) << (flat & np.uint32(63)).astype(np.uint64), starts[full]
            )
        return cls(flat, starts, sizes, bits)


@dataclass(slots=True)
class LatinColumns:
    """Latin names; matrices are names × `TOKENS`, zero where a name has fewer words."""

    joined: list[str]
    core: Ints
    count: Ints
    tokens: Ints
    words: Ints
    sizes: Ints
    starts: Ints
    first: NDArray[np.uint32]
    token_bits: Bits
    word_bits: Bits
    initials: Bits
    rarity: Floats
    forms: Bits
    loose: NDArray[np.bool_]
    flat: NDArray[np.uint32]

    @classmethod
    def of(cls, parts: Sequence[LatinParts], rarity: Rarity, forms: Forms) -> LatinColumns:
        """Arrays of Latin names, in their order."""
        count = np.fromiter((len(p.tokens) for p in parts), np.int64, len(parts))
        said = [t for p in parts for t in p.tokens]
        meant = [w for p in parts for w in p.words]
        tokens, words = Letters.of(said), Letters.of(meant)
        token_ids, word_ids = term_ids(said), term_ids(meant)
        loose = (count > TOKENS) | np.fromiter(map(_ambiguous, parts), np.bool_, len(parts))
        grid = Grid(count, TOKENS)
        first = np.zeros(len(said), np.uint32)
        first[:] = tokens.flat[tokens.starts] if said else 0
        initials = np.zeros(len(parts), np.uint64)
        if said:
            letter = np.uint64(1) << (first & np.uint32(63)).astype(np.uint64)
            initials = np.bitwise_or.reduceat(letter, np.cumsum(count) - count)
        return cls(
            [p.joined for p in parts], _hashed([p.joined for p in parts]), count, grid(token_ids), grid(word_ids), grid(tokens.sizes), grid(tokens.starts),
            grid(first), grid(tokens.bits), grid(words.bits), initials, grid(rarity.of_ids(word_ids)),
            forms.bits([p.forms for p in parts]), loose, tokens.flat,
        )  # fmt: skip

    def narrowed(self, width: int) -> LatinColumns:
        """The same with the first `width` words only, for names that have no more."""
        grids = ("tokens", "words", "sizes", "starts", "first", "token_bits", "word_bits", "rarity")
        return replace(self, **{name: getattr(self, name)[:, :width] for name in grids})


def _hashed(texts: Sequence[str]) -> Ints:
    return np.fromiter(map(hash, texts), np.int64, len(texts))


def _ambiguous(parts: LatinParts) -> bool:
    """A word said twice, a number in words, a word that says nothing: then equal words need not be aligned."""
    tokens, words = parts.tokens, parts.words
    if tokens == words:
        return len(set(tokens)) < len(tokens)
    other = [w for t, w in zip(tokens, words, strict=True) if w != t]
    return len({*tokens, *other}) < len(tokens) + len(other) or any(w.isdigit() or not w for w in other)


@dataclass(slots=True)
class HanColumns:
    """Chinese names; `pairs` are bigrams of the body (names × `CHARS`), zero where a body is shorter.

    `abbreviated` names begin with the abbreviation of a region, `hinted` ones with a character lists put for one; `called` is
    the bigram a short name is called by (0: none), `called_rarity` how rare that is.
    """

    stem: list[str]
    body: list[str]
    brand: list[str]
    stem_size: Ints
    brand_size: Ints
    body_id: Ints
    stem_id: Ints
    brand_id: Ints
    head: NDArray[np.uint32]
    head_pair: Ints
    pairs: Ints
    pair_rarity: Floats
    rarity_sum: Floats
    rarity_least: Floats
    region: Ints
    regions: Ints
    abbreviated: NDArray[np.bool_]
    hinted: NDArray[np.bool_]
    called: Ints
    called_rarity: Floats
    forms: Bits
    branch: Ints
    latin: NDArray[np.bool_]
    loose: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        parts: Sequence[HanParts],
        latin: Sequence[bool],
        rarity: Rarity,
        forms: Forms,
        abbreviations: Iterable[str],
    ) -> HanColumns:
        """Arrays of Chinese names, in their order; `latin` tells which have a Latin part as well."""
        size = len(parts)
        stem, body = Letters.of([p.stem for p in parts]), Letters.of([p.body for p in parts])
        chars = rarity.of_ids(stem.flat.astype(np.int64))
        total = np.add.reduceat(chars, stem.starts) if size else np.zeros(0)
        least = np.minimum.reduceat(chars, stem.starts) if size else np.zeros(0)
        grid = Grid(np.minimum(body.sizes, CHARS + 1), CHARS + 1, body.starts)
        letters = grid(body.flat.astype(np.int64))
        pairs = np.where(letters[:, 1:] > 0, (letters[:, :-1] << 21) | letters[:, 1:], 0)
        short, hints = (np.array([ord(c) for c in said], np.uint32) for said in (abbreviations, city_hints()))
        first = stem.flat[stem.starts] if size else np.zeros(0, np.uint32)
        called = term_ids([head if len(head) > 1 else "" for head in map(head_of, parts)])
        return cls(
            [p.stem for p in parts], [p.body for p in parts], [p.brand for p in parts], stem.sizes,
            np.fromiter((len(p.brand) for p in parts), np.int64, size), _hashed([p.body for p in parts]), _hashed([p.stem for p in parts]), _hashed([p.brand for p in parts]),
            np.fromiter((ord(p.brand[0]) for p in parts), np.uint32, size), pairs[:, 0].copy(), pairs,
            np.where(pairs > 0, rarity.of_ids(pairs.ravel()).reshape(pairs.shape), 0.0), total, least,
            np.fromiter((int(p.regions[0]) if p.regions else 0 for p in parts), np.int64, size),
            np.fromiter((len(p.regions) for p in parts), np.int64, size),
            np.isin(first, short), np.isin(first, hints) & (stem.sizes > 2), called, rarity.of_ids(called), forms.bits([p.forms for p in parts]),
            np.fromiter((hash(p.branch) for p in parts), np.int64, size), np.array(latin, dtype=np.bool_),
            body.sizes > CHARS + 1,
        )  # fmt: skip


class Grid:
    """Lays a flat column out as rows × `width`: each row's first values, zeros behind."""

    def __init__(self, count: Ints, width: int, starts: Ints | None = None) -> None:
        starts = np.cumsum(count) - count if starts is None else starts
        at = np.arange(width)
        self._inside = at < count[:, None]
        self._places = (starts[:, None] + at)[self._inside]

    def __call__(self, flat: NDArray[_T]) -> NDArray[_T]:
        """A flat column as a grid."""
        out = np.zeros(self._inside.shape, flat.dtype)
        out[self._inside] = flat[self._places]
        return out


class Forms:
    """One bit a kind of legal form, given out as kinds are met."""

    def __init__(self) -> None:
        self._bit: dict[str, int] = {}
        self._known: dict[frozenset[str], int] = {}

    def bits(self, forms: Sequence[frozenset[str]]) -> Bits:
        """Each name's kinds as bits; the 64th kind and later ones share the last bit, see `crowded`."""
        return np.fromiter(map(self._of, forms), np.uint64, len(forms))

    @property
    def crowded(self) -> bool:
        """True once there are more kinds than bits, so that two kinds may look equal."""
        return len(self._bit) > 63

    def _of(self, forms: frozenset[str]) -> int:
        known = self._known.get(forms)
        if known is None:
            known = 0
            for form in sorted(forms):
                known |= 1 << min(self._bit.setdefault(form, len(self._bit)), 63)
            self._known[forms] = known
        return known


@dataclass(slots=True)
class NameColumns:
    """A table's names: `place` is each row's position among the Latin or the Han names (-1: nothing to compare)."""

    names: Sequence[Name]
    is_han: NDArray[np.bool_]
    place: Ints
    latin: LatinColumns
    han: HanColumns
    rarity: Rarity

    @classmethod
    def of(cls, names: Sequence[Name], rarity: Rarity) -> NameColumns:
        """Arrays of a table's names; a name with a Han part counts among those."""
        from matchers.tables import regions  # noqa: PLC0415

        is_han = np.fromiter((n.han is not None for n in names), np.bool_, len(names))
        is_latin = ~is_han & np.fromiter((n.latin is not None for n in names), np.bool_, len(names))
        place = np.full(len(names), -1, np.int64)
        for kind in (is_han, is_latin):
            place[kind] = np.arange(int(kind.sum()))
        forms = Forms()
        latin = [n.latin for n in names if n.han is None and n.latin is not None]
        han = [n.han for n in names if n.han is not None]
        also = [n.latin is not None for n in names if n.han is not None]
        columns = cls(
            names, is_han, place, LatinColumns.of(latin, rarity, forms),
            HanColumns.of(han, also, rarity, forms, regions().short), rarity,
        )  # fmt: skip
        if forms.crowded:
            columns.latin.loose[:] = columns.han.loose[:] = True
        return columns

    def regions(self) -> Ints:
        """A number a row for the region its Chinese name says, 0 where it says none; equal to that of its city."""
        numbers = np.zeros(len(self.names), np.int64)
        said = [n.han.regions[-1] if n.han and n.han.regions else "" for n in self.names]
        told = np.flatnonzero(np.fromiter(map(bool, said), np.bool_, len(said)))
        numbers[told] = np.fromiter((hash(said[at]) for at in told.tolist()), np.int64, len(told))
        return numbers

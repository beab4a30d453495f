"""An upper bound on the score of two names from the columns alone: what it puts out of reach need not be compared.

Every feature that speaks for a match is taken at the most it can be, every one against at the least; the curves are
monotone, so the sum is at least the score. What the columns cannot tell is bounded by infinity, and compared.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, JaroWinkler, LCSseq
from rapidfuzz.process import cpdist

from matchers.columns import TOKENS, Floats, HanColumns, Ints, LatinColumns, NameColumns
from matchers.model import Block, Feature

_SLACK = 1e-6
"""Rarities of the columns and of the comparison may differ in their last bits."""

_ABBREVIATED, _FUZZY, _GLUED, _SPELLED_OUT, _STANDS_FOR = 0.55, 0.74, 0.95, 0.8, 0.75
"""What `compare_latin` gives at most to an abbreviation's base, asks of a typing error, gives to glue and initials."""

Flags = NDArray[np.bool_]


def upper_bounds(
    columns: NameColumns, blocks: dict[str, Block], left: Ints, right: Ints, *, workers: int = 1
) -> Floats:
    """For each pair of rows a number its names' score does not exceed; infinite where that cannot be told."""
    bounds = np.full(len(left), np.inf)
    nothing = (columns.place[left] < 0) | (columns.place[right] < 0)
    bounds[nothing] = -np.inf
    han = columns.is_han[left] & columns.is_han[right] & ~nothing
    latin = ~columns.is_han[left] & ~columns.is_han[right] & ~nothing
    for kind, rows in (("han", np.flatnonzero(han)), ("latin", np.flatnonzero(latin))):
        if not len(rows):
            continue
        a, b = columns.place[left[rows]], columns.place[right[rows]]
        if kind == "han":
            bounds[rows] = _Sum(blocks["han"]).han(columns.han, a, b, workers)
            continue
        most = np.maximum(columns.latin.count[a], columns.latin.count[b])
        for low, high in ((0, 2), (2, 3), (3, TOKENS), (TOKENS, 99)):
            some = np.flatnonzero((most > low) & (most <= high))
            if len(some):
                names = columns.latin.narrowed(min(high, TOKENS))
                bounds[rows[some]] = _Sum(blocks["latin"]).latin(names, a[some], b[some], workers)
    return bounds


class _Sum:
    """Adds the curves of one route's block; a feature that is not named is taken at its best."""

    def __init__(self, block: Block) -> None:
        self._curves: dict[str, tuple[Feature, tuple[float, ...]]] = {
            feature.name: (feature, curve)
            for feature, curve in zip(block.features, block.curves, strict=True)
        }
        self._intercept = block.intercept

    def of(self, size: int, **values: Floats | Flags | float) -> Floats:
        """The bound: `values` are the most a feature for, or the least a feature against, can be."""
        total = np.full(size, self._intercept + _SLACK)
        for name, (feature, curve) in self._curves.items():
            if not any(curve):
                continue
            if name in values:
                total += np.interp(np.asarray(values[name], dtype=float), feature.knots, curve)
            else:
                total += max(curve)
        return total

    def latin(self, names: LatinColumns, a: Ints, b: Ints, workers: int) -> Floats:
        """The bound for pairs of Latin names, by position among them."""
        met = _Met(names, a, b)
        joined_a, joined_b = [names.joined[i] for i in a.tolist()], [names.joined[j] for j in b.tolist()]
        ratio = _each(Indel.normalized_similarity, joined_a, joined_b, workers)
        near = _each(JaroWinkler.similarity, joined_a, joined_b, workers)
        ra, rb = names.rarity[a], names.rarity[b]
        sa, sb = ra.sum(axis=1), rb.sum(axis=1)
        ma, mb = (ra * met.qa).sum(axis=1), (rb * met.qb).sum(axis=1)
        ua, ub = (ra * (1 - met.qa)).max(axis=1), (rb * (1 - met.qb)).max(axis=1)
        ca, cb = ma / np.where(sa > 0, sa, 1.0), mb / np.where(sb > 0, sb, 1.0)
        close = np.abs(sa - sb) < 1e-9  # either may be the shorter one
        high, low = np.maximum(ca, cb), np.minimum(ua, ub)
        both_forms = (names.forms[a] > 0) & (names.forms[b] > 0)
        aligned = met.same_count & (np.minimum(met.least_a, met.least_b) > 0.5)
        bound = self.of(
            len(a), spelling_jw=near, spelling_ratio=ratio,
            short_covered=np.where(close, high, np.where(sa > sb, cb, ca)),
            long_covered=np.where(close, high, np.where(sa > sb, ca, cb)),
            short_missing=np.where(close, low, np.where(sa > sb, ub, ua)),
            long_missing=np.where(close, low, np.where(sa > sb, ua, ub)),
            both_missing=np.minimum(sa - ma, sb - mb), shared_rarity=np.minimum(ma, mb),
            rarest_shared=(ra * met.qa).max(axis=1), initialism=met.initials, glued=met.glue,
            first_word=np.maximum(met.first, 0.6 * np.minimum(met.qa[:, 0], met.qb[:, 0])),
            leading_part=met.leading, typo_only=np.where(aligned, ratio, 0.0),
            same_core=near >= 1.0, same_form=both_forms & (names.forms[a] == names.forms[b]),
            other_form=both_forms & ((names.forms[a] & names.forms[b]) == 0),
            other_number=0.0, other_country=0.0,
        )  # fmt: skip
        bound[names.loose[a] | names.loose[b]] = np.inf
        return bound

    def han(self, names: HanColumns, a: Ints, b: Ints, workers: int) -> Floats:
        """The bound for pairs of Chinese names, by position among them."""
        swap = names.stem_size[a] > names.stem_size[b]
        short, long = np.where(swap, b, a), np.where(swap, a, b)
        stems = [names.stem[i] for i in short.tolist()], [names.stem[j] for j in long.tolist()]
        bodies = [names.body[i] for i in short.tolist()], [names.body[j] for j in long.tolist()]
        agree, differ, spoken_for = _regions(names, short, long)
        met = _each(LCSseq.similarity, *stems, workers) + spoken_for
        missed = np.maximum(names.stem_size[short] - met, 0.0)
        total, least = names.rarity_sum[short], names.rarity_least[short]
        both_full = (names.forms[a] > 0) & (names.forms[b] > 0)
        brand_ratio = np.ones(len(a))
        full = np.flatnonzero(both_full)
        brand_ratio[full] = _each(
            Indel.normalized_similarity, [names.brand[i] for i in short[full].tolist()],
            [names.brand[j] for j in long[full].tolist()], workers,
        )  # fmt: skip
        shared = (names.pairs[short][:, :, None] == names.pairs[long][:, None, :]).any(axis=2)
        called = (names.called[short][:, None] == names.pairs[long]).any(axis=1) & (names.called[short] > 0)
        same_body = names.body_id[a] == names.body_id[b]
        same_brand = names.brand_id[a] == names.brand_id[b]
        bound = self.of(
            len(a), same_stem=names.stem_id[a] == names.stem_id[b], same_body=same_body, same_brand=same_brand,
            body_jw=_each(JaroWinkler.similarity, *bodies, workers), stem_jw=_each(JaroWinkler.similarity, *stems, workers),
            stem_ratio=_each(Indel.normalized_similarity, *stems, workers),
            short_covered=np.minimum(met / names.stem_size[short], 1.0),
            short_rarity_covered=np.where(total > 0, 1.0 - missed * least / np.where(total > 0, total, 1.0), 1.0),
            short_missing=np.where(missed > 0, least, 0.0), chars_missing=missed,
            brand_covered=np.minimum(met / names.brand_size[long], 1.0), brand_missing=0.0,
            first_char=names.head[a] == names.head[b],
            first_pair=(names.head_pair[a] > 0) & (names.head_pair[a] == names.head_pair[b]),
            shared_rarity=total - missed * least, rarest_pair=np.where(shared, names.pair_rarity[short], 0.0).max(axis=1),
            same_region=agree, other_region=differ, other_trade=0.0,
            other_form=both_full & ((names.forms[a] & names.forms[b]) == 0), other_branch=names.branch[a] != names.branch[b],
            same_latin=names.latin[a] & names.latin[b], short_is_trade=0.0, gap=0.0,
            other_full_brand=np.where(both_full, 1.0 - brand_ratio, 0.0), same_full_brand=both_full & same_brand,
            head_inside=np.where(called, names.called_rarity[short], 0.0),
            region_hinted=names.hinted[short] & (names.regions[short] == 0) & (names.regions[long] > 0),
        )  # fmt: skip
        bound[names.loose[a] | names.loose[b]] = np.inf
        return bound


class _Met:
    """How well, at most, each word of either Latin name is met in the other (`qa`, `qb`: pairs × `TOKENS`)."""

    def __init__(self, names: LatinColumns, a: Ints, b: Ints) -> None:
        ta, tb, wa, wb = names.tokens[a], names.tokens[b], names.words[a], names.words[b]
        here_a, here_b = ta[:, :, None] != 0, tb[:, None, :] != 0
        same = (ta[:, :, None] == tb[:, None, :]) & here_a
        alike = (
            (wa[:, :, None] == wb[:, None, :])
            | (ta[:, :, None] == wb[:, None, :])
            | (wa[:, :, None] == tb[:, None, :])
        ) & here_a
        likeness = np.where(same, 1.0, np.where(alike, 0.95, _resemblance(names, a, b)))
        likeness[~(here_a & here_b)] = 0.0
        qa, qb = likeness.max(axis=2), likeness.max(axis=1)
        met_a, met_b = (same | alike).any(axis=2), (same | alike).any(axis=1)
        self.glue = _may_glue(names, a, b, met_a) | _may_glue(names, b, a, met_b)
        self.initials = _may_be_initials(names, a, b, met_a) | _may_be_initials(names, b, a, met_b)
        raised = np.where(self.glue, _GLUED, np.where(self.initials, _SPELLED_OUT, 0.0))[:, None]
        inside_a, inside_b = names.tokens[a] != 0, names.tokens[b] != 0
        self.qa = np.where(inside_a, np.maximum(qa, raised), 0.0)
        self.qb = np.where(inside_b, np.maximum(qb, raised), 0.0)
        self.first = likeness[:, 0, 0]
        self.least_a = np.where(inside_a, self.qa, 1.0).min(axis=1)
        self.least_b = np.where(inside_b, self.qb, 1.0).min(axis=1)
        self.same_count = names.count[a] == names.count[b]
        small = np.minimum(names.count[a], names.count[b])[:, None]
        behind = np.arange(self.qa.shape[1]) >= small
        self.leading = np.asarray((behind | ((self.qa > 0.9) & (self.qb > 0.9))).all(axis=1))


def _resemblance(names: LatinColumns, a: Ints, b: Ints) -> Floats:
    """The most `word_likeness` can give two different words: by first letter, length and letters held."""
    la, lb = names.sizes[a][:, :, None].astype(np.int16), names.sizes[b][:, None, :].astype(np.int16)
    bits_a, bits_b = names.token_bits[a][:, :, None], names.token_bits[b][:, None, :]
    more_a, more_b = bits_a & ~bits_b, bits_b & ~bits_a
    a_in_b = (more_a == 0) | ((bits_a & ~names.word_bits[b][:, None, :]) == 0)
    b_in_a = (more_b == 0) | ((bits_b & ~names.word_bits[a][:, :, None]) == 0)
    shorter = np.minimum(la, lb)
    abbreviates = (names.first[a][:, :, None] == names.first[b][:, None, :]) & (
        ((la <= lb) & a_in_b) | ((lb <= la) & b_in_a)
    )
    short = np.where(abbreviates, np.maximum(_ABBREVIATED + 0.05 * np.minimum(shorter, 7), 0.6), 0.0)
    both = np.maximum(la + lb, 1)
    apart = np.maximum(np.bitwise_count(more_a).astype(np.int16) + np.bitwise_count(more_b), np.abs(la - lb))
    ratio = 1.0 - apart / both
    fuzzy = np.where((shorter >= 4) & (ratio >= _FUZZY - 1e-9), 0.92 * ratio, 0.0)
    return np.asarray(np.maximum(short, fuzzy))


def _may_glue(names: LatinColumns, a: Ints, b: Ints, met_a: Flags) -> Flags:
    """Whether a word of `a` that is met by none may be written as several words in `b`."""
    size = names.sizes[a]
    open_a = ~met_a & (size >= 4)
    begins = (names.first[a][:, :, None] == names.first[b][:, None, :-1]) & open_a[:, :, None]
    shorter = names.sizes[b][:, None, :-1] < size[:, :, None]
    held = (names.token_bits[b][:, None, :-1] & ~names.token_bits[a][:, :, None]) == 0
    may = begins & shorter & held & (names.tokens[b][:, None, 1:] != 0)
    pair, i, j = np.nonzero(may)
    at = names.starts[a[pair], i] + names.sizes[b[pair], j]
    goes_on = names.flat[at] == names.first[b[pair], j + 1]
    found = np.zeros(len(a), np.bool_)
    found[pair[goes_on]] = True
    return found


def _may_be_initials(names: LatinColumns, a: Ints, b: Ints, met_a: Flags) -> Flags:
    """Whether a short word of `a` that is met by none may be the first letters of words of `b`."""
    size = names.sizes[a]
    fits = ~met_a & (size >= 2) & (size <= 6) & (size <= names.count[b][:, None])
    held = (names.token_bits[a] & ~names.initials[b][:, None]) == 0
    return np.asarray((fits & held).any(axis=1))


def _regions(names: HanColumns, short: Ints, long: Ints) -> tuple[Flags, Flags, Floats]:
    """Whether regions may agree, surely differ, and how many characters of the short name a region may speak for."""
    ours, theirs = names.region[short], names.region[long]
    many = (names.regions[short] > 1) | (names.regions[long] > 1)
    one = (names.regions[short] == 1) & (names.regions[long] == 1)
    same = (ours == theirs) | (
        (ours // 10000 == theirs // 10000) & ((ours % 10000 == 0) | (theirs % 10000 == 0))
    )
    abbreviated = names.abbreviated[short] & (names.regions[short] == 0)
    agree = (one & same) | (many & (names.regions[short] > 0)) | abbreviated
    return agree, one & ~same, abbreviated.astype(float)


def _each(scorer: Any, ours: list[str], theirs: list[str], workers: int) -> Floats:
    return np.asarray(cpdist(ours, theirs, scorer=scorer, workers=workers, dtype=np.float64))

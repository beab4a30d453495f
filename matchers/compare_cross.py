"""A Latin name beside a Chinese one: region, pinyin and its older spellings, trade words, learned counterparts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Indel, JaroWinkler

from matchers.han import HanParts
from matchers.latin import LatinParts
from matchers.lexicon import Lexicon
from matchers.model import Feature
from matchers.names import Name
from matchers.rarity import Rarity
from matchers.romanised import cantonese_runs, may_be_cantonese, wade_runs
from matchers.sounds import Sounds, coarse, sounds_of
from matchers.tables import meaning_lengths, meanings, same_region, trades

FEATURES = (
    Feature("same_region", 1, (0, 1)),
    Feature("other_region", -1, (0, 1)),
    Feature("region_unsaid", -1, (0, 1)),
    Feature("brand_ratio", 1, (0.2, 0.4, 0.55, 0.7, 0.85, 1.0)),
    Feature("brand_jw", 1, (0.4, 0.6, 0.7, 0.8, 0.9, 1.0)),
    Feature("brand_coarse", 1, (0.2, 0.4, 0.55, 0.7, 0.85, 1.0)),
    Feature("word_fuzzy", 1, (0.3, 0.5, 0.65, 0.8, 0.9, 1.0)),
    Feature("latin_explained", 1, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
    Feature("latin_missing", -1, (0.2, 0.4, 0.6, 0.8, 1.0)),
    Feature("han_explained", 1, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
    Feature("brand_explained", 1, (0.0, 0.25, 0.5, 0.75, 1.0)),
    Feature("spoken_chars", 1, (0, 1, 2, 3, 4)),
    Feature("spoken_coarse", 1, (0, 1, 2, 3)),
    Feature("learned_hit", 1, (0, 1, 2.5, 4, 7, 12)),
    Feature("learned_miss", -1, (0, 0.7, 1.5, 3, 5, 8)),
    Feature("trade_hit", 1, (0, 0.34, 0.67, 1)),
    Feature("trade_hits", 1, (0, 1, 2, 3)),
    Feature("trade_miss", -1, (0, 1, 2, 3)),
    Feature("han_trade_miss", -1, (0, 1, 2, 3)),
    Feature("first_sound", 1, (0, 0.5, 1)),
    Feature("initials", 1, (0, 1)),
    Feature("latin_inside", 1, (0, 0.8, 1)),
    Feature("group_agrees", 1, (0, 1)),
    Feature("meant", 1, (0, 1, 2, 3)),
    Feature("onsets", 1, (0, 0.5, 1.0)),
    Feature("onsets_all", 1, (0.0, 0.34, 0.5, 0.75, 1.0)),
    Feature("traditional", 0, (0, 1)),
    Feature("traditional_onsets", 1, (0.0, 0.34, 0.5, 0.75, 1.0)),
    Feature("traditional_learned", 1, (0, 2.5, 5, 9)),
    Feature("traditional_sound", 1, (0.3, 0.5, 0.65, 0.8, 1.0)),
    Feature("traditional_missing", -1, (0.2, 0.6, 1.0)),
)  # fmt: skip


_SOUNDED = ("", "spoken", "coarse", "fuzzy")
"""What may explain a word of the brand; any other word has a meaning."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a Chinese name offers to a Latin one: its sounds, and the English of its trade words with their place."""

    sounds: Sounds
    brand: str
    english: Mapping[str, tuple[int, int]]
    meant: Mapping[str, tuple[int, int]]
    trade_spans: tuple[tuple[int, int], ...]
    brand_sound: str


@lru_cache(maxsize=1 << 16)
def spoken(body: str, brand: str) -> Spoken:
    """Prepares a Chinese name's body; its trade words are read longest first, overlaps left out."""
    known = trades()
    english: dict[str, tuple[int, int]] = {}
    spans: list[tuple[int, int]] = []
    meant: dict[str, tuple[int, int]] = {}
    at = 0
    while at < len(body):
        lengths = known.begins.get(body[at])
        size = next((n for n in lengths if body[at : at + n] in known.english_of), 0) if lengths else 0
        if size:
            for word in known.english_of[body[at : at + size]]:
                english.setdefault(word, (at, size))
            if size > 1:
                spans.append((at, size))
        at += size or 1
    everyday, sizes = meanings(), meaning_lengths()
    for at, char in enumerate(body):
        for size in reversed(sizes.get(char, ())):
            for word in everyday.get(body[at : at + size], ()) if size <= min(4, len(body) - at) else ():
                meant.setdefault(word, (at, size))
    sounds = sounds_of(body)
    return Spoken(sounds, brand, english, meant, tuple(spans), "".join(sounds.syllables[: len(brand)]))


def features(a: Name, b: Name, rarity: Rarity, lexicon: Lexicon) -> tuple[float, ...]:
    """The values of `FEATURES` for a name with a Latin part and one with a Han part, in either order."""
    latin, han = (a.latin, b.han) if b.han else (b.latin, a.han)
    inside = b.latin if b.han else a.latin
    assert latin and han
    offer = spoken(han.body or han.stem, han.brand)
    agrees, differs, unsaid = _regions(latin, han)
    read = _Reading(latin, han, offer, rarity, lexicon)
    core = [t for t, q in zip(latin.tokens, read.kind, strict=True) if q in _SOUNDED]
    joined = "".join(core[:3]) or latin.joined
    spelled = {joined, core[0], "".join(core[:2])} if core else {joined}
    brand = offer.brand_sound or "".join(offer.sounds.syllables)
    brands = {brand, *("".join(offer.sounds.syllables[:n]) for n in (2, 3))}
    coarse_near = max(Indel.normalized_similarity(coarse(x), coarse(y)) for x in spelled for y in brands)
    explained = read.shares()
    onset, onsets = _onsets(joined, offer.sounds.syllables[: max(2, len(han.brand))])
    old = float(a.traditional or b.traditional)
    return (
        float(agrees),
        float(differs),
        float(unsaid),
        max(Indel.normalized_similarity(x, y) for x in spelled for y in brands),
        max(JaroWinkler.similarity(x, y) for x in spelled for y in brands),
        coarse_near,
        read.fuzzy,
        *explained,
        float(read.spoken_chars),
        float(read.coarse_chars),
        read.learned_hit,
        read.learned_miss,
        read.trade_hits / (read.trade_hits + read.trade_misses) if read.trade_hits else 0.0,
        float(read.trade_hits),
        float(read.trade_misses),
        float(read.trades_unmet()),
        _first_sound(joined, brand, offer.sounds),
        float(_initials(latin, offer.sounds)),
        _inside(latin, inside),
        float(han.group == ("group" in latin.words)),
        float(read.meant),
        onset,
        onsets,
        old,
        old * onsets,
        old * read.learned_hit,
        old * coarse_near,
        old * explained[1],
    )


class _Reading:
    """How each Latin word is explained by the Chinese name, and which characters it explains."""

    __slots__ = (
        "body", "coarse_chars", "covered", "fuzzy", "han", "kind", "latin", "learned_hit", "learned_miss", "meant", "offer",
        "quality", "rarity", "spoken_chars", "trade_hits", "trade_misses",
    )  # fmt: skip

    def __init__(
        self, latin: LatinParts, han: HanParts, offer: Spoken, rarity: Rarity, lexicon: Lexicon
    ) -> None:
        self.latin, self.han, self.offer, self.rarity = latin, han, offer, rarity
        self.body = han.body or han.stem
        self.covered = [False] * len(offer.sounds.syllables)
        self.kind = [""] * len(latin.tokens)
        self.quality = [0.0] * len(latin.tokens)
        self.learned_hit = self.learned_miss = self.fuzzy = 0.0
        self.spoken_chars = self.coarse_chars = self.trade_hits = self.trade_misses = self.meant = 0
        for at in range(len(latin.tokens)):
            if at not in latin.region_at:
                self._explain(at, lexicon)
        self._join()

    def _explain(self, at: int, lexicon: Lexicon) -> None:
        token, word = self.latin.tokens[at], self.latin.words[at]
        entry = lexicon.get(word)
        if entry:
            met = next((g for g in entry.grams if g in self.han.stem), None)
            if met:
                self.learned_hit += max(entry.hit, 0.0)
                self._cover(at, "learned", min(0.9, 0.4 + entry.hit / 6), (self._place(met), len(met)))
            else:
                self.learned_miss -= entry.miss
        trade = self.offer.english.get(word) or self.offer.english.get(token)
        if trade:
            self.trade_hits += 1
            self._cover(at, "trade", 0.9, trade)
        elif word in trades().english:
            self.trade_misses += 1
            if not self.kind[at]:
                self.kind[at] = "trade?"
        meant = self.offer.meant.get(token)
        if meant:
            self.meant += 1
            self._cover(at, "meant", 0.85, meant)
        if len(token) > 1:
            self._speak(at, token)

    def _place(self, gram: str) -> int:
        return (self.han.body or self.han.stem).find(gram)

    def _speak(self, at: int, token: str) -> None:
        run = self.offer.sounds.runs.get(token)
        if run:
            if self.kind[at] not in ("trade", "learned") or run[1] > 1:
                self.spoken_chars += run[1]
                self._cover(at, "spoken", 1.0 if run[1] > 1 else 0.75, run)
                self.fuzzy = max(self.fuzzy, 1.0 if run[1] > 1 else 0.85)
            return
        if self.kind[at] in ("trade", "learned", "trade?", "meant") or len(token) < 2:
            return
        run = self._otherwise(token)
        if run:
            self.coarse_chars += run[1]
            self._cover(at, "coarse", 0.85 if run[1] > 1 else 0.5, run)
            self.fuzzy = max(self.fuzzy, 0.9 if run[1] > 1 else 0.7)
            return
        if len(token) < 3:
            return
        best = process.extractOne(
            token, self.offer.sounds.runs.keys(), scorer=Indel.normalized_similarity, score_cutoff=0.5
        )
        if best:
            spelling, near, _ = best
            near *= min(1.0, 0.7 + 0.06 * len(token))
            self.fuzzy = max(self.fuzzy, near)
            if near > 0.7:
                self._cover(at, "fuzzy", near * 0.8, self.offer.sounds.runs[spelling])

    def _otherwise(self, token: str) -> tuple[int, int] | None:
        """The characters that a word spells as Taiwan or Hong Kong does, or nearly as pinyin does: the most of them."""
        found = [wade_runs(self.body).get(token)]
        if len(token) > 2:
            found.append(self.offer.sounds.coarse_runs.get(coarse(token)))
        if may_be_cantonese(token):
            found.append(cantonese_runs(self.body).get(token))
        return max((run for run in found if run), key=lambda run: run[1], default=None)

    def _join(self) -> None:
        """Reads two Latin words in a row as one sound ("hua wei")."""
        tokens = self.latin.tokens
        for at in range(len(tokens) - 1):
            if at in self.latin.region_at or at + 1 in self.latin.region_at or len(tokens[at]) > 6:
                continue
            run = self.offer.sounds.runs.get(tokens[at] + tokens[at + 1])
            if run and run[1] > 1 and not (self.kind[at] == self.kind[at + 1] == "spoken"):
                self.spoken_chars += run[1]
                self._cover(at, "spoken", 1.0, run)
                self._cover(at + 1, "spoken", 1.0, run)
                self.fuzzy = 1.0

    def _cover(self, at: int, kind: str, quality: float, place: tuple[int, int]) -> None:
        if quality > self.quality[at]:
            self.kind[at], self.quality[at] = kind, quality
        if quality >= 0.5 and place[0] >= 0:
            for char in range(place[0], min(place[0] + place[1], len(self.covered))):
                self.covered[char] = True

    def shares(self) -> tuple[float, float, float, float]:
        """Rarity-weighted share of Latin words explained, the rarest unexplained, share of Han characters, of the brand."""
        mass = met = missing = 0.0
        for at, word in enumerate(self.latin.words):
            if at in self.latin.region_at:
                continue
            rare = self.rarity(word)
            mass += rare
            met += rare * self.quality[at]
            missing = max(missing, rare * (1 - self.quality[at]))
        body = self.han.body or self.han.stem
        weights = [self.rarity(c) for c in body]
        seen = sum(w for w, c in zip(weights, self.covered, strict=True) if c)
        brand = self.covered[: len(self.offer.brand)]
        return (
            met / mass if mass else 0.0,
            missing,
            seen / (sum(weights) or 1.0),
            sum(brand) / (len(brand) or 1),
        )

    def trades_unmet(self) -> int:
        """Chinese trade words no Latin word explains."""
        return sum(not any(self.covered[at : at + size]) for at, size in self.offer.trade_spans)


def _regions(latin: LatinParts, han: HanParts) -> tuple[bool, bool, bool]:
    if not latin.regions or not han.regions:
        return False, False, bool(latin.regions) != bool(han.regions)
    agree = any(same_region(x, y) for x in latin.regions for y in han.regions)
    return agree, not agree, False


def _first_sound(joined: str, brand: str, sounds: Sounds) -> float:
    first = sounds.syllables[0] if sounds.syllables else ""
    if first and joined.startswith(first):
        return 1.0
    return 0.5 if brand and coarse(joined[:6])[:1] == coarse(brand)[:1] else 0.0


def _onsets(joined: str, syllables: tuple[str, ...]) -> tuple[float, float]:
    """How far the first sounds of the syllables are met in order: of the first two (0, ½, 1), and the share of all."""
    spelled = coarse(joined)
    at = met = 0
    first_two = 0.0
    for number, syllable in enumerate(syllables):
        onset = coarse(syllable)[:1]
        found = spelled.find(onset, at) if onset else -1
        if found < 0 or (number == 0 and found > 0):
            continue
        met += 1
        at = found + 1
        first_two += 0.5 if number < 2 else 0.0
    return first_two, met / (len(syllables) or 1)


def _initials(latin: LatinParts, sounds: Sounds) -> bool:
    """A Latin word spells the initials of the Chinese characters in a row."""
    letters = "".join(s[0] for s in sounds.syllables if s)
    return any(2 <= len(t) <= 5 and t in letters for t in latin.tokens if t not in sounds.runs)


def _inside(latin: LatinParts, inside: LatinParts | None) -> float:
    if not inside:
        return 0.0
    whole = JaroWinkler.similarity(latin.joined, inside.joined)
    return max(whole, *(float(t in latin.tokens) for t in inside.tokens))

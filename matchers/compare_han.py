"""Chinese names side by side: short forms as ordered parts of full ones, brand, trade and region."""

from __future__ import annotations

from rapidfuzz.distance import Indel, JaroWinkler, LCSseq

from matchers.han import HanParts
from matchers.model import Feature
from matchers.names import Name
from matchers.rarity import Rarity
from matchers.tables import city_hints, regions, same_region

FEATURES = (
    Feature("same_stem", 1, (0, 1)),
    Feature("same_body", 1, (0, 1)),
    Feature("same_brand", 1, (0, 1)),
    Feature("body_jw", 1, (0.4, 0.6, 0.75, 0.85, 0.95, 1.0)),
    Feature("stem_jw", 1, (0.4, 0.6, 0.75, 0.85, 0.95, 1.0)),
    Feature("stem_ratio", 1, (0.1, 0.3, 0.5, 0.7, 0.85, 1.0)),
    Feature("short_covered", 1, (0.3, 0.5, 0.7, 0.85, 1.0)),
    Feature("short_rarity_covered", 1, (0.3, 0.5, 0.7, 0.85, 1.0)),
    Feature("short_missing", -1, (0.1, 0.3, 0.45, 0.6, 0.8)),
    Feature("chars_missing", -1, (0, 1, 2, 3)),
    Feature("brand_covered", 1, (0.2, 0.5, 0.75, 1.0)),
    Feature("brand_missing", -1, (0.1, 0.3, 0.45, 0.6, 0.8)),
    Feature("first_char", 1, (0, 1)),
    Feature("first_pair", 1, (0, 1)),
    Feature("shared_rarity", 1, (0.3, 0.7, 1.1, 1.6, 2.4)),
    Feature("rarest_pair", 1, (0.0, 0.5, 0.75, 0.9, 1.0)),
    Feature("same_region", 1, (0, 1)),
    Feature("other_region", -1, (0, 1)),
    Feature("same_trade", 1, (0, 1)),
    Feature("other_trade", -1, (0, 1)),
    Feature("other_form", -1, (0, 1)),
    Feature("other_branch", -1, (0, 1)),
    Feature("same_latin", 1, (0, 0.8, 1)),
    Feature("short_is_trade", -1, (0, 1)),
    Feature("gap", -1, (0, 1, 2, 4)),
    Feature("other_full_brand", -1, (0, 0.2, 0.5, 1.0)),
    Feature("same_full_brand", 1, (0, 1)),
    Feature("head_inside", 1, (0.0, 0.5, 0.75, 0.9, 1.0)),
    Feature("region_hinted", 1, (0, 1)),
)  # fmt: skip


def features(a: Name, b: Name, rarity: Rarity) -> tuple[float, ...]:
    """The values of `FEATURES` for two names with Han parts."""
    assert a.han and b.han
    short, long = (a.han, b.han) if len(a.han.stem) <= len(b.han.stem) else (b.han, a.han)
    met_short, met_long, gap = ordered_parts(short.stem, long.stem)
    region, other_region = _regions(short, long, met_short)
    rs = [rarity(c) for c in short.stem]
    met = [r for r, m in zip(rs, met_short, strict=True) if m]
    missed = [r for r, m in zip(rs, met_short, strict=True) if not m]
    at = max(long.stem.find(long.brand), 0)
    brand_met = met_long[at : at + len(long.brand)] or [False]
    brand_missed = [rarity(c) for c, m in zip(long.brand, brand_met, strict=False) if not m]
    pairs = {short.body[i : i + 2] for i in range(len(short.body) - 1)}
    shared = [p for p in pairs if p in long.body]
    head = head_of(short)
    both_full = bool(short.forms and long.forms)
    same_trade = bool(set(short.trades) & set(long.trades))
    return (
        float(short.stem == long.stem),
        float(short.body == long.body),
        float(short.brand == long.brand),
        JaroWinkler.similarity(short.body, long.body),
        JaroWinkler.similarity(short.stem, long.stem),
        Indel.normalized_similarity(short.stem, long.stem),
        len(met) / len(rs),
        sum(met) / (sum(rs) or 1.0),
        max(missed, default=0.0),
        float(len(missed)),
        sum(brand_met) / len(brand_met),
        max(brand_missed, default=0.0),
        float(short.brand[0] == long.brand[0]),
        float(len(short.body) > 1 and short.body[:2] == long.body[:2]),
        sum(met),
        max((rarity(p) for p in shared), default=0.0),
        float(region),
        float(other_region),
        float(same_trade),
        float(
            bool(short.trades and long.trades) and not set("".join(short.trades)) & set("".join(long.trades))
        ),
        float(bool(short.forms and long.forms) and not short.forms & long.forms),
        float(short.branch != long.branch),
        JaroWinkler.similarity(a.latin.joined, b.latin.joined) if a.latin and b.latin else 0.0,
        float(short.brand == short.body and bool(short.trades)),
        float(gap),
        1.0 - Indel.normalized_similarity(short.brand, long.brand) if both_full else 0.0,
        float(both_full and short.brand == long.brand),
        rarity(head) if len(head) > 1 and head in long.brand else 0.0,
        float(_hinted(short, long)),
    )


def head_of(short: HanParts) -> str:
    """The first two characters a short name is called by, behind the abbreviation of a region."""
    brand = short.brand
    if len(brand) > 2 and not short.regions and brand[0] in city_hints():
        brand = brand[1:]
    return brand[:2]


def _hinted(short: HanParts, long: HanParts) -> bool:
    """The short name begins with a character that lists put for the long name's city or province (成 for Chengdu)."""
    if short.regions or not long.regions or len(short.stem) < 3:
        return False
    return any(same_region(code, r) for code in city_hints().get(short.stem[0], ()) for r in long.regions)


def ordered_parts(short: str, long: str) -> tuple[list[bool], list[bool], int]:
    """Which characters of either text are met in order in the other, and how many breaks the short one suffers."""
    met_short, met_long = [False] * len(short), [False] * len(long)
    if short in long:
        at = long.find(short)
        met_long[at : at + len(short)] = [True] * len(short)
        return [True] * len(short), met_long, 0
    breaks = -1
    for op in LCSseq.opcodes(short, long):
        if op.tag == "equal":
            breaks += 1
            for i in range(op.src_start, op.src_end):
                met_short[i] = True
            for j in range(op.dest_start, op.dest_end):
                met_long[j] = True
    return met_short, met_long, max(breaks, 0)


def _regions(short: HanParts, long: HanParts, met_short: list[bool]) -> tuple[bool, bool]:
    """Whether regions agree or contradict; an abbreviation at the head of the short name counts (粤, 沪)."""
    ours = list(short.regions)
    code = regions().short.get(short.stem[0]) if not ours and len(short.stem) > 2 else None
    if code and not met_short[0]:
        agrees = any(code[:2] == other[:2] for other in long.regions)
        if agrees:
            met_short[0] = True
        return agrees, False
    if not ours or not long.regions:
        return False, False
    agree = any(same_region(x, y) for x in ours for y in long.regions)
    return agree, not agree

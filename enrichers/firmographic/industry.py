"""In which trade a company is, with a code of a public scheme: ISIC Rev. 4, and GB/T 4754—2017 for Chinese pages.

The words of `industries.yml` are looked for where a site says what it does: its name and title, its description, its
headings. What several of these say wins; where two trades are said alike, none is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from enrichers.firmographic.fact import Fact
from enrichers.firmographic.page import Page
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.subject import Speaker
from enrichers.firmographic.words import longest_text, read_yaml

ISIC, GBT = "ISIC Rev. 4", "GB/T 4754—2017"
_LEAST = 3.0
"""Weight a trade must gather: a title or name alone, or a description and a heading."""
_LEAD = 1.6
"""How many times as much as the next trade it must gather."""
_NOT_THEIR_PAGE = 0.15
_FOR = re.compile(r"(?i)\bfor\b|面向|服务于")
_MOST_HEADINGS = 12
_MOST_SAID = 2
"""Times one trade is counted in one text."""


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade: its codes, its names, the expressions that speak of it, the schema.org types that are it.

    `needs` are texts of which every match of `says` holds one; they are looked for first.
    """

    isic: str
    gbt: str
    en: str
    zh: str
    says: re.Pattern[str]
    needs: tuple[str, ...]
    types: frozenset[str]

    def facts(self, chinese: bool, confidence: float, passage: str, rule: str) -> Iterator[Fact]:
        """The trade's name, code and scheme as facts."""
        name, scheme, code = (self.zh, GBT, self.gbt) if chinese else (self.en, ISIC, self.isic)
        for field, value in (("industry", name), ("industry_code", code), ("industry_scheme", scheme)):
            yield Fact(field, value, confidence, passage[:300], rule, canonical=value)


@cache
def trades() -> tuple[Trade, ...]:
    """All trades of the data file."""
    rows: Sequence[Mapping[str, Any]] = read_yaml("industries.yml")["trades"]
    return tuple(
        Trade(
            row["isic"], row["gbt"], row["en"], row["zh"],
            re.compile("|".join(w if _is_han(w) else rf"\b(?:{w})" for w in row["says"]), re.IGNORECASE),
            tuple(dict.fromkeys(longest_text(word) for word in row["says"])), frozenset(row.get("types", ())),
        )
        for row in rows
    )  # fmt: skip


def industry(page: Page, organisations: Sequence[Organisation]) -> list[Fact]:
    """The page's trade, by its marked-up type or by its words; nothing where it is not clear."""
    chinese = page.language == "zh"
    for organisation in organisations:
        for trade in trades() if organisation.main else ():
            if organisation.kind in trade.types:
                told = trade.facts(chinese, 0.8, f"@type: {organisation.kind}", "industry.coded_type")
                return [
                    fact for fact in told if fact.field != "industry"
                ]  # `about` tells it in the type's own words
    weights: dict[int, float] = {}
    shown: dict[int, str] = {}
    texts = [(text, weight) for text, weight in _texts(page) if text]
    lowered = "\n".join(text for text, _ in texts).lower()
    spoken = [(n, trade) for n, trade in enumerate(trades()) if any(word in lowered for word in trade.needs)]
    for whole, weight in texts:
        own = _FOR.split(whole, maxsplit=1)[
            0
        ]  # `software for law firms`: what follows is the customers' trade
        text = own if any(trade.says.search(own) for _, trade in spoken) else whole
        for number, trade in spoken:
            said = {match.group().lower() for match in trade.says.finditer(text)}
            if said:
                weights[number] = weights.get(number, 0.0) + weight * min(_MOST_SAID, len(said))
                shown.setdefault(number, f"“{'”, “'.join(sorted(said)[:4])}” in: {text}")
    ranked = sorted(weights.items(), key=lambda entry: -entry[1])
    if not ranked or ranked[0][1] < _LEAST:
        return []
    number, weight = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    if weight < _LEAD * second:
        return []
    confidence = min(0.72, 0.5 + 0.03 * weight)
    if not Speaker(page, organisations).is_own_page:  # an article's title says what the article is about
        confidence -= _NOT_THEIR_PAGE
    return list(trades()[number].facts(chinese, confidence, shown[number], "industry.words"))


def _texts(page: Page) -> Iterator[tuple[str, float]]:
    """Where a site says what it does, and how much that counts."""
    yield page.title[:200], 3.0
    yield page.meta.get("description", "")[:400] or page.meta.get("og:description", "")[:400], 2.0
    yield page.meta.get("keywords", "")[:300], 1.0
    headings = [line.text for line in page.lines if 0 < line.heading <= 3 and "others" not in line.regions]
    yield "\n".join(headings[:_MOST_HEADINGS])[:1_000], 1.0


def _is_han(word: str) -> bool:
    return "\u4e00" <= word[0] <= "\u9fff"

"""Reads the rules (YAML, one file a class) and finds which of them fire in a text.

A rule is a list of trigger `words` (a phrase matches as it stands, at word borders in English) with optional regular
expressions `before` and `after` that say what must stand around them. `strong` rules are near-certain signs of their
class, `weak` ones hints, `trap` ones look-alikes that speak against it. What a rule is worth is the model's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from intelligence.events.text import Text

CLASSES = (
    "funding", "ipo", "m_and_a", "executive_change", "layoff", "expansion_investment", "partnership_or_contract",
    "product_launch", "financial_results", "legal_regulatory", "bankruptcy", "marketing_event",
)  # fmt: skip
STRENGTHS = ("strong", "weak", "trap")
LANGUAGES = ("en", "zh")

_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `about` a class (or `other`), its strength, its words and patterns; `plain` when nothing need stand around them."""

    id: str
    about: str
    strength: str
    words: tuple[str, ...]
    before: str
    source: str
    plain: bool

    @property
    def name(self) -> str:
        """Class, strength and id, as shown in explanations."""
        return f"{self.about}.{self.strength}.{self.id}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired, the words it fired on and where they stand."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one language, and an index from the first of their words to the rules to try and the whole phrase."""

    rules: tuple[Rule, ...]
    index: Mapping[str, tuple[tuple[int, str], ...]]

    def hits(self, text: Text) -> Iterator[Hit]:
        """The first place where each rule fires, in the order of the rules."""
        tried: dict[int, list[str]] = {}
        for key in keys(text.folded, text.lang):
            for number, phrase in self.index.get(key, ()):
                tried.setdefault(number, []).append(phrase)
        for number in sorted(tried):
            rule = self.rules[number]
            span = _phrase(tried[number], text) if rule.plain else _span(rule, text.folded)
            if span:
                yield Hit(rule, *span)


def keys(folded: str, lang: str) -> set[str]:
    """What the index is asked for: every word, or every character and pair of characters in Chinese."""
    if lang == "zh":
        return {folded[at : at + 2] for at in range(len(folded) - 1)}.union(folded)
    return set(_TOKEN.findall(folded))


@cache
def rulebook(lang: str) -> Rulebook:
    """All rules of a language, from the package's data."""
    macros = load("macros.yml")[lang]
    rules = tuple(
        _rule(about, strength, entry, lang, macros)
        for about in (*CLASSES, "other")
        for strength in STRENGTHS
        for entry in load(f"rules/{about}.yml")[lang].get(strength, ())
    )
    index: dict[str, list[tuple[int, str]]] = {}
    for number, rule in enumerate(rules):
        for word in rule.words:
            index.setdefault(_key(word, lang), []).append((number, word))
    return Rulebook(rules, {key: tuple(entries) for key, entries in index.items()})


@cache
def load(name: str) -> Any:
    """One YAML file of `intelligence/events/data`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((resources.files(__package__) / "data" / name).read_text("utf-8"), Loader=loader)  # noqa: S506


def _rule(about: str, strength: str, entry: Mapping[str, Any], lang: str, macros: Mapping[str, str]) -> Rule:
    words = tuple(dict.fromkeys(str(word) for word in entry["words"]))
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    edge = r"\b" if lang == "en" else ""
    # A phrase that ends in a sign ("u.s.") has no word border behind it.
    tail = r"(?!\w)" if lang == "en" else ""
    before = f"(?:{entry['before']})$" if entry.get("before") else ""
    source = f"{edge}({alternatives}){tail}{entry.get('after', '')}"
    for name, piece in macros.items():
        before, source = before.replace("{" + name + "}", piece), source.replace("{" + name + "}", piece)
    plain = not entry.get("before") and not entry.get("after")
    return Rule(str(entry["id"]), about, strength, words, before, source, plain)


def _key(word: str, lang: str) -> str:
    if lang == "zh":
        return word[:2]
    token = _TOKEN.search(word)
    return token.group() if token else word


def _phrase(phrases: list[str], text: Text) -> tuple[int, int] | None:
    """The first place where one of the phrases stands, at word borders in English. Much faster than a pattern."""
    folded, english = text.folded, text.lang == "en"
    spans = []
    for phrase in phrases:
        start = folded.find(phrase)
        while english and start >= 0 and not _bordered(folded, start, start + len(phrase)):
            start = folded.find(phrase, start + 1)
        if start >= 0:
            spans.append((start, start + len(phrase)))
    return min(spans, default=None)


def _bordered(folded: str, start: int, end: int) -> bool:
    return not (start and folded[start - 1].isalnum()) and not (end < len(folded) and folded[end].isalnum())


def _span(rule: Rule, folded: str) -> tuple[int, int] | None:
    """Where the words of the rule stand with what it wants around them; what stands before is read 120 characters back."""
    for found in _compiled(rule.source).finditer(folded):
        start, end = found.span(1)
        if not rule.before or _compiled(rule.before).search(folded[max(0, start - 120) : start]):
            return start, end
    return None


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)

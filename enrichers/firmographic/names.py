"""What the company is called: its trading and its legal name, never the web designer's or a slogan.

Many places of a page name its owner, each now and then wrongly. Every place is a witness with a weight; witnesses of
one name (spelling and legal form aside) are added up, and likeness to the domain counts as one more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from enrichers.firmographic.fact import Fact
from enrichers.firmographic.former_names import given_up
from enrichers.firmographic.name_parts import (
    domain_label,
    domain_likeness,
    has_legal_form,
    is_domain_text,
    may_be_name,
    shorter_names,
    slogan_pattern,
    squeezed,
    without_legal_form,
)  # fmt: skip
from enrichers.firmographic.name_witnesses import Witness
from enrichers.firmographic.words import pattern_of

_SMALL = frozenset(
    [
        "of",
        "and",
        "the",
        "for",
        "by",
        "in",
        "&",
        "at",
        "de",
        "la",
        "le",
        "du",
        "von",
        "und",
        "y",
        "e",
        "on",
        "to",
        "with",
        "a",
    ]
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LIKENESS = 3.4
"""What a full likeness to the domain weighs; a JSON-LD name weighs 3."""
_LEAST_LIKENESS = 0.5
_LEAST_SCORE = 0.8
_CONTENDERS = 30
_STRONG = frozenset({"structured", "site_name", "copyright", "title", "logo", "owner_zh", "copyright_zh"})
_SHORTENED = 0.55
"""What a name loses that was not printed alone, but cut out of a longer text."""


@dataclass(frozen=True, slots=True)
class RankedName:
    """A name with its spellings' witnesses and its score."""

    score: float
    witnesses: tuple[Witness, ...]

    def spelling(self, *, legal: bool) -> Witness | None:
        """The best witnessed spelling with or without a legal form."""
        fit = [w for w in self.witnesses if has_legal_form(w.name) == legal]
        if not fit:
            return None
        weight: dict[str, float] = {}
        for w in fit:
            weight[w.name] = weight.get(w.name, 0.0) + w.weight * (
                0.7 if w.name.isupper() or w.name.islower() else 1.0
            )
        best = max(weight, key=lambda name: (weight[name], name))
        return next(w for w in fit if w.name == best)


def settle_names(witnesses: Sequence[Witness], url: str | None) -> list[Fact]:
    """Trading and legal names over one page or a whole site, best first; confidence from how far the witnesses agree."""
    ranked = rank_names(witnesses, domain_label(url))
    pages = {id(w.page): w.page for w in witnesses if w.page is not None}
    former = given_up([name.witnesses[0].name for name in ranked], pages.values())
    printed = [(name, name.witnesses[0].name) for name in ranked]
    current = [  # what holds a former name below the first is a sentence about the change
        name
        for place, (name, text) in enumerate(printed)
        if text not in former and not (place and any(once in text for once in former))
    ]
    return [*_facts(current), *former.values()]


def rank_names(witnesses: Sequence[Witness], label: str) -> list[RankedName]:
    """Names by score: what different places say, each once in full and then with falling weight, and domain likeness."""
    groups: dict[str, list[Witness]] = {}
    for witness in _with_shorter(witnesses, label):
        groups.setdefault(_identity(witness.name), []).append(witness)
    chinese = sum(bool(_HAN.search(w.name)) for w in witnesses) * 2 > len(witnesses)
    ranked = []
    for key, group in groups.items():
        by_rule: dict[str, list[float]] = {}
        for witness in group:
            by_rule.setdefault(witness.rule, []).append(witness.weight)
        score = sum(max(weights) * (1 + 0.15 * math.log(len(weights))) for weights in by_rule.values())
        likeness = max(domain_likeness(w.name, label) for w in group)
        if likeness >= _LEAST_LIKENESS:
            score += _LIKENESS * likeness
        han = any(_HAN.search(w.name) for w in group)
        ranked.append(
            RankedName(
                score * _shape_factor(group[0].name, key) * (0.5 if chinese and not han else 1.0),
                tuple(group),
            )
        )
    ranked.sort(key=lambda name: -name.score)
    return sorted(_lend(_without_lead(ranked[:_CONTENDERS])), key=lambda name: -name.score)


def _with_shorter(witnesses: Sequence[Witness], label: str) -> list[Witness]:
    """The witnesses, and what remains of each once a page's additions are cut off.

    A shorter form counts where another witness prints it or the domain spells it; else only a little.
    """
    printed = {_identity(w.name) for w in witnesses}
    found = list(witnesses)
    for witness in witnesses:
        for name in shorter_names(witness.name):
            if may_be_name(name):
                backed = _identity(name) in printed or domain_likeness(name, label) >= 0.8
                found.append(
                    replace(witness, name=name, weight=witness.weight * (0.9 if backed else _SHORTENED))
                )
    return found


def _identity(name: str) -> str:
    bare = squeezed(without_legal_form(re.sub(r"(?i)^(?:the|www\.)\s*", "", name)))
    return bare or squeezed(name)


@cache
def _maker() -> re.Pattern[str]:
    return re.compile(rf"(?i)^(?:{pattern_of('names.yml', 'makers').pattern})$")


def _shape_factor(name: str, key: str) -> float:
    """How much a text looks like a name: slogans, sentences, domains and names of page software lose."""
    factor = 1.0
    words = name.split()
    if _maker().match(name):
        factor *= 0.15
    if is_domain_text(name):
        factor *= 0.6
    if slogan_pattern().search(name) and not has_legal_form(name):
        factor *= 0.5
    if len(words) > 6 and not has_legal_form(name):
        factor *= 0.6
    if len(words) > 2 and sum(w[:1].islower() for w in words if w not in _SMALL) > 1:
        factor *= 0.5
    if len(_HAN.findall(name)) > 13 and not has_legal_form(name):
        factor *= 0.4
    return factor * (0.7 if len(key) < 3 else 1.0)


def _without_lead(ranked: list[RankedName]) -> list[RankedName]:
    """Halves what running text alone prints before a legal name: `Leeds Acme Ltd` where `Acme Ltd` stands elsewhere."""
    keys = [squeezed(name.witnesses[0].name) for name in ranked]
    lone = [{w.rule for w in name.witnesses} == {"legal_text"} for name in ranked]
    return [
        RankedName(name.score / 2, name.witnesses)
        if alone and any(k != key and len(k) >= 6 and key.endswith(k) for k in keys)
        else name
        for name, key, alone in zip(ranked, keys, lone, strict=True)
    ]


def _lend(ranked: list[RankedName]) -> list[RankedName]:
    """A longer name that begins with a shorter one strengthens it a little, and is strengthened by it."""
    keys = [_identity(name.witnesses[0].name) for name in ranked]
    lent = []
    for key, name in zip(keys, ranked, strict=True):
        if (
            _STRONG & {w.rule for w in name.witnesses if w.weight >= 1.0}
            and len(name.witnesses[0].name.split()) <= 6
        ):
            heirs = [
                other.score
                for k, other in zip(keys, ranked, strict=True)
                if k != key and key.startswith(k) and {w.rule for w in other.witnesses} == {"domain_text"}
            ]
            if heirs:  # the domain's words are only ever printed as part of this name
                lent.append(RankedName(name.score + 0.8 * max(heirs), name.witnesses))
                continue
        kin = [
            other.score
            for k, other in zip(keys, ranked, strict=True)
            if k != key and min(len(k), len(key)) >= 4 and (k.startswith(key) or key.startswith(k))
        ]
        lent.append(RankedName(name.score + 0.25 * max(kin, default=0.0), name.witnesses))
    return lent


def _facts(ranked: list[RankedName]) -> list[Fact]:
    """At most three names; where only a legal name is printed, the trading name is that without its form."""
    facts: list[Fact] = []
    rival = ranked[1].score if len(ranked) > 1 else 0.0
    for place, name in enumerate(ranked[:3]):
        if name.score <= _LEAST_SCORE and place:
            break
        confidence = _confidence(name.score, rival if place == 0 else ranked[0].score)
        trading, legal = name.spelling(legal=False), name.spelling(legal=True)
        if legal:
            facts.append(_fact("legal_name", legal.name, confidence, legal))
        if trading:
            facts.append(_fact("name", trading.name, confidence, trading))
        elif legal:
            facts.append(_fact("name", without_legal_form(legal.name), confidence * 0.95, legal))
    return facts


def _fact(field: str, value: str, confidence: float, witness: Witness) -> Fact:
    return Fact(
        field, value, confidence, witness.passage, f"name.{witness.rule}", witness.node, page=witness.page
    )


def _confidence(score: float, rival: float) -> float:
    """From score and the next name's score to 0–1; slopes fitted on labelled pages (`bench/site_quality.py`)."""
    strength = 1 - math.exp(-score / 3.0)
    margin = score / (score + rival) if score > 0 else 0.0
    return round(min(0.97, math.pow(strength * (0.25 + 0.8 * margin), 0.7)), 3)

"""Names and domains: no two companies of a world share a domain, near-equal names are common."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from demo.words import Place, words

#: A prime larger than the number of names: stepping by it visits every name once.
_STEP = 1_000_003
_FORMS = {"US": ("Inc.", "LLC", "Corp.", "Co."), "CA": ("Inc.", "Ltd."), "GB": ("Ltd", "Limited")}
_SISTERS = ("Services", "Holdings", "Supply", "Group", "North", "International")


@dataclass(frozen=True, slots=True)
class Naming:
    """What a company is called. `brand` is the part that makes it this one; `trade` the entry of the word list."""

    brand: str
    name: str
    legal_name: str
    slug: str
    trade: Any


@cache
def _brands(language: str) -> tuple[tuple[str, str], ...]:
    """All brands with their spelling in a domain."""
    table = words("chinese" if language in ("zh", "tw") else "english")
    if language in ("zh", "tw"):
        return tuple(
            (a + b, pa + pb) for a, pa in table["first"].items() for b, pb in table["second"].items()
        )
    return tuple((a + b, (a + b).lower().replace(" ", "")) for a in table["first"] for b in table["second"])


def trades(language: str) -> list[dict[str, Any]]:
    """The trades of a language's word list."""
    table = words("chinese" if language in ("zh", "tw") else "english")
    return list(table["german"]["trades"] if language == "de" else table["trades"])


def name_company(language: str, place: Place, serial: int, rng: Random, sister: bool = False) -> Naming:
    """The name of the `serial`-th company of a language; a sister shares its elder's brand and trade, not its domain."""
    brands, kinds = _brands(language), trades(language)
    total = len(brands) * len(kinds)
    pick = serial * _STEP % total
    (brand, spelt), trade = brands[pick // len(kinds)], kinds[pick % len(kinds)]
    again = serial // total
    slug = f"{spelt}-{trade['slug']}" + (str(again + 1) if again else "") + ("-group" if sister else "")
    slug += {"tw": "-tw", "de": "-de"}.get(language, "")
    if language in ("zh", "tw"):
        return _chinese(language, place, brand, trade, slug, sister)
    return _latin(language, place, brand, trade, slug, rng, sister)


def _chinese(language: str, place: Place, brand: str, trade: Any, slug: str, sister: bool) -> Naming:
    if language == "tw":
        word = trade["trad"]
        legal = f"{brand}{word}股份有限公司"
    else:
        word = trade["word"]
        legal = f"{place.city.removesuffix('市')}{brand}{word}{'集团' if sister else ''}有限公司"
    return Naming(brand, brand + word, legal, slug, trade)


def _latin(
    language: str, place: Place, brand: str, trade: Any, slug: str, rng: Random, sister: bool
) -> Naming:
    name = f"{brand} {trade['word']}" + (f" {rng.choice(_SISTERS)}" if sister else "")
    form = "GmbH" if language == "de" else rng.choice(_FORMS[place.country])
    comma = "," if form in ("Inc.", "LLC") and rng.random() < 0.5 else ""
    return Naming(brand, name, f"{name}{comma} {form}", slug, trade)


def rename(naming: Naming, language: str, place: Place, rng: Random) -> Naming:
    """Another brand over the same trade, as after a change of name. The domain stays."""
    brand, _ = rng.choice(_brands(language))
    slug, trade = naming.slug, naming.trade
    if language in ("zh", "tw"):
        return _chinese(language, place, brand, trade, slug, False)
    return _latin(language, place, brand, trade, slug, rng, False)

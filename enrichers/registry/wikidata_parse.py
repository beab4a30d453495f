"""What Wikidata says of an item: claims ranked and dated, with their references. Source: https://www.wikidata.org/wiki/Wikidata:Data_access"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.errors import SourceBroken
from enrichers.readers import reader
from enrichers.shapes import dig, load_object, objects, text

ORGANISATION = ("P856", "P1128", "P452", "P159", "P414", "P1278", "P5531", "P169", "P749", "P112", "P2139")
"""Properties companies have: an item with none of them is not offered."""
CURRENCIES = {
    "Q4917": "USD", "Q4916": "EUR", "Q39099": "CNY", "Q25224": "GBP", "Q8146": "JPY", "Q25344": "CHF", "Q202040": "KRW",
    "Q31015": "HKD", "Q208526": "TWD", "Q80524": "INR", "Q1104069": "CAD", "Q259502": "AUD", "Q122922": "SEK",
    "Q132643": "NOK", "Q25417": "DKK", "Q190951": "SGD", "Q173117": "BRL", "Q41044": "RUB",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim that holds now. `value` is text or an item's id; `unit` an item's id; `on` the day it speaks of."""

    prop: str
    value: str
    index: int
    unit: str = ""
    on: date | None = None
    referenced: bool = False
    ticker: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item: labels and aliases by language, the claims that hold, best first for each property."""

    id: str
    labels: Mapping[str, str]
    aliases: tuple[str, ...]
    descriptions: Mapping[str, str]
    claims: Mapping[str, tuple[Claim, ...]]

    def first(self, prop: str) -> Claim | None:
        """The best claim of a property."""
        return next(iter(self.claims.get(prop, ())), None)

    @property
    def is_organisation(self) -> bool:
        """True where it has what companies have."""
        return any(prop in self.claims for prop in ORGANISATION)

    def label(self) -> str:
        """Its English name, else Chinese, else any."""
        return self.labels.get("en") or self.labels.get("zh") or next(iter(self.labels.values()), "")


def parse_items(body: bytes) -> tuple[Item, ...]:
    """The items of an answer; those that are missing are left out. Raises SourceBroken where the body is none."""
    data = load_object(body, "an answer of Wikidata")
    entities = data.get("entities")
    if not isinstance(entities, dict):
        if dig(data, "error", "code") == "no-such-entity":
            return ()
        raise SourceBroken("The answer is not an answer of Wikidata: it has no entities.")
    return tuple(
        _item(id_, entity)
        for id_, entity in entities.items()
        if isinstance(entity, dict)
        and "missing" not in entity
        and (entity.get("labels") or entity.get("claims"))
    )


def _item(id_: str, entity: Mapping[str, Any]) -> Item:
    claims = entity.get("claims")
    aliases = entity.get("aliases")
    named = [
        text(a.get("value"))
        for language in (aliases.values() if isinstance(aliases, dict) else ())
        for a in objects(language)
    ]
    return Item(
        text(entity.get("id")) or id_,
        _by_language(entity.get("labels")),
        tuple(dict.fromkeys(name for name in named if name)),
        _by_language(entity.get("descriptions")),
        {prop: ranked for prop, rows in (claims.items() if isinstance(claims, dict) else ()) if (ranked := _ranked(prop, rows))},
    )  # fmt: skip


def _by_language(value: Any) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {str(k): t for k, v in pairs if (t := text(dig(v, "value")))}


def _ranked(prop: str, rows: Any) -> tuple[Claim, ...]:
    """Claims that hold: none that have ended or are deprecated; preferred ones alone where there are any, newest first."""
    held = []
    for index, row in enumerate(objects(rows)):
        if (
            row.get("rank") == "deprecated"
            or dig(row, "qualifiers", "P582")
            or dig(row, "mainsnak", "snaktype") != "value"
        ):
            continue
        claim = _claim(prop, index, row)
        if claim is not None:
            held.append((row.get("rank") == "preferred", claim))
    if any(preferred for preferred, _ in held):
        held = [pair for pair in held if pair[0]]
    return tuple(sorted((claim for _, claim in held), key=lambda c: c.on or date.min, reverse=True))


def _claim(prop: str, index: int, row: Mapping[str, Any]) -> Claim | None:
    value = dig(row, "mainsnak", "datavalue", "value")
    unit = language = ""
    if isinstance(value, dict):
        unit = text(value.get("unit")).rpartition("/")[2]
        language = text(value.get("language"))
        value = value.get("id") or value.get("amount") or value.get("time") or value.get("text")
    told = text(value)
    if not told:
        return None
    return Claim(
        prop, told.removeprefix("+"), index, unit, _qualified_day(row), bool(objects(row.get("references"))),
        text(dig(row, "qualifiers", "P249", 0, "datavalue", "value")), language,
    )  # fmt: skip


def _qualified_day(row: Mapping[str, Any]) -> date | None:
    for prop in ("P585", "P580"):
        told = text(dig(row, "qualifiers", prop, 0, "datavalue", "value", "time"))
        if told:
            year, _, rest = told.lstrip("+").partition("-")
            try:
                month, day = max(1, int(rest[:2])), max(1, int(rest[3:5]))
                return date(int(year), month, day)
            except ValueError:
                continue
    return None


@reader("wikidata")
def read_items(body: bytes) -> Iterator[dict[str, Any]]:
    """Records of Wikidata: one an item, its claims as texts and ids."""
    for item in parse_items(body):
        yield {
            "id": item.id, "label": item.label(), "description": item.descriptions.get("en", ""),
            "aliases": list(item.aliases[:20]), "organisation": item.is_organisation,
            "claims": {prop: claims[0].value for prop, claims in item.claims.items()},
        }  # fmt: skip

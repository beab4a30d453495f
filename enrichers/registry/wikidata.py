"""Wikidata: what volunteers wrote about companies, with references. CC0.

Source: https://www.wikidata.org/w/api.php; its policy wants a contact in the User-Agent. Off unless switched on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from accounts.account import Account, Company
from accounts.link import Candidate
from accounts.observation import Outcome
from enrichers.base import Answer, Reading, source
from enrichers.news.asked import is_chinese, spoken_name
from enrichers.registry.register import Asked, Register, Said
from enrichers.registry.wikidata_parse import CURRENCIES, Claim, Item, parse_items
from enrichers.shapes import listed, load_object, objects, text
from enrichers.web.response import Response

API = "https://www.wikidata.org/w/api.php"
_MOST = 5
_LINKED = ("P17", "P159", "P414", "P169", "P488", "P452", "P749")
_PROPERTIES = "labels|aliases|descriptions|claims"


@source
class Wikidata(Register):
    """Offers items that are companies by name, and reads their claims. Threads may share one instance."""

    name = "wikidata"
    extractor = "wikidata/1"
    provides = frozenset(
        ["legal_name", "aliases", "website", "employees", "revenue", "revenue_currency", "revenue_year", "founded", "lei", "cik", "ticker", "exchange", "country", "city", "industry", "parent", "key_executives", "description"]
    )  # fmt: skip
    needs = frozenset({"name", "legal_name"})
    cost = 0.0
    licence = "CC0 1.0"
    opt_in = "it takes three requests an account"

    def _search(self, account: Account, asked: Asked) -> Answer[Candidate]:
        name = spoken_name(account)
        if not name:
            return Answer.of(())
        language = "zh" if is_chinese(name) else "en"
        question = {"action": "wbsearchentities", "search": name, "language": language, "type": "item", "limit": _MOST, "format": "json"}  # fmt: skip
        response = self._get(asked, f"{API}?{urlencode(question)}")
        if response is None:
            return Answer.of(())
        rows = objects(
            listed(load_object(response.body, "a search of Wikidata"), "search", "a search of Wikidata")
        )
        ids = [id_ for row in rows if (id_ := text(row.get("id"))).startswith("Q")]
        items = self._items(asked, ids, _PROPERTIES)[0] if ids else ()
        order = {id_: n for n, id_ in enumerate(ids)}
        found = sorted((i for i in items if i.is_organisation), key=lambda i: order.get(i.id, 99))
        return Answer.of(tuple(map(_candidate, found)))

    def _read(self, account: Account, candidate: Candidate, asked: Asked) -> Answer[Reading]:
        items, response = self._items(asked, [candidate.company.id], _PROPERTIES)
        if response is None or not items:
            return Answer.not_found(f"Wikidata has no item {candidate.company.id}.")
        item = items[0]
        linked = sorted(
            {c.value for p in _LINKED for c in item.claims.get(p, ())[:5] if c.value.startswith("Q")}
        )
        named = self._items(asked, linked[:50], "labels")[0] if linked else ()
        names = {other.id: other.label() for other in named}
        made = tuple(self._observations(account, item.id, _said(item, names), response))
        return Answer.of((Reading(made),)) if made else Answer(Outcome.ZERO_ROWS)

    def _items(self, asked: Asked, ids: list[str], props: str) -> tuple[tuple[Item, ...], Response | None]:
        question = {"action": "wbgetentities", "ids": "|".join(ids), "props": props, "languages": "en|zh|zh-hans|zh-cn", "format": "json", "maxlag": 5}  # fmt: skip
        response = self._get(asked, f"{API}?{urlencode(question)}")
        return (parse_items(response.body), response) if response is not None else ((), None)


def _said(item: Item, names: Mapping[str, str]) -> Iterator[Said]:
    def one(field: str, prop: str, told: str, claim: Claim, sure: float, shown: str = "") -> Said:
        sure = sure if claim.referenced else sure - 0.2
        return Said(
            field, told, f"/entities/{item.id}/claims/{prop}/{claim.index}", f"{prop} {shown or told}", sure
        )

    def claims(prop: str, most: int = 1) -> Iterator[Claim]:
        yield from item.claims.get(prop, ())[:most]

    for field, prop, sure in (("website", "P856", 0.75), ("lei", "P1278", 0.9), ("cik", "P5531", 0.9), ("legal_name", "P1448", 0.7)):  # fmt: skip
        for claim in claims(prop):
            yield one(field, prop, claim.value, claim, sure)
    for field, prop, sure in (("country", "P17", 0.8), ("city", "P159", 0.75), ("industry", "P452", 0.65), ("parent", "P749", 0.75)):  # fmt: skip
        for claim in claims(prop):
            yield one(
                field,
                prop,
                names.get(claim.value, ""),
                claim,
                sure,
                f"{names.get(claim.value, '')} ({claim.value})",
            )
    for claim in claims("P571"):
        yield one("founded", "P571", claim.value[:4], claim, 0.8, f"inception {claim.value[:10]}")
    for claim in claims("P1128"):
        yield one(
            "employees",
            "P1128",
            claim.value,
            claim,
            _of_age(0.75, claim),
            f"employees {claim.value} ({claim.on or 'undated'})",
        )
    yield from _revenue(item)
    for claim in claims("P414", 3):
        yield one("exchange", "P414", names.get(claim.value, ""), claim, 0.75)
        yield one("ticker", "P414", claim.ticker, claim, 0.8, f"ticker {claim.ticker}")
    for prop, role in (("P169", "Chief Executive Officer"), ("P488", "Chairperson")):
        for claim in claims(prop, 2):
            person = names.get(claim.value, "")
            yield one(
                "key_executives", prop, f"{person}, {role}" if person else "", claim, _of_age(0.75, claim)
            )
    if "en" in item.descriptions:
        told = item.descriptions["en"]
        yield Said("description", told, f"/entities/{item.id}/descriptions/en", f"description: {told}", 0.4)
    for n, alias in enumerate(item.aliases[:20]):
        yield Said("aliases", alias, f"/entities/{item.id}/aliases/{n}", f"also known as {alias}", 0.6)


def _revenue(item: Item) -> Iterator[Said]:
    """Revenue with its currency and year; an amount that does not say both is no figure."""
    claim = item.first("P2139")
    if claim is None or claim.on is None or claim.unit not in CURRENCIES:
        return
    currency, year = CURRENCIES[claim.unit], str(claim.on.year)
    shown = f"revenue {claim.value} {currency} ({claim.on.year})"
    pointer = f"/entities/{item.id}/claims/P2139/{claim.index}"
    sure = 0.75 if claim.referenced else 0.55
    for field, told in (("revenue", claim.value), ("revenue_currency", currency), ("revenue_year", year)):
        yield Said(field, told, pointer, shown, sure)


def _of_age(sure: float, claim: Claim) -> float:
    """Figures and posts without a day are anybody's guess."""
    return sure if claim.on is not None else sure - 0.15


def _candidate(item: Item) -> Candidate:
    sites = tuple(c.value for c in item.claims.get("P856", ())[:3])
    names = (*item.labels.values(), *(c.value for c in item.claims.get("P1448", ())[:3]), *item.aliases[:12])
    schemes = {"lei": "P1278", "cik": "P5531"}
    numbers = {scheme: claim.value for scheme, prop in schemes.items() if (claim := item.first(prop))}
    company = Company(
        item.id, tuple(dict.fromkeys(names)), websites=sites, identifiers=numbers,
        description=item.descriptions.get("en"),
    )  # fmt: skip
    return Candidate("wikidata", company, f"https://www.wikidata.org/wiki/{item.id}")

"""Observations of a registrant's submissions, each with the place in the JSON it stands at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from accounts.catalogue import Catalogue
from accounts.observation import Evidence, Observation
from accounts.values import Hints
from accounts.values.phone import parse_phone
from enrichers.observe import observe
from enrichers.registry.edgar_parse import FormerName, Submissions
from enrichers.web.response import Response

_EXTRACTOR = "edgar-submissions/1"
_BUSINESS = "/addresses/business"
_ORDINAL = re.compile(r"\d+(ST|ND|RD|TH)")
_UPPER = frozenset(["N", "S", "E", "W", "NE", "NW", "SE", "SW", "PO", "II", "III", "IV", "USA", "UK"])


@dataclass(frozen=True, slots=True)
class _Said:
    """One thing the file says; `pointer` is a JSON pointer (RFC 6901), `shown` the snippet in readable form."""

    field: str
    text: str
    pointer: str
    shown: str
    confidence: float
    kind: str | None = None
    display: str | None = None


def observations(
    catalogue: Catalogue, account_id: str, found: Submissions, response: Response
) -> Iterator[Observation]:
    """Everything the file says about catalogue fields."""
    hints = Hints(country=found.place.country or None)
    for said in _all_said(found):
        if not said.text or said.field not in catalogue:
            continue
        made = observe(
            catalogue,
            account_id,
            said.field,
            said.text,
            source="edgar",
            record_id=found.cik,
            evidence=Evidence(
                url=response.final_url, passage=said.shown, fetched_at=response.fetched_at, selector=said.pointer,
                body_sha256=response.body_sha256,
            ),
            confidence=said.confidence,
            extractor=_EXTRACTOR,
            at=response.fetched_at,
            hints=hints,
            kind=said.kind,
            display=said.display,
        )  # fmt: skip
        if made is not None:
            yield made


def _all_said(found: Submissions) -> Iterator[_Said]:
    yield _Said("cik", found.cik, "/cik", f"CIK {found.cik}: {found.name}", 0.99)
    yield _Said("legal_name", found.name, "/name", f"name: {found.name}", 0.97)
    yield _Said("sic", found.sic, "/sic", f"SIC {found.sic}: {found.industry}", 0.95)
    yield _Said("industry", found.industry, "/sicDescription", f"SIC {found.sic}: {found.industry}", 0.85)
    yield _Said("website", found.website, "/website", f"website: {found.website}", 0.85)
    for i, ticker in enumerate(found.tickers):
        yield _Said("ticker", ticker, f"/tickers/{i}", f"ticker: {ticker}", 0.95)
    for i, exchange in enumerate(found.exchanges):
        yield _Said("exchange", exchange, f"/exchanges/{i}", f"exchange: {exchange}", 0.95)
    for former in found.former_names:
        yield _former(former)
    yield from _address(found)
    yield _phone(found)


def _address(found: Submissions) -> Iterator[_Said]:
    """The business address: where the company is run from, as it last told the SEC."""
    parts = (
        found.street,
        found.city,
        found.place.region or found.place_code,
        found.postcode,
        found.place.country,
    )
    shown = "business address: " + ", ".join(part for part in parts if part)
    street, city = _eased(found.street), _eased(found.city)
    yield _Said("street", street, f"{_BUSINESS}/street1", shown, 0.85, display=found.street)
    yield _Said("city", city, f"{_BUSINESS}/city", shown, 0.88, display=found.city)
    yield _Said("region", found.place.region, f"{_BUSINESS}/stateOrCountry", shown, 0.88)
    yield _Said("postcode", found.postcode, f"{_BUSINESS}/zipCode", shown, 0.88)
    yield _Said("country", found.place.country, f"{_BUSINESS}/stateOrCountry", shown, 0.9)


def _phone(found: Submissions) -> _Said:
    """The phone of the business address; a number of another country is often an agent's, so it counts for less."""
    number = parse_phone(found.phone, Hints(country=found.place.country or None)) if found.phone else None
    home = _calling_code(found.place.country)
    near = number is not None and number.country_code == home
    return _Said(
        "phone", found.phone, "/phone", f"phone: {found.phone}", 0.8 if near else 0.4, kind="headquarters"
    )


def _calling_code(country: str) -> int | None:
    """The calling code of a country (ISO alpha-2), or None."""
    return phonenumbers.country_code_for_region(country) or None


def _former(former: FormerName) -> _Said:
    span = " ".join(
        f"{word} {day.isoformat()}" for word, day in (("from", former.since), ("until", former.until)) if day
    )
    shown = f"{former.name} ({span})" if span else former.name
    return _Said(
        "former_names",
        former.name,
        f"/formerNames/{former.index}",
        f"former name: {shown}",
        0.95,
        display=shown,
    )


def _eased(text: str) -> str:
    """A place EDGAR shouts, as people write it; mixed case is left alone.

    >>> _eased("3500 DEER CREEK RD"), _eased("ONE 5TH AVE NW"), _eased("São Paulo")
    ('3500 Deer Creek Rd', 'One 5th Ave NW', 'São Paulo')
    """
    if not text.isupper():
        return text
    return re.sub(r"[^\W_]+(?:['’][^\W_]+)?", lambda m: _eased_word(m.group()), text)


def _eased_word(word: str) -> str:
    if word in _UPPER:
        return word
    if _ORDINAL.fullmatch(word):
        return word.lower()
    return word if any(c.isdigit() for c in word) else word.capitalize()

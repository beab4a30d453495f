"""OpenCorporates: registers of many countries behind one interface. Unconfirmed in parts; share-alike, so it needs your own key.

Source: https://api.opencorporates.com/documentation/API-Reference
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from accounts.account import Account, Company
from accounts.link import Candidate
from accounts.values.place import country_code
from enrichers.base import Answer, Reading, source
from enrichers.readers import reader
from enrichers.registry.register import Asked, Register, Said
from enrichers.shapes import day, dig, listed, load_object, objects, text
from enrichers.web.response import Response

API = "https://api.opencorporates.com/v0.4"
_MOST = 10


@source
class OpenCorporates(Register):
    """Offers companies by name within the account's country. Threads may share one instance."""

    name = "opencorporates"
    extractor = "opencorporates/1"
    provides = frozenset(
        [
            "legal_name",
            "company_number",
            "registration_status",
            "former_names",
            "founded",
            "country",
            "ownership",
        ]
    )
    needs = frozenset({"legal_name", "name"})
    cost = 0.0
    licence = "ODbL 1.0, share-alike, by the user's own agreement"
    key_env = "OPENCORPORATES_KEY"

    def _search(self, account: Account, asked: Asked) -> Answer[Candidate]:
        name = account.get("legal_name") or account.get("name")
        if not name:
            return Answer.of(())
        country = country_code(account.get("country") or "")
        question = {"q": name, "per_page": str(_MOST)} | (
            {"country_code": country.lower()} if country else {}
        )
        response = self._ask(asked, f"{API}/companies/search?{urlencode(question)}")
        found = parse_companies(response.body) if response is not None else []
        return Answer.of(tuple({_id(row): _candidate(row) for row in found}.values()))

    def _read(self, account: Account, candidate: Candidate, asked: Asked) -> Answer[Reading]:
        response = self._ask(asked, candidate.url)
        if response is None:
            return Answer.not_found(f"OpenCorporates has no company {candidate.company.id}.")
        [row] = parse_companies(response.body)[:1] or [{}]
        country = text(row.get("jurisdiction_code"))[:2].upper()
        made = self._observations(account, candidate.company.id, _said(row), response, country)
        return Answer.of((Reading(tuple(made)),))

    def _ask(self, asked: Asked, url: str) -> Response | None:
        return self._get(asked, url, secrets={"api_token": self._key} if self._key else None, keep=True)


def parse_companies(body: bytes) -> list[Mapping[str, Any]]:
    """The companies of a search, or the one of a record. Raises SourceBroken where the body is neither."""
    results = dig(load_object(body, "an answer of OpenCorporates"), "results")
    one = dig(results, "company")
    rows = (
        [one]
        if one
        else [dig(r, "company") for r in listed(results, "companies", "an answer of OpenCorporates")]
    )
    return [row for row in objects(rows) if text(row.get("name")) and text(row.get("company_number"))]


@reader("opencorporates")
def read_companies(body: bytes) -> Iterator[dict[str, Any]]:
    """Records of OpenCorporates: one a company."""
    for row in parse_companies(body):
        yield {"id": _id(row)} | {s.field: s.display or s.text for s in _said(row) if s.text}


def _id(row: Mapping[str, Any]) -> str:
    return f"{text(row.get('jurisdiction_code'))}/{text(row.get('company_number'))}"


def _said(row: Mapping[str, Any]) -> Iterator[Said]:
    at = "/results/company"
    publisher = text(dig(row, "source", "publisher"))
    by = f" ({publisher})" if publisher else ""
    name, number, status = (text(row.get(key)) for key in ("name", "company_number", "current_status"))
    yield Said("legal_name", name, f"{at}/name", f"name: {name}{by}", 0.93)
    yield Said("company_number", number, f"{at}/company_number", f"company number {number}{by}", 0.95)
    yield Said("registration_status", status, f"{at}/current_status", f"status: {status}{by}", 0.88)
    yield Said("country", text(row.get("jurisdiction_code"))[:2].upper(), f"{at}/jurisdiction_code", f"jurisdiction: {text(row.get('jurisdiction_code'))}", 0.8)  # fmt: skip
    yield Said("ownership", text(row.get("company_type")), f"{at}/company_type", f"type: {text(row.get('company_type'))}", 0.75)  # fmt: skip
    made = day(row.get("incorporation_date"))
    yield Said(
        "founded", str(made.year) if made else "", f"{at}/incorporation_date", f"incorporated on {made}", 0.8
    )
    for n, former in enumerate(objects(row.get("previous_names"))):
        told = text(former.get("company_name"))
        yield Said("former_names", told, f"{at}/previous_names/{n}", f"former name: {told}", 0.9)


def _candidate(row: Mapping[str, Any]) -> Candidate:
    country = text(row.get("jurisdiction_code"))[:2].upper()
    former = (text(f.get("company_name")) for f in objects(row.get("previous_names")))
    address = {"country": country} if country_code(country) else {}
    company = Company(
        _id(row), (text(row.get("name")), *(f for f in former if f)), address=address,
        identifiers={"company_number": text(row.get("company_number"))},
    )  # fmt: skip
    return Candidate("opencorporates", company, f"{API}/companies/{_id(row)}")

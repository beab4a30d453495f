"""UK Companies House. Source: https://developer.company-information.service.gov.uk; 600 requests in five minutes a key. OGL v3."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from accounts.account import Account, Company
from accounts.link import Candidate
from accounts.observation import Evidence, Signal
from accounts.values.place import country_code
from enrichers.base import Answer, Reading, source
from enrichers.readers import reader
from enrichers.registry.register import Asked, Register, Said
from enrichers.shapes import day, dig, items, listed, load_object, objects, text
from enrichers.web.response import Response

API = "https://api.company-information.service.gov.uk"
_MOST = 10
_INSOLVENT = frozenset(
    {"liquidation", "receivership", "administration", "voluntary-arrangement", "insolvency-proceedings"}
)


@source
class CompaniesHouse(Register):
    """Offers British companies by number, else by name. Setting: `officers` (true; one request more)."""

    name = "companies_house"
    extractor = "companies-house/1"
    provides = frozenset(
        ["legal_name", "company_number", "registration_status", "street", "city", "region", "postcode", "country", "former_names", "founded", "industry_code", "industry_scheme", "key_executives", "bankruptcy"]
    )  # fmt: skip
    needs = frozenset({"company_number", "legal_name", "name"})
    cost = 0.0
    licence = "Open Government Licence v3.0"
    key_env = "COMPANIES_HOUSE_KEY"

    def _search(self, account: Account, asked: Asked) -> Answer[Candidate]:
        country = country_code(account.get("country") or "")
        if country not in (None, "GB"):
            return Answer.of(())
        number = (account.get("company_number") or "").strip().upper()
        if number and country == "GB":
            response = self._ask(asked, f"{API}/company/{quote(number.zfill(8))}")
            if response is not None:
                return Answer.of((_candidate(parse_profile(response.body), stated=True),))
        name = account.get("legal_name") or account.get("name")
        if not name:
            return Answer.of(())
        response = self._ask(
            asked, f"{API}/search/companies?{urlencode({'q': name, 'items_per_page': _MOST})}"
        )
        found = parse_search(response.body) if response is not None else ()
        return Answer.of(tuple({text(row.get("company_number")): _candidate(row) for row in found}.values()))

    def _read(self, account: Account, candidate: Candidate, asked: Asked) -> Answer[Reading]:
        number = candidate.company.id
        response = self._ask(asked, f"{API}/company/{quote(number)}")
        if response is None:
            return Answer.not_found(f"Companies House has no company {number}.")
        profile = parse_profile(response.body)
        made = list(self._observations(account, number, _said(profile), response, "GB"))
        if self._context.settings.get("officers", True):
            officers = self._ask(asked, f"{API}/company/{quote(number)}/officers?items_per_page=35")
            if officers is not None:
                made += self._observations(account, number, _officers(officers.body), officers, "GB")
        signals = tuple(self._signals(account, number, profile, response))
        return Answer.of((Reading(tuple(made), signals),))

    def _ask(self, asked: Asked, url: str) -> Response | None:
        secret = base64.b64encode(f"{self._key}:".encode()).decode()
        return self._get(asked, url, headers={"Authorization": f"Basic {secret}"}, keep=True)

    def _signals(
        self, account: Account, number: str, profile: Mapping[str, Any], response: Response
    ) -> Iterator[Signal]:
        status = text(profile.get("company_status"))
        if status in _INSOLVENT:
            name = text(profile.get("company_name"))
            yield Signal(
                account.id, "bankruptcy", f"{name}: {status.replace('-', ' ')}", self.name, number,
                Evidence(response.final_url, f"company status: {status}", response.fetched_at, "/company_status", response.body_sha256),
                0.95, self.extractor, response.fetched_at,
            )  # fmt: skip


def parse_search(body: bytes) -> list[Mapping[str, Any]]:
    """The companies of a search. Raises SourceBroken where the body is none."""
    rows = objects(
        listed(load_object(body, "a search of Companies House"), "items", "a search of Companies House")
    )
    return [
        {**row, "company_name": row.get("title"), "registered_office_address": row.get("address")}
        for row in rows
        if text(row.get("company_number")) and text(row.get("title"))
    ]


def parse_profile(body: bytes) -> Mapping[str, Any]:
    """A company's profile. Raises SourceBroken where the body is none."""
    data = load_object(body, "a profile of Companies House")
    if not text(data.get("company_number")) or not text(data.get("company_name")):
        listed({}, "company_number", "a profile of Companies House")
    return data


@reader("companies-house")
def read_profile(body: bytes) -> Iterator[dict[str, Any]]:
    """The one record of a company's profile."""
    profile = parse_profile(body)
    yield {said.field: said.display or said.text for said in _said(profile) if said.text}


def _said(p: Mapping[str, Any]) -> Iterator[Said]:
    name, number, status = (text(p.get(key)) for key in ("company_name", "company_number", "company_status"))
    yield Said("legal_name", name, "/company_name", f"company name: {name}", 0.97)
    yield Said("company_number", number, "/company_number", f"company number {number}: {name}", 0.99)
    yield Said("registration_status", status, "/company_status", f"company status: {status}", 0.97)
    created = day(p.get("date_of_creation"))
    yield Said(
        "founded",
        str(created.year) if created else "",
        "/date_of_creation",
        f"incorporated on {created}",
        0.8,
    )
    where = p.get("registered_office_address")
    street = ", ".join(t for t in (text(dig(where, "premises")), text(dig(where, "address_line_1"))) if t)
    parts = {"street": street, "city": text(dig(where, "locality")), "region": text(dig(where, "region")), "postcode": text(dig(where, "postal_code")), "country": "GB" if where else ""}  # fmt: skip
    shown = "registered office: " + ", ".join(part for part in parts.values() if part)
    for field, told in parts.items():
        yield Said(field, told, "/registered_office_address", shown, 0.65)
    codes = [text(code) for code in items(p.get("sic_codes"))]
    if codes:
        yield Said("industry_code", codes[0], "/sic_codes/0", f"SIC codes: {', '.join(codes)}", 0.85)
        yield Said("industry_scheme", "UK SIC 2007", "/sic_codes", f"SIC codes: {', '.join(codes)}", 0.85)
    for n, former in enumerate(objects(p.get("previous_company_names"))):
        told = text(former.get("name"))
        until = text(former.get("ceased_on"))
        yield Said(
            "former_names", told, f"/previous_company_names/{n}", f"former name until {until}: {told}", 0.97
        )


def _officers(body: bytes) -> Iterator[Said]:
    """Officers in office, name and role alone; secretaries that are companies are left out."""
    for n, officer in enumerate(objects(load_object(body, "officers").get("items"))):
        role = text(officer.get("officer_role")).replace("-", " ")
        if officer.get("resigned_on") or role not in (
            "director",
            "secretary",
            "llp member",
            "llp designated member",
        ):
            continue
        last, _, first = text(officer.get("name")).partition(", ")
        name = f"{first} {last.title()}" if first else last
        yield Said("key_executives", f"{name}, {role.capitalize()}", f"/items/{n}", f"{role}: {name}", 0.85)


def _candidate(p: Mapping[str, Any], *, stated: bool = False) -> Candidate:
    number = text(p.get("company_number"))
    where = p.get("registered_office_address")
    parts = {"street": text(dig(where, "address_line_1")), "city": text(dig(where, "locality")), "postcode": text(dig(where, "postal_code")), "country": "GB"}  # fmt: skip
    former = tuple(text(f.get("name")) for f in objects(p.get("previous_company_names")))
    company = Company(
        number, (text(p.get("company_name")), *(f for f in former if f)),
        address={k: v for k, v in parts.items() if v}, identifiers={"company_number": number},
    )  # fmt: skip
    return Candidate("companies_house", company, f"{API}/company/{number}", stated)

"""GLEIF: the Legal Entity Identifiers of the world, with direct and ultimate parents. CC0.

Source: https://www.gleif.org/en/lei-data/gleif-api; about sixty requests a minute, so it is off unless switched on.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from accounts.account import Account, Company
from accounts.link import Candidate
from accounts.observation import Outcome
from accounts.values import value_type
from enrichers.base import Answer, Reading, source
from enrichers.registry.gleif_parse import LegalAddress, LegalEntity, parse_entities
from enrichers.registry.register import Asked, Register, Said

RECORDS = "https://api.gleif.org/api/v1/lei-records"
_MOST = 10
_PARENTS = {"direct-parent": "parent", "ultimate-parent": "ultimate_parent"}


@source
class Gleif(Register):
    """Offers legal entities by LEI, else by legal name. Setting: `parents` (true; two requests more)."""

    name = "gleif"
    extractor = "gleif/1"
    provides = frozenset(
        ["legal_name", "lei", "aliases", "former_names", "company_number", "uscc", "street", "city", "region", "postcode", "country", "registration_status", "founded", "parent", "ultimate_parent"]
    )  # fmt: skip
    needs = frozenset({"lei", "legal_name", "name"})
    cost = 0.0
    licence = "CC0 1.0"
    opt_in = "it answers about one question a second"

    def _search(self, account: Account, asked: Asked) -> Answer[Candidate]:
        lei = value_type("lei").canonical(account.get("lei") or "")
        if lei:
            response = self._get(asked, f"{RECORDS}/{lei}", keep=True)
            if response is None:
                return Answer.not_found(f"GLEIF has no LEI {lei}.")
            [entity] = parse_entities(response.body)
            return Answer.of((_candidate(entity, stated=True),))
        name = account.get("legal_name") or account.get("name")
        if not name:
            return Answer.of(())
        question = urlencode({"filter[entity.legalName]": name, "page[size]": _MOST})
        response = self._get(asked, f"{RECORDS}?{question}")
        found = parse_entities(response.body) if response is not None else ()
        return Answer.of(tuple({e.lei: _candidate(e) for e in found}.values()))

    def _read(self, account: Account, candidate: Candidate, asked: Asked) -> Answer[Reading]:
        response = self._get(asked, f"{RECORDS}/{quote(candidate.company.id)}", keep=True)
        if response is None:
            return Answer.not_found(f"GLEIF has no LEI {candidate.company.id}.")
        entity = next(parse_entities(response.body), None)
        if entity is None:
            return Answer(Outcome.ZERO_ROWS)
        country = entity.headquarters.country or entity.legal_address.country
        made = list(self._observations(account, entity.lei, _said(entity), response, country))
        if self._context.settings.get("parents", True):
            for path, field in _PARENTS.items():
                parent = self._get(asked, f"{RECORDS}/{entity.lei}/{path}")
                above = next(parse_entities(parent.body), None) if parent is not None else None
                if parent is not None and above is not None and above.lei != entity.lei:
                    shown = f"{path.replace('-', ' ')}: {above.legal_name} (LEI {above.lei})"
                    said = Said(
                        field, above.legal_name, "/data/attributes/entity/legalName/name", shown, 0.93
                    )
                    made += self._observations(account, entity.lei, [said], parent)
        return Answer.of((Reading(tuple(made)),))


def _said(e: LegalEntity) -> Iterator[Said]:
    entity = "/data/attributes/entity"
    yield Said(
        "lei", e.lei, "/data/attributes/lei", f"LEI {e.lei}: {e.legal_name}", 0.99 if e.lei_valid else 0.3
    )
    yield Said("legal_name", e.legal_name, f"{entity}/legalName/name", f"legal name: {e.legal_name}", 0.96)
    for kind, names in (("otherNames", e.other_names), ("transliteratedOtherNames", e.latin_names)):
        for n, name in enumerate(names):
            yield Said("aliases", name, f"{entity}/{kind}/{n}", f"other name: {name}", 0.85)
    for n, name in enumerate(e.former_names):
        yield Said("former_names", name, f"{entity}/otherNames/{n}", f"former name: {name}", 0.93)
    shown = f"registered as {e.registered_as} with {e.registered_at}"
    yield Said("company_number", e.registered_as, f"{entity}/registeredAs", shown, 0.93)
    if e.jurisdiction.startswith("CN"):
        yield Said("uscc", e.registered_as, f"{entity}/registeredAs", shown, 0.93)
    yield Said("registration_status", e.status, f"{entity}/status", f"entity status: {e.status}", 0.85)
    yield Said("founded", e.created[:4], f"{entity}/creationDate", f"created {e.created}", 0.7)
    yield from _address(e)


def _address(e: LegalEntity) -> Iterator[Said]:
    """The headquarters, else the legal address: often an agent's, so it counts for less."""
    here, where, sure = (e.headquarters, "headquartersAddress", 0.85) if _is_told(e.headquarters) else (e.legal_address, "legalAddress", 0.6)  # fmt: skip
    parts = {"street": here.street, "city": here.city, "region": here.region, "postcode": here.postcode, "country": here.country}  # fmt: skip
    shown = "address: " + ", ".join(part for part in parts.values() if part)
    for field, told in parts.items():
        yield Said(field, told, f"/data/attributes/entity/{where}", shown, sure)


def _is_told(address: LegalAddress) -> bool:
    return bool(address.city or address.street)


def _candidate(e: LegalEntity, *, stated: bool = False) -> Candidate:
    here = e.headquarters if _is_told(e.headquarters) else e.legal_address
    parts = {"street": here.street, "city": here.city, "region": here.region, "postcode": here.postcode, "country": here.country}  # fmt: skip
    numbers = {"lei": e.lei} | (
        {"uscc": e.registered_as} if e.jurisdiction.startswith("CN") and e.registered_as else {}
    )
    company = Company(
        e.lei, (e.legal_name, *e.latin_names, *e.other_names, *e.former_names),
        address={k: v for k, v in parts.items() if v}, identifiers=numbers,
    )  # fmt: skip
    return Candidate("gleif", company, f"{RECORDS}/{e.lei}", stated)

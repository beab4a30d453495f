"""The source `dns`: the e-mail suite, the CDN and the services a company's domain names in DNS."""

from __future__ import annotations

import hashlib
import json

from accounts.account import Account, Company
from accounts.catalogue import shipped_catalogue
from accounts.errors import SourceError
from accounts.link import Candidate
from accounts.observation import Evidence, Outcome
from accounts.values.web import registrable_domain
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.technographic.database import detector_for
from enrichers.technographic.facts import Sighting, evidence_passage, observations
from enrichers.technographic.surface import read_surface
from enrichers.web.names import Names, Records

_ORDER = ("MX", "CNAME", "TXT", "NS")
"""Where a technology shows in several types, the first of these is its evidence."""


@source
class DnsRecords:
    """Asks DNS about an account's registrable domain: MX, TXT, NS, and the CNAME of its usual hosts."""

    name = "dns"
    provides = frozenset({"technologies", "email_suite", "cdn", "crm_suite", "marketing_suite"})
    needs = frozenset({"website", "domain"})
    cost = 0.0
    every_days = 14
    licence = "facts from the public DNS"

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._catalogue = shipped_catalogue()

    def search(self, account: Account) -> Answer[Candidate]:
        """The registrable domain of the account's website as the one candidate; DNS is not asked yet."""
        stated = account.get("website") or account.get("domain") or ""
        domain = registrable_domain(stated)
        if domain is None:
            return Answer.not_found(f"{stated!r} names no domain" if stated else "the account has no website")
        company = Company(id=domain, names=(), websites=(f"https://{domain}/",))
        return Answer.of((Candidate(self.name, company, f"https://{domain}/", stated=True),))

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """What the domain's records show. A type that could not be learnt is told and is no empty answer."""
        web, domain = self._context.web, candidate.company.id
        if not isinstance(web, Names):
            return Answer.failed("this web cannot ask DNS")
        try:
            records = web.look_up(domain)
        except SourceError as error:
            return Answer.failed(error.what)
        sightings = [
            Sighting(found, _evidence(records, kind, evidence_passage(found), self._context))
            for kind in sorted(records.found, key=_ORDER.index)
            for found in detector_for().detect(read_surface("", None, dns={kind: records.found[kind]}))
        ]
        said = observations(
            sightings, catalogue=self._catalogue, account_id=account.id, source=self.name, record_id=domain,
            clock=self._context.clock,
        )  # fmt: skip
        told = "; ".join(f"{kind} could not be learnt: {why}" for kind, why in records.failed.items())
        read = tuple(_address(domain, kind) for kind in records.found)
        outcome = Outcome.ROWS if said else Outcome.ZERO_ROWS
        return Answer(outcome, (Reading(said, pages=read),), told[:300], 0)


def _address(domain: str, kind: str) -> str:
    """What a record type of a domain goes by, so that each type counts for itself when a thing is gone."""
    return f"https://{domain}/?dns={kind.lower()}"


def _evidence(records: Records, kind: str, shown: str, context: SourceContext) -> Evidence:
    body = json.dumps([records.domain, sorted(records.found.items())], ensure_ascii=False).encode()
    return Evidence(
        _address(records.domain, kind),
        shown,
        context.clock.now(),
        f"dns:{kind.lower()}",
        hashlib.sha256(body).hexdigest(),
    )

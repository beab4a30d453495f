"""SEC EDGAR: the companies that report to the U.S. Securities and Exchange Commission.

A name reaches a CIK through `company_tickers.json`; a CIK's submissions file tells name, former names, tickers, industry,
address and phone. Public domain, no key, at most ten requests a second, contact address wanted (`web/hosts.yml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from accounts.account import Account, Company
from accounts.catalogue import shipped_catalogue
from accounts.errors import SourceError
from accounts.link import Candidate
from accounts.values import value_type
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.registry.edgar_desk import SUBMISSIONS, TICKERS, Counter, EdgarDesk, Read
from enrichers.registry.edgar_observe import observations
from enrichers.registry.edgar_parse import Registrant, Submissions

__all__ = ["SUBMISSIONS", "TICKERS", "Edgar"]
_LATIN = re.compile(r"[A-Za-z]")
_LOOKED_INTO = 2


@source
class Edgar:
    """Offers registrants by CIK, else by name, and reads their submissions. Threads may share one instance."""

    name = "edgar"
    provides = frozenset({
        "legal_name", "cik", "ticker", "exchange", "sic", "industry", "street", "city", "region", "postcode",
        "country", "phone", "former_names", "website",
    })  # fmt: skip
    needs = frozenset({"cik", "name", "legal_name"})
    cost = 0.0
    licence = "public domain (U.S. government work)"

    def __init__(self, context: SourceContext) -> None:
        self._catalogue = shipped_catalogue()
        self._desk = EdgarDesk(context)

    def search(self, account: Account) -> Answer[Candidate]:
        """The registrant the account names by its CIK, else those of a like name."""
        requests = Counter()
        try:
            cik = value_type("cik").canonical(account.get("cik") or "")
            if cik:
                return self._stated(cik, requests)
            names = [n for n in (account.get("legal_name"), account.get("name")) if n and _LATIN.search(n)]
            if not names:
                return Answer.of(())
            return Answer.of(tuple(self._like(names, requests)), requests=requests.count)
        except SourceError as error:
            return Answer.failed(str(error), requests=requests.count)

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """What the registrant's submissions say."""
        requests = Counter()
        try:
            found = self._desk.submissions(candidate.company.id, requests)
        except SourceError as error:
            return Answer.failed(str(error), requests=requests.count)
        if found is None:
            return Answer.not_found(f"EDGAR has no CIK {candidate.company.id}.", requests=requests.count)
        made = observations(self._catalogue, account.id, found.submissions, found.response)
        return Answer.of((Reading(tuple(made)),), requests=requests.count)

    def _stated(self, cik: str, requests: Counter) -> Answer[Candidate]:
        found = self._desk.submissions(cik, requests)
        if found is None:
            return Answer.not_found(f"EDGAR has no CIK {cik}.", requests=requests.count)
        return Answer.of(
            (_candidate(company_of_submissions(found.submissions), stated=True),), requests=requests.count
        )

    def _like(self, names: list[str], requests: Counter) -> Iterator[Candidate]:
        """Candidates by name; the few of the very same name are looked into, so that more than it can be compared."""
        index = self._desk.registrants(requests)
        same = {r.cik: r for name in names for r in index.same(name)}
        near = {r.cik: r for name in names for r in index.near(name)}
        looked_into = 0
        for cik, registrant in (same | near).items():
            found = None
            if cik in same and looked_into < _LOOKED_INTO:
                looked_into += 1
                found = self._try(cik, requests)
            yield _candidate(company_of_submissions(found.submissions) if found else _named(registrant))

    def _try(self, cik: str, requests: Counter) -> Read | None:
        """The submissions if they can be had: the candidate stands without them too."""
        try:
            return self._desk.submissions(cik, requests)
        except SourceError:
            return None


def _candidate(company: Company, *, stated: bool = False) -> Candidate:
    return Candidate("edgar", company, SUBMISSIONS.format(cik=company.id), stated)


def _named(registrant: Registrant) -> Company:
    """A registrant of which only the name is known."""
    return Company(registrant.cik, (registrant.title,), identifiers={"cik": registrant.cik})


def company_of_submissions(found: Submissions) -> Company:
    """A registrant as its submissions describe it."""
    parts = {
        "street": found.street, "city": found.city, "region": found.place.region, "postcode": found.postcode,
        "country": found.place.country,
    }  # fmt: skip
    return Company(
        id=found.cik,
        names=(found.name, *(former.name for former in found.former_names)),
        websites=(found.website,) if found.website else (),
        phones=(found.phone,) if found.phone else (),
        address={part: text for part, text in parts.items() if text},
        identifiers={"cik": found.cik},
        industry=found.industry or None,
    )

"""SEC EDGAR: the companies that report to the U.S. Securities and Exchange Commission.

A name reaches a CIK through `company_tickers.json`; a CIK's submissions file tells name, former names, tickers, industry,
address and phone. Public domain, no key, at most ten requests a second, contact address wanted (`web/hosts.yml`).
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.account import Account, Company
from accounts.catalogue import shipped_catalogue
from accounts.errors import QuotaExhausted, SourceBroken, SourceError, SourceUnavailable
from accounts.link import Candidate
from accounts.values import value_type
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.registry.edgar_names import RegistrantIndex
from enrichers.registry.edgar_observe import observations
from enrichers.registry.edgar_parse import Registrant, Submissions, parse_submissions, parse_tickers
from enrichers.web.response import Response

TICKERS = "https://www.sec.gov/files/company_tickers.json"
SUBMISSIONS = "https://data.sec.gov/submissions/CIK{cik:0>10}.json"
_LATIN = re.compile(r"[A-Za-z]")
_LOOKED_INTO = 2
_KEPT = 256
_TICKER_TRIES = 3


@dataclass(frozen=True, slots=True)
class Read:
    """A submissions file that was read, with the response it came in."""

    submissions: Submissions
    response: Response


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
        self._context = context
        self._catalogue = shipped_catalogue()
        self._lock = threading.Lock()
        self._index: RegistrantIndex | None = None
        self._tries = 0
        self._stopped: SourceError | None = None
        self._read: OrderedDict[str, Read] = OrderedDict()

    def search(self, account: Account) -> Answer[Candidate]:
        """The registrant the account names by its CIK, else those of a like name."""
        requests = _Counter()
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
        requests = _Counter()
        try:
            found = self._submissions(candidate.company.id, requests)
        except SourceError as error:
            return Answer.failed(str(error), requests=requests.count)
        if found is None:
            return Answer.not_found(f"EDGAR has no CIK {candidate.company.id}.", requests=requests.count)
        made = observations(self._catalogue, account.id, found.submissions, found.response)
        return Answer.of((Reading(tuple(made)),), requests=requests.count)

    def _stated(self, cik: str, requests: _Counter) -> Answer[Candidate]:
        found = self._submissions(cik, requests)
        if found is None:
            return Answer.not_found(f"EDGAR has no CIK {cik}.", requests=requests.count)
        return Answer.of((_candidate(_company(found.submissions), stated=True),), requests=requests.count)

    def _like(self, names: list[str], requests: _Counter) -> Iterator[Candidate]:
        """Candidates by name; the few of the very same name are looked into, so that more than it can be compared."""
        index = self._registrants(requests)
        same = {r.cik: r for name in names for r in index.same(name)}
        near = {r.cik: r for name in names for r in index.near(name)}
        looked_into = 0
        for cik, registrant in (same | near).items():
            found = None
            if cik in same and looked_into < _LOOKED_INTO:
                looked_into += 1
                found = self._try(cik, requests)
            yield _candidate(_company(found.submissions) if found else _named(registrant))

    def _try(self, cik: str, requests: _Counter) -> Read | None:
        """The submissions if they can be had: the candidate stands without them too."""
        try:
            return self._submissions(cik, requests)
        except SourceError:
            return None

    def _registrants(self, requests: _Counter) -> RegistrantIndex:
        """The index of all names, fetched once a run; after three failures it is not tried again."""
        with self._lock:
            if self._index is None:
                self._refuse_stopped()
                self._tries += 1
                try:
                    response = self._get(TICKERS, requests)
                    if response is None:
                        raise SourceBroken(f"{TICKERS} is not there any more.", source=self.name, url=TICKERS)
                    self._index = RegistrantIndex(parse_tickers(response.body))
                except SourceError as error:
                    if self._tries >= _TICKER_TRIES:
                        self._stopped = self._stopped or error
                    raise
            return self._index

    def _submissions(self, cik: str, requests: _Counter) -> Read | None:
        """A registrant's submissions; None where EDGAR has no such CIK."""
        with self._lock:
            if cik in self._read:
                self._read.move_to_end(cik)
                return self._read[cik]
        response = self._get(SUBMISSIONS.format(cik=cik), requests)
        if response is None:
            return None
        read = Read(parse_submissions(response.body), response)
        with self._lock:
            self._read[cik] = read
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)
        return read

    def _get(self, url: str, requests: _Counter) -> Response | None:
        """A good response, or None for 404. A refusal for asking too fast ends the asking for this run."""
        self._refuse_stopped()
        requests.count += 1
        response = self._context.web.get(url)
        if response.status == 404:
            return None
        if response.status in (403, 429):
            self._stopped = QuotaExhausted(
                f"EDGAR refuses us with {response.status}: more than ten requests a second, or no contact named.",
                remedy="Set contact under [web], and run no second client from this address; it clears in ten minutes.",
                source=self.name,
                url=url,
            )
            raise self._stopped
        if not response.ok:
            raise SourceUnavailable(f"EDGAR answers {response.status}.", source=self.name, url=url)
        return response

    def _refuse_stopped(self) -> None:
        if self._stopped is not None:
            raise self._stopped


class _Counter:
    """Requests made for one answer."""

    def __init__(self) -> None:
        self.count = 0


def _candidate(company: Company, *, stated: bool = False) -> Candidate:
    return Candidate("edgar", company, SUBMISSIONS.format(cik=company.id), stated)


def _named(registrant: Registrant) -> Company:
    """A registrant of which only the name is known."""
    return Company(registrant.cik, (registrant.title,), identifiers={"cik": registrant.cik})


def _company(found: Submissions) -> Company:
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

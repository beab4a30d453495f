"""The source `edgar_filings`: what registrants filed in the last days, as dated signals.

The daily index is asked once a run for all accounts; a registrant's submissions only where the index names it.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import timedelta

from accounts.account import Account, Company
from accounts.errors import SourceError, SourceUnavailable
from accounts.link import Candidate
from accounts.observation import Outcome
from accounts.values import value_type
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.registry.edgar import company_of_submissions
from enrichers.registry.edgar_daily import Filing, index_address, parse_index, working_days
from enrichers.registry.edgar_desk import SUBMISSIONS, Counter, EdgarDesk
from enrichers.registry.edgar_items import filing_classes, filing_forms, filing_signals
from enrichers.registry.edgar_names import RegistrantIndex
from enrichers.registry.edgar_parse import Registrant, parse_filings

_LOOKED_INTO = 2


class _Filers:
    """Who filed anything telling in the days asked for."""

    def __init__(self, filings: list[Filing]) -> None:
        self.by_cik: dict[str, list[Filing]] = defaultdict(list)
        for filing in filings:
            self.by_cik[filing.cik].append(filing)
        self.names = RegistrantIndex(
            tuple(Registrant(cik, rows[0].name, ()) for cik, rows in self.by_cik.items())
        )


@source
class EdgarFilings:
    """Tells the filings of the last working days (setting `days`, 3). Threads may share one instance."""

    name = "edgar_filings"
    provides = filing_classes() | {"last_signals"}
    needs = frozenset({"cik", "name", "legal_name"})
    cost = 0.0
    every_days = 1
    licence = "public domain (U.S. government work)"
    opt_in = "it asks for EDGAR's index every night"

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._desk = EdgarDesk(context)
        self._days = int(context.settings.get("days", 3))
        self._lock = threading.Lock()
        self._filers: _Filers | None = None

    def search(self, account: Account) -> Answer[Candidate]:
        """The registrant of the last days the account names by its CIK, else those of the very same name."""
        requests = Counter()
        try:
            filers = self._who_filed(requests)
            cik = value_type("cik").canonical(account.get("cik") or "")
            names = [n for n in (account.get("legal_name"), account.get("name")) if n]
            ciks = [cik] if cik else [r.cik for name in names for r in filers.names.same(name)]
            found = [c for c in dict.fromkeys(ciks) if c in filers.by_cik][:_LOOKED_INTO]
            rows = tuple(c for one in found if (c := self._candidate(one, requests, stated=one == cik)))
            return Answer.of(rows, requests=requests.count)
        except SourceError as error:
            return Answer.failed(str(error), requests=requests.count)

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """What the registrant's filings of the last days tell."""
        requests = Counter()
        try:
            found = self._desk.submissions(candidate.company.id, requests)
            if found is None:
                return Answer.not_found(f"EDGAR has no CIK {candidate.company.id}.", requests=requests.count)
            since = working_days(self._context.clock.now().date(), self._days)[-1]
            filings = parse_filings(found.response.body)
            signals = tuple(
                filing_signals(account.id, self.name, candidate.company.id, filings, found.response, since)
            )
            if not signals:
                return Answer(Outcome.ZERO_ROWS, requests=requests.count)
            return Answer.of((Reading(signals=signals),), requests=requests.count)
        except SourceError as error:
            return Answer.failed(str(error), requests=requests.count)

    def _candidate(self, cik: str, requests: Counter, *, stated: bool) -> Candidate | None:
        found = self._desk.submissions(cik, requests)
        if found is None:
            return None
        company: Company = company_of_submissions(found.submissions)
        return Candidate(self.name, company, SUBMISSIONS.format(cik=cik), stated)

    def _who_filed(self, requests: Counter) -> _Filers:
        """The filers of the last days. Raises SourceUnavailable where no day's index can be had."""
        with self._lock:
            if self._filers is None:
                wanted, filings, got = filing_forms(), list[Filing](), 0
                for on in working_days(self._context.clock.now().date(), self._days):
                    response = self._desk.get(index_address(on), requests)
                    if response is not None:
                        got += 1
                        filings += [f for f in parse_index(response.body) if f.form in wanted]
                if not got:
                    raise SourceUnavailable(f"EDGAR has no index of the last {timedelta(days=self._days).days} working days.", source=self.name)  # fmt: skip
                self._filers = _Filers(filings)
            return self._filers

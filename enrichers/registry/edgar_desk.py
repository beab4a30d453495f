"""Asking EDGAR: its list of registrants once a run, submissions once a registrant, and nothing more once it refuses."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from accounts.errors import QuotaExhausted, SourceBroken, SourceError, SourceUnavailable
from enrichers.base import SourceContext
from enrichers.registry.edgar_names import RegistrantIndex
from enrichers.registry.edgar_parse import Submissions, parse_submissions, parse_tickers
from enrichers.web.response import Response

TICKERS = "https://www.sec.gov/files/company_tickers.json"
SUBMISSIONS = "https://data.sec.gov/submissions/CIK{cik:0>10}.json"
_KEPT = 256
_TICKER_TRIES = 3


@dataclass(frozen=True, slots=True)
class Read:
    """A submissions file that was read, with the response it came in."""

    submissions: Submissions
    response: Response


class Counter:
    """Requests made for one answer."""

    def __init__(self) -> None:
        self.count = 0


class EdgarDesk:
    """What the sources that ask EDGAR share. Threads may share one desk."""

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._index: RegistrantIndex | None = None
        self._tries = 0
        self._stopped: SourceError | None = None
        self._read: OrderedDict[str, Read] = OrderedDict()

    def registrants(self, requests: Counter) -> RegistrantIndex:
        """The index of all names, fetched once a run; after three failures it is not tried again."""
        with self._lock:
            if self._index is None:
                self._refuse_stopped()
                self._tries += 1
                try:
                    response = self.get(TICKERS, requests)
                    if response is None:
                        raise SourceBroken(f"{TICKERS} is not there any more.", source="edgar", url=TICKERS)
                    self._index = RegistrantIndex(parse_tickers(response.body))
                except SourceError as error:
                    if self._tries >= _TICKER_TRIES:
                        self._stopped = self._stopped or error
                    raise
            return self._index

    def submissions(self, cik: str, requests: Counter) -> Read | None:
        """A registrant's submissions; None where EDGAR has no such CIK."""
        with self._lock:
            if cik in self._read:
                self._read.move_to_end(cik)
                return self._read[cik]
        response = self.get(SUBMISSIONS.format(cik=cik), requests)
        if response is None:
            return None
        read = Read(parse_submissions(response.body), response)
        with self._lock:
            self._read[cik] = read
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)
        return read

    def get(self, url: str, requests: Counter) -> Response | None:
        """A good response, or None for 404. A refusal for asking too fast ends the asking for this run."""
        self._refuse_stopped()
        requests.count += 1
        response = self._context.web.get(url)
        if response.status == 404 or (response.status == 403 and b"AccessDenied" in response.body[:1000]):
            return None  # the archive says "denied" for a day that has no index
        if response.status in (403, 429):
            self._stopped = QuotaExhausted(
                f"EDGAR refuses us with {response.status}: more than ten requests a second, or no contact named.",
                remedy="Set contact under [web], and run no second client from this address; it clears in ten minutes.",
                source="edgar",
                url=url,
            )
            raise self._stopped
        if not response.ok:
            raise SourceUnavailable(f"EDGAR answers {response.status}.", source="edgar", url=url)
        return response

    def _refuse_stopped(self) -> None:
        if self._stopped is not None:
            raise self._stopped

"""What this run has just read of a site, so that a second source of the same account asks nothing twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from accounts.errors import SourceError
from accounts.values.web import host_of, registrable_domain
from enrichers.web.response import Response

MOST_BYTES = 48_000_000
MOST_SITES = 512


@dataclass(slots=True)
class Recent:
    """The answers of one site in the order they came, and the last failure; both may be there."""

    responses: list[Response] = field(default_factory=list)
    failure: SourceError | None = None


@runtime_checkable
class Remembers(Protocol):
    """A `Web` that can say what it has just read."""

    def recent(self, url: str) -> Recent:
        """What was answered to questions for the site of an address; empty where nothing was asked."""
        ...


class Memory:
    """Answers by the site that was asked for, the oldest sites forgotten first. Threads may share it."""

    def __init__(self, most_bytes: int = MOST_BYTES, most_sites: int = MOST_SITES) -> None:
        self._most_bytes = most_bytes
        self._most_sites = most_sites
        self._sites: OrderedDict[str, Recent] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def keep(self, url: str, response: Response) -> None:
        """Remembers an answer; one too large to be worth it is not kept."""
        if response.size > self._most_bytes // 8:
            return
        with self._lock:
            site = self._sites.setdefault(site_of(url), Recent())
            if all(known.final_url != response.final_url for known in site.responses):
                site.responses.append(response)
                self._bytes += response.size
            self._forget()

    def keep_failure(self, url: str, error: SourceError) -> None:
        """Remembers that a site did not answer."""
        with self._lock:
            self._sites.setdefault(site_of(url), Recent()).failure = error
            self._forget()

    def of(self, url: str) -> Recent:
        """A copy of what is remembered of an address's site."""
        with self._lock:
            known = self._sites.get(site_of(url), Recent())
            return Recent(list(known.responses), known.failure)

    def _forget(self) -> None:
        while len(self._sites) > 1 and (
            self._bytes > self._most_bytes or len(self._sites) > self._most_sites
        ):
            _, gone = self._sites.popitem(last=False)
            self._bytes -= sum(response.size for response in gone.responses)


def site_of(url: str) -> str:
    """What makes two addresses one site: the registrable domain, or the host where there is none."""
    return registrable_domain(url) or host_of(url) or url

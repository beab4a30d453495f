"""What every register is: asked over HTTP, counted, priced, stopped where it refuses; and how its records become observations."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from accounts.account import Account
from accounts.catalogue import Catalogue, shipped_catalogue
from accounts.errors import QuotaExhausted, SourceBroken, SourceError, WarehouseError
from accounts.link import Candidate
from accounts.observation import Evidence, Observation
from accounts.values import Hints, no_hints
from enrichers.base import Answer, Reading, SourceContext
from enrichers.observe import observe, passage
from enrichers.web.response import Response

_log = logging.getLogger(__name__)
_KEPT = 512
_GONE = (404, 410)
_REFUSED = (401, 402, 403, 429)
Row = TypeVar("Row")


@dataclass
class Asked:
    """Requests made for one answer, and those of them that cost."""

    requests: int = 0
    paid: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a record says; `pointer` is the place in it (JSON pointer, RFC 6901), `shown` the snippet in readable form."""

    field: str
    text: str
    pointer: str
    shown: str
    confidence: float
    kind: str | None = None
    display: str | None = None


class Register(ABC):
    """The part registers share. A register gives `_search` and `_read`; both may raise SourceError. Threads may share it.

    `cost` is the price of a call as its maker lists it; `[sources.NAME] price` says what the user pays.
    """

    name: str
    cost: float = 0.0
    extractor: str

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._catalogue: Catalogue = shipped_catalogue()
        self._key = str(context.settings.get("key", ""))
        self._price = float(context.settings.get("price", self.cost))
        self.cost = self._price
        self.dearest = self._price * self._calls()
        self._lock = threading.Lock()
        self._stopped: QuotaExhausted | None = None
        self._kept: OrderedDict[str, Response] = OrderedDict()

    def search(self, account: Account) -> Answer[Candidate]:
        """Records that may be this account, best first."""
        return self._safely(lambda asked: self._search(account, asked))

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """What the record says about the account."""
        return self._safely(lambda asked: self._read(account, candidate, asked))

    def _calls(self) -> int:
        """The paid calls one account may take at most: search and read, where they are not one call."""
        return 2

    @abstractmethod
    def _search(self, account: Account, asked: Asked) -> Answer[Candidate]: ...

    @abstractmethod
    def _read(self, account: Account, candidate: Candidate, asked: Asked) -> Answer[Reading]: ...

    def _safely(self, ask: Callable[[Asked], Answer[Row]]) -> Answer[Row]:
        """The answer with what it took and cost, or *failed* with the reason."""
        asked = Asked()
        try:
            answer = ask(asked)
        except WarehouseError:
            raise
        except SourceError as error:
            if isinstance(error, QuotaExhausted):
                self._stopped = error
            answer = Answer.failed(str(error))
        except Exception as error:
            _log.exception("source %s failed", self.name)
            answer = Answer.failed(f"a fault in {self.name}: {type(error).__name__}"[:300])
        return replace(answer, requests=asked.requests, cost=round(asked.paid * self._price, 6))

    def _get(
        self, asked: Asked, url: str, *, headers: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None, keep: bool = False,
    ) -> Response | None:  # fmt: skip
        """A good response, None for 404. With `keep`, an answer of this run is not asked (nor paid) for twice.

        A refusal ends the asking for this run.
        """
        if self._stopped is not None:
            raise self._stopped
        with self._lock:
            if url in self._kept:
                return self._kept[url]
        asked.requests += 1
        asked.paid += 1
        response = self._context.web.get(url, headers=headers, secrets=secrets)
        if response.status in _GONE:
            return None
        if response.status in _REFUSED:
            raise QuotaExhausted(
                f"{self.name} refuses us with {response.status}: its key is not accepted, or its limit is spent.",
                remedy=f"Check the key and the plan of {self.name}.",
                source=self.name,
                url=url,
            )
        if not response.ok:
            raise SourceBroken(f"{self.name} answers {response.status}.", source=self.name, url=url)
        if keep:
            with self._lock:
                self._kept[url] = response
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return response

    def _forget(self, url: str) -> None:
        """Drops a kept answer that turned out unreadable."""
        with self._lock:
            self._kept.pop(url, None)

    def _observations(
        self, account: Account, record_id: str, said: Iterable[Said], response: Response, country: str = ""
    ) -> Iterator[Observation]:
        """Observations of everything the record says about catalogue fields, each once."""
        hints = Hints(country=country) if country else no_hints
        seen: set[str] = set()
        for one in said:
            if not one.text or one.field not in self._catalogue:
                continue
            made = observe(
                self._catalogue, account.id, one.field, one.text, source=self.name, record_id=record_id,
                evidence=Evidence(response.final_url, passage(one.shown), response.fetched_at, one.pointer, response.body_sha256),
                confidence=one.confidence, extractor=self.extractor, at=response.fetched_at, hints=hints,
                kind=one.kind, display=one.display,
            )  # fmt: skip
            if made is not None and made.id not in seen:
                seen.add(made.id)
                yield made

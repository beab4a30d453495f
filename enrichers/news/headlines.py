"""What search engines of news have in common: a question by name, headlines without texts, and a refusal that ends the run's asking."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from accounts.account import Account
from accounts.errors import QuotaExhausted, SourceBroken
from accounts.link import Candidate
from accounts.observation import Outcome
from enrichers.base import Answer, Reading, SourceContext
from enrichers.news.asked import question, safely, spoken_name
from enrichers.news.entry import EVENTS, Entry
from enrichers.news.tell import article_of, recent
from enrichers.web.response import Response


class HeadlineSearch(ABC):
    """Headlines that name the account, of the last `days` (7). Threads may share one instance."""

    name: str
    called: str
    """The engine's name in sentences."""
    provides = EVENTS | {"last_signals"}
    needs = frozenset({"name", "legal_name"})
    cost = 0.0
    every_days = 1

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._days = int(context.settings.get("days", 7))
        self._stopped = False

    @abstractmethod
    def address(self, name: str) -> str | None:
        """Where to ask for a name; None for one the engine takes no question about."""

    @abstractmethod
    def refusal(self, response: Response) -> str | None:
        """What the engine says where it wants to be left alone, in our words."""

    @abstractmethod
    def entries(self, response: Response) -> Iterable[Entry]:
        """The headlines of an answer. Raises SourceBroken for a shape that is not the engine's."""

    def search(self, account: Account) -> Answer[Candidate]:
        """The question for the account; no request is made."""
        name = spoken_name(account)
        address = self.address(name) if name else None
        return Answer.of((question(self.name, account, address),) if address else ())

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """The headlines as articles without text."""
        return safely(self.name, lambda: self._read(account, candidate))

    def _read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        if self._stopped:
            raise QuotaExhausted(f"{self.called} asked to be left alone in this run.")
        response = self._context.web.get(candidate.url)
        refusal = self.refusal(response)
        if refusal is not None:
            self._stopped = True
            raise QuotaExhausted(refusal)
        if response.status in (404, 410):
            return Answer.not_found(f"{self.called} answers {response.status}.", requests=1)
        if not response.ok:
            raise SourceBroken(f"{self.called} answers {response.status}.")
        found = recent(self.entries(response), self._context.clock.now(), self._days + 1)
        if not found:
            return Answer(Outcome.ZERO_ROWS, requests=1)
        told = (
            article_of(e, response, account_id=account.id, source=self.name, record_id=candidate.company.id)
            for e in found
        )
        return Answer.of((Reading(articles=tuple(told)),), requests=1)

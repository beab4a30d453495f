"""What a source is: a class with a name that says what it provides, needs and costs, and reads the world.

A source is one file. It registers itself with `@source` and is proven by the shared contract test in
`tests/enrichers/contract.py`. It never decides whether a record *is* the account: it offers candidates,
`flows` asks the matcher, and only then `read` is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from accounts.account import Account, Company
from accounts.clock import Clock
from accounts.link import Candidate
from accounts.observation import Observation, Outcome, Signal
from accounts.telling import Article, BoardLook, Posting
from enrichers.web.response import Response

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Row]):
    """A source's answer: one of four outcomes, the rows, and what went wrong where something did.

    `requests` counts HTTP requests, `cost` is in the currency units of the source's price list.
    A page that failed beside pages that were read leaves the outcome `rows` and says so in `error`. `until` (UTC) is when the
    very same answers of the web will be read differently, for time has passed: an advertisement that runs out, news dated
    ahead. None: never.
    """

    outcome: Outcome
    rows: tuple[Row, ...] = ()
    error: str = ""
    requests: int = 0
    cost: float = 0.0
    until: datetime | None = None

    @classmethod
    def of(
        cls,
        rows: tuple[Row, ...],
        *,
        requests: int = 0,
        error: str = "",
        cost: float = 0.0,
        until: datetime | None = None,
    ) -> Answer[Row]:
        """`rows` or `zero_rows`, as the case is."""
        return cls(Outcome.ROWS if rows else Outcome.ZERO_ROWS, rows, error, requests, cost, until)

    @classmethod
    def failed(cls, error: str, *, requests: int = 0) -> Answer[Row]:
        """The source did not answer, or not in a shape we read."""
        return cls(Outcome.FAILED, (), error, requests)

    @classmethod
    def not_found(cls, error: str = "", *, requests: int = 0) -> Answer[Row]:
        """The source answered that it has no such record."""
        return cls(Outcome.NOT_FOUND, (), error, requests)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one record said: observations, signals, and what is still to be judged. Built by `read`, one per record.

    `company` is what the record says of itself once it was read (a site's own names, phones, address), where
    `search` could not know that: `flows` asks the matcher again with it. `pages` are the addresses it read in full, for
    sources whose silence about a thing says that it is gone. `same`: nothing was read, for nothing the record's newest
    reading rested on has changed (`enrichers/taped.py`); no source answers so itself.
    """

    observations: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()
    company: Company | None = None
    articles: tuple[Article, ...] = ()
    postings: tuple[Posting, ...] = ()
    looks: tuple[BoardLook, ...] = ()
    pages: tuple[str, ...] = ()
    same: bool = False


class Web(Protocol):
    """The world as a source sees it; implemented by `enrichers.web.client.WebClient` and by replays."""

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None
    ) -> Response:
        """The response to a GET after redirects, whatever its status. `secrets` are query parameters never kept or told.

        Raises SourceUnavailable for time-outs, refused connections, unresolved names, private addresses,
        robots.txt refusals, an open circuit; SourceBroken for bodies over the cap or undecodable.
        """
        ...

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Response:
        """The response to a POST that asks and changes nothing. Raises as `get` does."""
        ...

    def flush(self) -> None:
        """Makes the responses kept until now outlive a crash. Raises WarehouseError where they cannot be stored."""
        ...


@dataclass(frozen=True, slots=True)
class SourceContext:
    """All a source may use: the web, the clock, and its own settings from `[sources.NAME]`."""

    web: Web
    clock: Clock
    settings: Mapping[str, Any] = field(default_factory=dict)


class Source(Protocol):
    """A source of the world's data.

    `provides`: catalogue fields and signal classes it can fill. `needs`: account fields of which at least one
    must be there. `cost`: price of one account asked, in currency units; `licence`: of what it returns.
    `every_days` (optional, 30 where a class does not say): after how long asking again may bring something new.
    `opt_in` (optional): why it is off until `[sources.NAME] enabled = true`. `key_env` (optional): the variable of its key.
    `repeatable` (optional): what it reads follows from the answers of the web, the account's fields and its settings alone, up to the
    `until` of its answer, so that a record whose pages are unchanged need not be parsed again; `basis` (optional) names what
    else it rests on.
    `looks_again` (optional): it goes by pages that other sources of the account have read, and comes after them.
    `wants` (optional): settings without which it is off. `dearest` (optional, `cost` otherwise): the most one account may cost.
    """

    name: str
    provides: frozenset[str]
    needs: frozenset[str]
    cost: float
    licence: str

    def __init__(self, context: SourceContext) -> None: ...

    def search(self, account: Account) -> Answer[Candidate]:
        """Records that may be this account, best first. Never raises for what the world does."""
        ...

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """What the record says about the account: exactly one Reading in `rows`. Never raises for what the world does."""
        ...


_SOURCES: dict[str, type[Source]] = {}


def source(cls: type[Source]) -> type[Source]:
    """Registers a source class under its name. Raises ValueError where the name is taken."""
    if cls.name in _SOURCES and _SOURCES[cls.name] is not cls:
        raise ValueError(f"two sources are named {cls.name!r}")
    _SOURCES[cls.name] = cls
    return cls

"""End-of-day prices: days and closes, and which move is large enough to be told."""

from __future__ import annotations

import csv
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

from accounts.account import Account, Company
from accounts.errors import QuotaExhausted, SourceBroken
from accounts.link import Candidate
from accounts.observation import Evidence, Outcome, Signal
from enrichers.base import Answer, Reading
from enrichers.readers import reader
from enrichers.registry.register import Asked, Register
from enrichers.shapes import dig, load_object, text
from enrichers.web.response import Response

MOVE = "share_price_move"
_LEAST = 0.08
"""A day's move below this share is never told."""
_DEAREST = 1e9
"""No share costs as much; what is told so is no price."""
_TIMES = 5.0
"""Nor is one below so many times the median of the moves before it."""
_HISTORY, _RECENT, _TOLD_DAYS = 60, 5, 14


@dataclass(frozen=True, slots=True)
class Close:
    """The close of one day."""

    on: date
    price: float


@dataclass(frozen=True, slots=True)
class Move:
    """A move from one close to the next; `change` is a share of the price, `usual` the median of the moves before."""

    before: Close
    after: Close
    usual: float

    @property
    def change(self) -> float:
        """0.1 for ten percent up."""
        return self.after.price / self.before.price - 1


def parse_stooq(body: bytes) -> tuple[Close, ...]:
    """The closes of stooq's CSV, oldest first; none for its "No data".

    Raises QuotaExhausted for its daily limit, which comes as text with status 200, SourceBroken for anything else.
    """
    told = body[:2_000_000].decode("utf-8", "replace").strip()
    if told.lower() in ("no data", "n/d"):
        return ()
    if "limit" in told[:200].lower():
        raise QuotaExhausted("stooq's daily limit is spent.", remedy="Ask for fewer accounts a day.")
    rows = csv.DictReader([line for line in told.splitlines() if len(line) < 1000])
    if not {"Date", "Close"} <= set(rows.fieldnames or ()):
        raise SourceBroken("The answer is not stooq's CSV.")
    return _sorted((row.get("Date"), row.get("Close")) for row in rows)


def parse_alpha_vantage(body: bytes) -> tuple[Close, ...]:
    """The closes of TIME_SERIES_DAILY, oldest first; none for an unknown symbol.

    Raises QuotaExhausted for its limits, which come with status 200, SourceBroken for anything else.
    """
    data = load_object(body, "an answer of Alpha Vantage")
    if "Error Message" in data:
        return ()
    if "Note" in data or "Information" in data:
        raise QuotaExhausted(
            "Alpha Vantage's limit is spent, or its key is refused.", remedy="Check the plan."
        )
    days = data.get("Time Series (Daily)")
    if not isinstance(days, dict):
        raise SourceBroken("The answer is not an answer of Alpha Vantage.")
    return _sorted((day, dig(row, "4. close")) for day, row in days.items())


def _sorted(rows: Iterator[tuple[Any, Any]]) -> tuple[Close, ...]:
    closes = []
    for day, price in rows:
        try:
            close = Close(date.fromisoformat(text(day)), float(text(price, 30)))
        except ValueError:
            continue
        if 0 < close.price < _DEAREST:
            closes.append(close)
    return tuple(sorted(closes, key=lambda c: c.on))


def large_moves(closes: tuple[Close, ...]) -> Iterator[Move]:
    """Moves of the last days that stand out from the sixty before; none without thirty days of history."""
    moves = [b.price / a.price - 1 for a, b in pairwise(closes)]
    for n in range(max(30, len(moves) - _RECENT), len(moves)):
        usual = median(abs(m) for m in moves[max(0, n - _HISTORY) : n])
        if abs(moves[n]) >= max(_LEAST, _TIMES * usual):
            yield Move(closes[n], closes[n + 1], usual)


class Prices(Register):
    """The part sources of prices share: a ticker the account states, its closes, its large moves. A source gives `_closes`."""

    provides = frozenset({MOVE, "last_signals"})
    needs = frozenset({"ticker"})
    every_days = 1

    @abstractmethod
    def _symbol(self, account: Account) -> str: ...

    @abstractmethod
    def _url(self, symbol: str) -> str: ...

    @abstractmethod
    def _closes(self, url: str, asked: Asked) -> tuple[tuple[Close, ...], Response | None]: ...

    def _search(self, account: Account, asked: Asked) -> Answer[Candidate]:
        symbol = self._symbol(account)
        if not symbol:
            return Answer.of(())
        return Answer.of((Candidate(self.name, Company(symbol, ()), self._url(symbol), stated=True),))

    def _read(self, account: Account, candidate: Candidate, asked: Asked) -> Answer[Reading]:
        closes, response = self._closes(candidate.url, asked)
        if response is None or not closes:
            return Answer.not_found(f"{self.name} has no prices of {candidate.company.id}.")
        today = self._context.clock.now().date()
        moves = [m for m in large_moves(closes) if (today - m.after.on).days <= _TOLD_DAYS]
        if not moves:
            return Answer(Outcome.ZERO_ROWS)
        signals = tuple(self._signal(account, candidate, move, response) for move in moves)
        return Answer.of((Reading(signals=signals),))

    def _signal(self, account: Account, candidate: Candidate, move: Move, response: Response) -> Signal:
        way = "rose" if move.change > 0 else "fell"
        title = f"Share price {way} {abs(move.change):.0%} on {move.after.on}"
        shown = f"{move.before.on}: {move.before.price:g}; {move.after.on}: {move.after.price:g}; usual day's move {move.usual:.1%}"
        return Signal(
            account.id, MOVE, title, self.name, candidate.company.id,
            Evidence(response.final_url, shown, response.fetched_at, f"day {move.after.on}", response.body_sha256),
            0.9, self.extractor, response.fetched_at, happened_on=move.after.on,
            slots={"change": f"{move.change:.4f}", "close": f"{move.after.price:g}", "usual": f"{move.usual:.4f}"},
        )  # fmt: skip


@reader("stooq")
def read_stooq(body: bytes) -> Iterator[dict[str, Any]]:
    """Closes of stooq's CSV: one a day."""
    return ({"on": c.on, "close": c.price} for c in parse_stooq(body))


@reader("alpha-vantage")
def read_alpha_vantage(body: bytes) -> Iterator[dict[str, Any]]:
    """Closes of TIME_SERIES_DAILY: one a day."""
    return ({"on": c.on, "close": c.price} for c in parse_alpha_vantage(body))

"""stooq: end-of-day prices as CSV. Unconfirmed limits; for personal use, so it is off unless switched on."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from accounts.account import Account
from enrichers.base import source
from enrichers.registry.prices import Close, Prices, parse_stooq
from enrichers.registry.register import Asked
from enrichers.web.response import Response

API = "https://stooq.com/q/d/l/"
_MARKETS = (
    (re.compile(r"(?i)nasdaq|nyse|new york|amex|cboe|^otc"), "us"), (re.compile(r"(?i)london|^lse$|^aim$"), "uk"),
    (re.compile(r"(?i)hong kong|hkex|^sehk$|港交所|香港"), "hk"), (re.compile(r"(?i)xetra|frankfurt|deutsche"), "de"),
    (re.compile(r"(?i)tokyo|^tse$|^jpx$"), "jp"), (re.compile(r"(?i)warsaw|^gpw$"), "pl"),
)  # fmt: skip
_TICKER = re.compile(r"[A-Z0-9.\-]{1,8}")


@source
class Stooq(Prices):
    """Tells large moves of the share price. Only markets it is known to cover are asked for."""

    name = "stooq"
    extractor = "stooq/1"
    cost = 0.0
    licence = "personal use by stooq's terms"
    opt_in = "its terms are for personal use"

    def _symbol(self, account: Account) -> str:
        ticker = (account.get("ticker") or "").split(";")[0].strip().upper()
        exchange = account.get("exchange") or (
            "NYSE" if (account.get("country") or "") in ("US", "USA") else ""
        )
        market = next((m for pattern, m in _MARKETS if pattern.search(exchange)), "")
        return f"{ticker}.{market}".lower() if market and _TICKER.fullmatch(ticker) else ""

    def _url(self, symbol: str) -> str:
        return f"{API}?{urlencode({'s': symbol, 'i': 'd'})}"

    def _closes(self, url: str, asked: Asked) -> tuple[tuple[Close, ...], Response | None]:
        response = self._get(asked, url)
        return (parse_stooq(response.body), response) if response is not None else ((), None)

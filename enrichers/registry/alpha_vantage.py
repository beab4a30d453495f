"""Alpha Vantage: end-of-day prices by key. Source: https://www.alphavantage.co/documentation/; the free plan's limit is unconfirmed."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from accounts.account import Account
from enrichers.base import source
from enrichers.registry.prices import Close, Prices, parse_alpha_vantage
from enrichers.registry.register import Asked
from enrichers.web.response import Response

API = "https://www.alphavantage.co/query"
_TICKER = re.compile(r"[A-Z0-9.\-]{1,12}")


@source
class AlphaVantage(Prices):
    """Tells large moves of the share price; its symbols of other markets carry a suffix (`TSCO.LON`)."""

    name = "alpha_vantage"
    extractor = "alpha-vantage/1"
    cost = 0.0
    licence = "by the user's contract with Alpha Vantage"
    key_env = "ALPHA_VANTAGE_KEY"

    def _symbol(self, account: Account) -> str:
        ticker = (account.get("ticker") or "").split(";")[0].strip().upper()
        return ticker if _TICKER.fullmatch(ticker) else ""

    def _url(self, symbol: str) -> str:
        return (
            f"{API}?{urlencode({'function': 'TIME_SERIES_DAILY', 'symbol': symbol, 'outputsize': 'compact'})}"
        )

    def _closes(self, url: str, asked: Asked) -> tuple[tuple[Close, ...], Response | None]:
        response = self._get(asked, url, secrets={"apikey": self._key} if self._key else None)
        return (parse_alpha_vantage(response.body), response) if response is not None else ((), None)

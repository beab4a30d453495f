"""Sums of money and numbers of jobs, English and Chinese: "$1.29B", "€200 million", "Rs 50 crore", "3.5亿元", "数千万美元", "近亿元"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = {
    "k": 1e3, "thousand": 1e3, "lakh": 1e5, "m": 1e6, "mn": 1e6, "mln": 1e6, "million": 1e6, "crore": 1e7, "b": 1e9, "bn": 1e9,
    "bln": 1e9, "billion": 1e9, "t": 1e12, "tn": 1e12, "trillion": 1e12, "": 1.0,
    "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12,
}  # fmt: skip
_SIGNS = {
    "us$": "USD", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "hk$": "HKD", "s$": "SGD", "nz$": "NZD", "r$": "BRL", "$": "USD", "€": "EUR",
    "£": "GBP", "¥": "CNY", "₹": "INR", "rs": "INR", "dollars": "USD", "euros": "EUR", "pounds": "GBP", "pound(s)": "GBP", "yuan": "CNY",
    "rmb": "CNY", "yen": "JPY", "rupees": "INR", "美元": "USD", "美金": "USD", "人民币": "CNY", "元": "CNY", "港元": "HKD", "港币": "HKD", "欧元": "EUR",
    "英镑": "GBP", "日元": "JPY", "韩元": "KRW", "新台币": "TWD", "澳元": "AUD", "加元": "CAD",
}  # fmt: skip
_CODES = "usd|eur|gbp|cny|inr|jpy|chf|cad|aud|hkd|sgd|sek|nok|dkk|krw|zar|brl|mxn"
_NUMBER = r"(?P<number>\d{1,15}(?:,\d{3}){0,5}(?:\.\d{1,6})?)"
_UNIT = r"(?P<unit>thousand|lakh|mn|mln|million|crore|bn|bln|billion|tn|trillion|[kmbt])?"
_PATTERNS = {
    "en": (
        re.compile(rf"(?P<cur>(?:us|ca?|a|hk|s|nz|r)?\$|[€£¥₹]|\b(?:{_CODES}|rs|rmb|dollars|pounds|pound\(s\))\.?)\s?{_NUMBER}\s?{_UNIT}(?![a-z0-9])", re.I),
        re.compile(rf"{_NUMBER}\s?{_UNIT}\s(?P<cur>dollars|euros|pounds|yuan|yen|rupees|{_CODES})\b", re.I),
    ),
    "zh": (
        re.compile(
            r"(?P<about>近|超过|超|逾|约|不超过|不超|过|上)?(?P<number>\d[\d,]{0,15}(?:\.\d{1,6})?|[数几]|(?=[十百千万亿]))\s?"
            r"(?P<unit>[十百千]?万亿|[十百千]?亿|[十百千]?万)?[余多]?\s?(?P<cur>人民币|美元|美金|港元|港币|欧元|英镑|日元|韩元|新台币|澳元|加元|元)"
        ),
        re.compile(r"(?P<cur>us\$|hk\$|[$€£¥])\s?(?P<number>\d[\d,]{0,15}(?:\.\d{1,6})?)\s?(?P<unit>[十百千]?万亿|[十百千]?亿|[十百千]?万)?", re.I),
    ),
}  # fmt: skip
_JOBS = {
    "en": re.compile(r"(\d[\d,]{0,8})\s(?:more |additional |local |full-time |of its |brokerage )?(?:jobs|employees|workers|staff|people|roles|positions|brokers|staffers)", re.I),
    "zh": re.compile(r"(\d[\d,.]{0,8}\s?[万千]?)[余多]?\s?(?:名|位|个)?(?:人|员工|岗位|职位|银行家)"),
}  # fmt: skip
_SHARE = {
    "en": re.compile(r"(\d{1,2}(?:\.\d+)?)\s?(?:%|per ?cent|percent)\s(?:of )?(?:its |the |their |global |company )*(?:workforce|staff|employees|headcount|jobs|team)", re.I),
    "zh": re.compile(r"裁员[^,，。]{0,8}?(\d{1,2}(?:\.\d+)?)\s?%"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum. `value` in whole units of `currency`; `at_least` instead of it where the text gives a floor alone (数千万, 过亿)."""

    text: str
    currency: str
    start: int
    value: float | None = None
    at_least: float | None = None


def amounts(text: str, lang: str) -> list[Amount]:
    """All sums of money in a text, in order. A bare number is none."""
    found = [_amount(match) for pattern in _PATTERNS[lang] for match in pattern.finditer(text)]
    return sorted((amount for amount in found if amount), key=lambda amount: amount.start)


def jobs_cut(text: str, lang: str) -> dict[str, str]:
    """`jobs` and `percent` of a layoff, as far as the text gives them."""
    slots = {}
    if found := _JOBS[lang].search(text):
        slots["jobs"] = found.group(1).strip()
    if found := _SHARE[lang].search(text):
        slots["percent"] = found.group(1)
    return slots


def _amount(match: re.Match[str]) -> Amount | None:
    groups = match.groupdict()
    number, unit = groups["number"], (groups.get("unit") or "").lower()
    currency = groups["cur"].lower().rstrip(".")
    code = _SIGNS.get(currency, currency.upper())
    about = groups.get("about") or ""
    if number in ("数", "几", ""):
        if not unit:
            return None
        # 数千万 is two tens of millions at the least; 近亿 is nearly, 过亿 at least, one hundred million.
        floor = _UNITS[unit] * (2 if number else 1)
        exact = floor if about in ("近", "约") else None
        return Amount(match.group().strip(), code, match.start(), exact, None if exact else floor)
    value = round(float(number.replace(",", "")) * _UNITS[unit], 2)
    floor = about in ("超", "超过", "逾", "过")
    return Amount(
        match.group().strip(), code, match.start(), None if floor else value, value if floor else None
    )

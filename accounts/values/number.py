"""Whole numbers, years and dates."""

from __future__ import annotations

import re
from datetime import date

from accounts.values.base import Hints, ValueType, no_hints, tidy

_DIGITS = re.compile(r"^[+]?\d{1,3}(?:[, ]\d{3})+$|^[+]?\d+(?:\.0+)?$")
_LONGEST = 100
"""No number of anything has as many digits."""
_BAND = re.compile(r"^(\d[\d,]*)\s*(?:-|–|—|to|~|至)\s*(\d[\d,]*)$|^(\d[\d,]*)\s*\+$")


class IntegerType(ValueType):
    """A whole number ≥ 0; thousands separators are read, not kept."""

    name = "integer"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """The digits alone, or None."""
        text = tidy(text)
        if len(text) > _LONGEST or not _DIGITS.match(text):
            return None
        return str(int(re.sub(r"[,\s+]", "", text).split(".")[0]))

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The digits alone, else the text."""
        return self.canonical(text) or super().key(text)

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text is no whole number."""
        return None if self.canonical(text) else "is no whole number"


class HeadcountType(IntegerType):
    """A number of employees, or a band of it (`51-200`, `5000+`)."""

    name = "headcount"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """The number, or the band as `low-high` or `low+`, or None."""
        band = _BAND.match(tidy(text))
        if band and len(text) <= _LONGEST:
            low, high, open_end = (re.sub(r"\D", "", g) if g else "" for g in band.groups())
            return f"{int(open_end)}+" if open_end else f"{int(low)}-{int(high)}"
        return super().canonical(text)


class AmountType(ValueType):
    """An amount of money without its currency, as a plain decimal number."""

    name = "amount"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """The number without separators and trailing zeros, or None.

        >>> AmountType().canonical("1,250,000.50"), AmountType().canonical("about 3")
        ('1250000.5', None)
        """
        found = re.fullmatch(
            r"(?:[A-Z]{3}|[$€£¥])?\s*(-?\d{1,3}(?:,\d{3})+|-?\d+)(\.\d+)?", tidy(text), re.ASCII
        )
        if not found or len(text) > _LONGEST:
            return None
        fraction = (found.group(2) or "").rstrip("0").rstrip(".")
        return str(int(found.group(1).replace(",", ""))) + fraction

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The canonical number, else the text."""
        return self.canonical(text) or super().key(text)

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text is no amount."""
        return None if self.canonical(text) else "is no amount"


class CurrencyType(ValueType):
    """A currency, as its ISO 4217 code."""

    name = "currency"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """Three capital letters, or None; signs that several currencies share are not guessed at."""
        bare = tidy(text).upper()
        known = {
            "人民币": "CNY",
            "元": "CNY",
            "RMB": "CNY",
            "€": "EUR",
            "£": "GBP",
            "美元": "USD",
            "港元": "HKD",
            "新台币": "TWD",
        }
        if bare in known:
            return known[bare]
        return bare if re.fullmatch(r"[A-Z]{3}", bare, re.ASCII) else None

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The code, else the text."""
        return self.canonical(text) or super().key(text)

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text names no currency."""
        return None if self.canonical(text) else "names no currency"


class YearType(ValueType):
    """A year between 1000 and the next century, or a date, of which the year is kept."""

    name = "year"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """Four digits, or None."""
        found = re.fullmatch(r"(1\d{3}|20\d{2})(?:[-/.年].*)?", tidy(text))
        return found.group(1) if found else None

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The year, else the text."""
        return self.canonical(text) or super().key(text)

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text names no year."""
        return None if self.canonical(text) else "names no year"


class DateType(ValueType):
    """A day, kept as ISO 8601."""

    name = "date"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """`YYYY-MM-DD`, or None; reads `2026年1月2日` and `2026/1/2` too."""
        found = re.match(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", tidy(text))
        if not found:
            return None
        try:
            return date(*map(int, found.groups())).isoformat()
        except ValueError:
            return None

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The ISO day, else the text."""
        return self.canonical(text) or super().key(text)

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text names no day."""
        return None if self.canonical(text) else "names no day"

"""Phone numbers, kept as E.164; vanity letters are mapped and extensions are no part of the identity.

Numbering plans: https://github.com/google/libphonenumber (through the `phonenumbers` package).
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from accounts.values.base import Hints, ValueType, no_hints, tidy

_EXTENSION = re.compile(
    r"(?i)[\s,;(]*(?:\b(?:ext(?:ension|n)?|x)\b\.?|(?<=\d)\s*x|转|轉|分机|#)\s*:?\s*\d{1,6}\)?\s*$"
)
_NORTH_AMERICAN = re.compile(
    r"^1[-. (]+[2-9]\d{2}[-. )]+[2-9]\d{2}[-. ]\d{4}$"
)  # printed with its country code 1
_CHINESE_ABROAD = re.compile(
    r"^(?:86|852|853|886)[- ]\(?0?\d"
)  # a country code whose plus was lost: 86-028-…
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_LONGEST = 400
"""No number is as long; the patterns are not made for such texts."""
_LANGUAGE_COUNTRY = {"zh": "CN", "ja": "JP", "de": "DE", "fr": "FR"}


def parse_phone(text: str, hints: Hints = no_hints) -> phonenumbers.PhoneNumber | None:
    """The number a text names, or None. Tries the hinted country, then what the language suggests."""
    if len(text) > _LONGEST:
        return None
    bare = _EXTENSION.sub("", _TRUNK_ZERO.sub("", unicodedata.normalize("NFKC", tidy(text))))
    if _CHINESE_ABROAD.match(bare):
        bare = "+" + bare
    american = "US" if _NORTH_AMERICAN.match(bare) else None
    regions = (american, hints.country, _LANGUAGE_COUNTRY.get((hints.language or "")[:2], "US"))
    for region in dict.fromkeys(r for r in regions if r):
        try:
            number = phonenumbers.parse(bare, region)
        except phonenumbers.NumberParseException:
            continue
        number.extension = None
        if phonenumbers.is_valid_number(number):
            return number
    return None


class PhoneType(ValueType):
    """A phone number: canonical `+13035550100`, rendered `+1 303-555-0100`."""

    name = "phone"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """E.164, or None where no valid number is named."""
        number = parse_phone(text, hints)
        if number is None:
            return None
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """E.164 where the number is valid, else its bare digits, vanity letters mapped."""
        known = self.canonical(text, hints)
        if known or len(text) > _LONGEST:
            return known or super().key(text)
        bare = _EXTENSION.sub("", unicodedata.normalize("NFKC", tidy(text)))
        digits = re.sub(r"\D", "", phonenumbers.convert_alpha_characters_in_number(bare))
        return digits or super().key(text)

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text is no dialable number: too short, too long, or of no known plan."""
        if parse_phone(text, hints):
            return None
        digits = re.sub(r"\D", "", phonenumbers.convert_alpha_characters_in_number(tidy(text)))
        if not re.search(r"\d", tidy(text)):
            return "holds no digits"
        if len(digits) < 7:
            return f"has {len(digits)} digits, too few to dial"
        if len(set(digits)) == 1:
            return "is one digit repeated"
        if len(digits) > 15:
            return f"has {len(digits)} digits, more than the 15 of E.164"
        return None  # a foreign plan we were not told of is no fault of the number

    def render(self, canonical: str, hints: Hints = no_hints) -> str:
        """The international form people dial."""
        number = parse_phone(canonical, hints)
        if number is None:
            return canonical
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def same_line(left: str, right: str) -> bool:
    """True when two keys end in the same national number: one may lack the country code.

    >>> same_line("+442031674992", "02031674992")
    True
    """
    a, b = left.lstrip("+0"), right.lstrip("+0")
    short, long = sorted((a, b), key=len)
    return len(short) >= 7 and long.endswith(short)

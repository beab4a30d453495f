"""Company numbers with their checksums. A failed check lowers trust; it does not delete the value."""

from __future__ import annotations

import re
import unicodedata

from accounts.values.base import Hints, ValueType, no_hints, tidy

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc_checks(number: str) -> bool:
    """True when a 统一社会信用代码 has the right check character.

    Source: GB 32100-2015, weights 3^(i-1) mod 31; the outer mod 31 is part of the rule.

    >>> uscc_checks("91350100M000100Y43"), uscc_checks("91350100M000100Y4Z")
    (True, False)
    """
    if len(number) != 18 or any(c not in _USCC_ALPHABET for c in number):
        return False
    total = sum(_USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(number[:17]))
    return _USCC_ALPHABET[(31 - total % 31) % 31] == number[17]


def lei_checks(number: str) -> bool:
    """True when a Legal Entity Identifier passes ISO 17442 (ISO 7064 MOD 97-10).

    >>> lei_checks("549300LBI3LRIZ2V8V66")
    True
    """
    if not re.fullmatch(r"[0-9A-Z]{18}\d\d", number):
        return False
    return int("".join(str(int(c, 36)) for c in number)) % 97 == 1


class IdentifierType(ValueType):
    """A company number: upper case without blanks and dashes."""

    name = "identifier"
    pattern = re.compile(r"[0-9A-Z]{3,30}")
    wording = "is no company number"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """The bare number, or None where the shape is wrong."""
        bare = re.sub(r"[\s\-./]", "", unicodedata.normalize("NFKC", tidy(text))).upper()
        return bare if self.pattern.fullmatch(bare) else None

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The bare number, else the text."""
        return self.canonical(text) or super().key(text)

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the shape or the check character is wrong."""
        number = self.canonical(text)
        if number is None:
            return self.wording
        return None if self.checks(number) else "fails its check digit"

    def checks(self, number: str) -> bool:
        """True when the number's own checksum agrees, or it has none."""
        return True


class UsccType(IdentifierType):
    """统一社会信用代码, 18 characters (GB 32100-2015)."""

    name = "uscc"
    pattern = re.compile(r"[0-9A-Z]{18}")
    wording = "does not have the 18 characters of a 统一社会信用代码"

    def checks(self, number: str) -> bool:
        """True when the check character agrees."""
        return uscc_checks(number)


class LeiType(IdentifierType):
    """Legal Entity Identifier, 20 characters (ISO 17442)."""

    name = "lei"
    pattern = re.compile(r"[0-9A-Z]{20}")
    wording = "does not have the 20 characters of an LEI"

    def checks(self, number: str) -> bool:
        """True when the check digits agree."""
        return lei_checks(number)


class CikType(IdentifierType):
    """SEC Central Index Key: up to ten digits, kept without leading zeros."""

    name = "cik"
    wording = "is no SEC Central Index Key"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """The digits without leading zeros, or None."""
        found = re.fullmatch(r"(?:CIK)?0*(\d{1,10})", tidy(text).upper())
        return found.group(1) if found else None

"""The shape of a field type."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SPACE = re.compile(r"\s+")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known beside the text: the country (ISO alpha-2) and language it is read under."""

    country: str | None = None
    language: str | None = None


no_hints = Hints()


def tidy(text: str) -> str:
    """The text in NFC without control characters and surplus white space.

    >>> tidy("  Acme\\u200b   Ltd ")
    'Acme Ltd'
    """
    return _SPACE.sub(" ", _CONTROL.sub("", unicodedata.normalize("NFC", text))).strip()


class ValueType:
    """A field type; the base class is plain text. Subclasses override what differs.

    `canonical` is the form values are kept in, `key` the identity two values are compared by, `problem`
    what makes a text no value of this type, `render` the form written to a CRM.
    """

    name = "text"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """The canonical form, or None where the text is no value of this type."""
        return tidy(text) or None

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The identity of a value: equal keys mean the same value. Never raises; junk keys as itself."""
        return unicodedata.normalize("NFKC", tidy(text)).casefold()

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """What is wrong with a text as a value of this type, in words, or None."""
        return None if self.canonical(text, hints) else "is empty"

    def render(self, canonical: str, hints: Hints = no_hints) -> str:
        """The text to write into a CRM."""
        return canonical

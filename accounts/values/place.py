"""Countries and the other parts of an address."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib import resources

from accounts.values.base import Hints, ValueType, no_hints, tidy
from accounts.values.web import host_of


@cache
def _countries() -> dict[str, str]:
    """Folded spelling → ISO 3166 alpha-2, from `countries.csv`."""
    found: dict[str, str] = {}
    with resources.files("accounts.values").joinpath("countries.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            for spelling in (row["code"], row["code3"], row["en"], row["zh"], *row["also"].split("|")):
                if spelling:
                    found[_fold(spelling)] = row["code"]
    return found


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKD", tidy(text)).casefold()
    return re.sub(r"[^\w]", "", "".join(c for c in text if not unicodedata.combining(c)))


def country_code(text: str) -> str | None:
    """The ISO 3166 alpha-2 code a spelling names, English or Chinese, or None.

    >>> country_code("United States of America"), country_code("中国"), country_code("u.k.")
    ('US', 'CN', 'GB')
    """
    return _countries().get(_fold(text))


class CountryType(ValueType):
    """A country, kept as ISO 3166 alpha-2."""

    name = "country"

    def canonical(self, text: str, hints: Hints = no_hints) -> str | None:
        """The alpha-2 code, or None."""
        return country_code(text)

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """The alpha-2 code, else the text."""
        return country_code(text) or super().key(text)

    def problem(self, text: str, hints: Hints = no_hints) -> str | None:
        """Says that the text names no country."""
        return None if country_code(text) else "names no country"


#: What a Chinese city or province is often written without: 深圳市 is 深圳, 广东省 is 广东.
_HAN_RANK = re.compile(r"^([\u4e00-\u9fff]{2,})[市省]$")


class PlaceType(ValueType):
    """A street, city, region or postcode: identity ignores case, punctuation, blanks and a closing 市 or 省."""

    name = "place"

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """Letters and digits alone, folded.

        >>> PlaceType().key("深圳市"), PlaceType().key("12, Long St.")
        ('深圳', '12longst')
        """
        folded = _fold(unicodedata.normalize("NFKC", text))
        return _HAN_RANK.sub(r"\1", folded) or super().key(text)


class NameType(ValueType):
    """A company's name: identity ignores case, punctuation and width, not the legal form."""

    name = "name"

    def key(self, text: str, hints: Hints = no_hints) -> str:
        """Letters and digits alone, folded."""
        return _fold(unicodedata.normalize("NFKC", text)) or super().key(text)


#: Country-code top-level domains sold to everybody; they say nothing about a country.
_GENERIC = frozenset(
    {"ac", "ai", "app", "cc", "co", "fm", "gg", "io", "la", "ly", "me", "sh", "so", "to", "tv", "vc", "ws"}
)


def country_of_website(website: str) -> str | None:
    """The country a website's top-level domain belongs to, or None for generic ones.

    >>> country_of_website("www.acme.co.uk"), country_of_website("acme.io"), country_of_website("acme.com")
    ('GB', None, None)
    """
    host = host_of(website)
    label = host.rsplit(".", 1)[-1] if host else ""
    if len(label) != 2 or label in _GENERIC:
        return None
    return "GB" if label == "uk" else country_code(label)

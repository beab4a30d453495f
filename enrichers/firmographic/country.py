"""Which country to read a page's numbers under: its domain, its postcodes, its phone prefixes, its language.

This is how numbers are read, and never itself a fact about the company: a language is no country.
"""

from __future__ import annotations

import re
from collections import Counter

from accounts.values import Hints
from accounts.values.web import host_of
from enrichers.firmographic.chinese_places import countries_shown, script_of, taiwan_unit
from enrichers.firmographic.page import Page

_TLD_OTHER = {"uk": "GB", "eu": "", "su": "RU", "ac": "", "io": "", "co": "", "tv": "", "me": "", "ai": "", "cc": "",
              "fm": "", "ly": "", "to": "", "ws": "", "la": "", "gg": "", "sh": "", "so": "", "vc": ""}  # fmt: skip
_LANGUAGE = {"zh": "CN", "de": "DE", "fr": "FR", "ja": "JP", "it": "IT", "es": "ES", "nl": "NL", "ko": "KR", "sv": "SE", "pl": "PL",
             "da": "DK", "nb": "NO", "no": "NO", "fi": "FI", "cs": "CZ", "hu": "HU", "ru": "RU", "tr": "TR", "pt": "PT"}  # fmt: skip
_US_STATE = "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
_SIGNS = (
    ("US", 3, re.compile(rf"\b(?:{_US_STATE})\.?,?\s*\d{{5}}(?:-\d{{4}})?\b")),
    ("CA", 3, re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d\b")),
    ("GB", 3, re.compile(r"\b(?:[A-PR-UWYZ][A-HK-Y]?\d[\dA-Z]?) ?\d[ABD-HJLNP-UW-Z]{2}\b")),
    ("AU", 3, re.compile(r"\b(?:NSW|VIC|Victoria|QLD|Queensland|TAS|ACT|(?:SA|WA|NT)(?=,? \d{4}\b))\.?,? \d{4}\b|\bABN\b|Pty")),
    ("NZ", 2, re.compile(r"\bNew Zealand\b")),
    ("IE", 2, re.compile(r"\b(?:Ireland|Eircode|Co\. (?:Dublin|Cork|Kildare|Meath|Galway|Offaly))\b")),
    ("GB", 2, re.compile(r"\b(?:United Kingdom|England|Scotland|Wales)\b|\b(?:Ltd|PLC)\b|VAT (?:No|Reg)")),
    ("US", 1, re.compile(r"\b(?:USA|U\.S\.A\.|United States)\b|\b(?:Inc|LLC|L\.L\.C|Corp)\b")),
    ("DE", 2, re.compile(r"\bGmbH\b|\bDeutschland\b")),
    ("HK", 2, re.compile(r"\bHong Kong\b|香港")),
    ("IN", 2, re.compile(r"\bIndia\b|Pvt\.? Ltd")),
)  # fmt: skip
_SIMPLIFIED = re.compile(r"ICP|有限公司|[\u4e00-\u9fa5]{2}[省市]")
_HARD = 3
"""The weight from which a sign is evidence and no mere likelihood."""
_PREFIX = re.compile(
    r"(?<![\d.])(?:\+|00)\s?\(?(1|44|61|64|353|86|852|886|49|33|91|65|27|31|32|34|39|41|43|45|46|47|48|55|81|82|971)(?=[\s().\-–]|\d)"
)
_DIAL = {"1": "US", "44": "GB", "61": "AU", "64": "NZ", "353": "IE", "86": "CN", "852": "HK", "886": "TW", "49": "DE", "33": "FR", "91": "IN",
         "65": "SG", "27": "ZA", "31": "NL", "32": "BE", "34": "ES", "39": "IT", "41": "CH", "43": "AT", "45": "DK", "46": "SE", "47": "NO",
         "48": "PL", "55": "BR", "81": "JP", "82": "KR", "971": "AE"}  # fmt: skip

_READ = 60_000
"""Characters of a page looked at: its head and its tail."""


def country_of_domain(url: str | None) -> str | None:
    """The country of a country-code domain used as one, or None.

    >>> country_of_domain("https://www.acme.co.uk/"), country_of_domain("acme.io")
    ('GB', None)
    """
    host = host_of(url) if url else None
    last = host.rsplit(".", 1)[-1] if host else ""
    if last in _TLD_OTHER:
        return _TLD_OTHER[last] or None
    return last.upper() if len(last) == 2 and last.isalpha() else None


def hints_of(page: Page, given: str | None = None) -> Hints:
    """The country and language to read a page's numbers under.

    `given` is the country the account is known to be in; it stands unless the domain, postcodes, dialling codes or
    company numbers speak more for another.
    """
    text = page.text if len(page.text) <= _READ else page.text[: _READ // 2] + page.text[-_READ // 2 :]
    language = page.language
    hard, soft = _votes(page, text)
    if given and hard[given] >= max(hard.values(), default=0):
        return Hints(country=given, language=language)
    votes = hard + soft
    if given:
        votes[given] += 3
    votes[_of_language(language, text)] += 4 if language != "en" else 1
    return Hints(country=votes.most_common(1)[0][0], language=language)


def _votes(page: Page, text: str) -> tuple[Counter[str], Counter[str]]:
    """What is evidence of a country, and what makes it likely."""
    hard: Counter[str] = Counter()
    soft: Counter[str] = Counter()
    domain = country_of_domain(page.url)
    if domain:
        hard[domain] += 6
    for country, weight, sign in _SIGNS:
        hits = len({match.group() for _, match in zip(range(4), sign.finditer(text), strict=False)})
        (hard if weight >= _HARD else soft)[country] += min(hits, 3) * weight
    for match in _PREFIX.finditer(text):
        hard[_DIAL[match.group(1)]] += 1
    _chinese_votes(text, hard, soft)
    claimed = (page.root.get("lang") or page.meta.get("og:locale") or "").replace("_", "-")
    if re.fullmatch(r"[a-z]{2}(?:-[A-Z][a-z]{3})?-[A-Z]{2}", claimed) and claimed != "en-US":
        soft[claimed[-2:]] += 3
    return hard, soft


def _chinese_votes(text: str, hard: Counter[str], soft: Counter[str]) -> None:
    """Taiwan's places and tax numbers, mainland records; 有限公司 says something in simplified script only."""
    for code, count in countries_shown(text).items():
        hard[code] += 2 * count
    soft["TW"] += 2 * min(3, sum(1 for _, _ in zip(range(3), taiwan_unit().finditer(text), strict=False)))
    if script_of(text) != "traditional":
        hits = len({match.group() for _, match in zip(range(4), _SIMPLIFIED.finditer(text), strict=False)})
        soft["CN"] += min(hits, 3) * 2


def _of_language(language: str, text: str) -> str:
    """The country most pages of a language are from; traditional Chinese is Taiwan's before Hong Kong's."""
    if language == "zh" and script_of(text) == "traditional":
        return "TW"
    return _LANGUAGE.get(language, "US")

"""The shapes phone numbers are printed in, by numbering plan, and what number a printed one is.

Plans: ITU-T E.164, https://nationalnanpa.com, Ofcom, ACMA, 工业和信息化部《电信网编号计划》; validity by libphonenumber.
"""

from __future__ import annotations

import re

import phonenumbers

NANP = frozenset(
    "US CA PR BS JM TT BB BM KY DO GU VI AG AI DM GD KN LC MS SX TC VC VG AS MP".split()  # noqa: SIM905 - reads as a list
)
HAN = frozenset({"CN", "HK", "MO"})
_TRUNK_ZERO = frozenset(
    "GB IE DE IN TW FR NL IT BE CH AT ZA JP KR SE FI".split()  # noqa: SIM905 - reads as a list
)
_IN_BRACKETS = re.compile(r"\(\s*0\s*\)")
_S = r"[\s.\-–—‐‑·•]"
_END = r"(?![\d%]|[.\-]\d)"
_SHAPES = {
    "plus": re.compile(rf"(?:\+|(?<!\d)00(?=[1-9]))\s?\(?\d{{1,3}}\)?(?:{_S}|/){{0,3}}(?:\(0\){_S}?)?\(?\d{{1,5}}\)?(?:(?:{_S}|/){{0,3}}\d{{1,8}}){{1,6}}"),
    "nanp": re.compile(rf"(?:(?<![\d.\-])1{_S}{{0,3}}\(?\s?[2-9]\d\d\s?\)?|\(\s?[2-9]\d\d\s?\)|(?<![\d.\-(])[2-9]\d\d)\s?(?:{_S}|/){{0,3}}[2-9]\d\d{_S}{{0,3}}\d{{4}}{_END}"),
    "vanity": re.compile(
        r"(?:(?<![\d.\-])1[\s.\-]{0,3}\(?[2-9]\d\d\)?|\([2-9]\d\d\)|(?<![\d.\-(])[2-9]\d\d)[\s.\-]{1,3}"
        r"(?:\d{3}[\s.\-]?[A-Z]{4,5}|(?<=8[0-8]\d[\s.\-])[A-Z]{7,9}|(?<=8[0-8]\d[\s.\-])[A-Z\d]{1,6}-[A-Z\d-]{1,8}[A-Z])(?![A-Za-z\d])"
    ),
    "trunk": re.compile(rf"(?<![\d.,/\-])(?:\(0\d{{1,4}}\)|0\d{{1,4}})(?:{_S}|/){{0,3}}\d{{2,8}}(?:{_S}{{1,2}}\d{{2,6}}){{0,3}}{_END}"),
    "service": re.compile(r"(?<![\d.,\-+])1[38]00?[\s\-.]?\d{2,3}[\s\-.]?\d{2,3}(?!\d)|(?<![\d.,\-+])13[\s\-.]?\d\d[\s\-.]?\d\d(?!\d)"),
    "china": re.compile(
        r"(?<![\d.A-Za-z_])(?:\(?(?:\+?86|0086)\)?[\s\-]{0,2})?(?:"
        r"\(?0?(?:10|2\d|[3-9]\d\d)\)?\s?[-—–－_\s)]{1,3}\s?[2-8]\d{2,3}[-\s]?\d{4}(?![\d])|\(0\d{2,3}\)[2-8]\d{6,7}(?!\d)|0(?:10|2\d|[3-9]\d\d)[2-8]\d{6,7}(?!\d)"
        r"|[48]00[-—–\s]{0,3}\d{3}[-—–\s]{0,3}\d{4}(?!\d)|[48]00[-—–\s]{0,3}\d{4}[-—–\s]{0,3}\d{3}(?!\d)|[48]00[-—–\s]{0,3}\d{2}[-—–\s]?\d{2}[-—–\s]?\d{3}(?!\d)"
        r"|1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d))"
    ),
    "national": re.compile(rf"(?<![\d.,/\-])[2-9]\d{{1,4}}(?:{_S}{{1,2}}\d{{2,5}}){{1,4}}{_END}"),
    "bare": re.compile(r"(?<![\d.,/\-+])\d{7,12}(?![\d\-./])|(?<![\d.,/\-+])\d{3,4}[\s.\-]\d{4}(?![\d\-./]|\s\d)"),
}  # fmt: skip


def shapes_for(country: str | None) -> tuple[str, ...]:
    """The shapes to look for on a page of a country, its own first."""
    if country in NANP:
        return ("plus", "nanp", "vanity", "trunk", "bare")
    if country in HAN:
        return ("china", "plus", "nanp", "bare")
    if country in ("AU", "NZ"):
        return ("plus", "trunk", "service", "nanp", "vanity", "bare")
    if country in _TRUNK_ZERO:
        return ("plus", "trunk", "nanp", "vanity", "bare")
    return ("plus", "trunk", "national", "nanp", "vanity", "bare")


def spans(text: str, country: str | None) -> list[tuple[int, int, str]]:
    """Places that look like numbers: start, end, shape; in order, without overlap, the page's own plan first."""
    taken: list[tuple[int, int, str]] = []
    for shape in shapes_for(country):
        for match in _SHAPES[shape].finditer(text):
            start, stop = match.span()
            if all(stop <= a or start >= b for a, b, _ in taken):
                taken.append((start, stop, shape))
    return sorted(taken)


def plan_country(shape: str, country: str | None) -> str | None:
    """The country to read a span of a shape under."""
    return "US" if shape in ("nanp", "vanity") else "CN" if shape == "china" else country


def canonical_phone(text: str, country: str | None) -> tuple[str | None, int]:
    """E.164 and libphonenumber's type of a number read under a country; (None, -1) where it is not valid."""
    bare = _IN_BRACKETS.sub("", text)
    try:
        number = phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        return None, -1
    number.extension = None
    kind = phonenumbers.number_type(number)
    if kind == phonenumbers.PhoneNumberType.UNKNOWN:
        return None, -1
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)), int(kind)

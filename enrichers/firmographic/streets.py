"""The street alone, out of a text that also holds what was printed before it.

A line above or left of a town often starts with somebody's name, a label, a copyright notice or a phone number
(`© 2026 Acme Ltd 12 Long Rd`). A street begins at its house number, its building or its box.
"""

from __future__ import annotations

import re
from functools import cache

from enrichers.firmographic.words import read_yaml

_NOTICE = re.compile(
    r"(?i)(?:©|\(c\)|\bcopyright\b|\ball rights reserved\b|\b(?:since|est(?:ablished|d)?|founded)\b\.?(?:\s+in)?(?=\s+(?:19|20)\d\d))"
    r"(?:[\s.,|:–—-]*(?:©|\(c\)|copyright|all rights reserved|(?:19|20)\d\d(?!\d)))*"
)
_PHONE = re.compile(r"(?:\+?1[\s.-]?)?\(?\d{3}[-.\s)/]{1,2}\s?\d{3}[-.\s]\d{4}|\+\d[\d\s().-]{7,18}\d")
_MAILBOX = re.compile(r"\S{1,64}@\S{3,100}")
_DATE = re.compile(r"\b\d{1,2}/\d{1,2}/\d{2,4}\b")
_LABEL_END = re.compile(r"(?i)\W+(?:tele)?(?:phone|fax|tel|call|ph|mobile|e-?mail)\W*$")
_CUT = "\x1f"
"""Stands where something was taken out that is no part of any street."""
_NUMBER = re.compile(
    r"(?<![\w.,#/-])(?:[NSEW]\d{1,3}\s?[NSEW]\d{1,6}|\d{1,6}(?:-\d{1,6})?[A-Za-z]?|\d{1,5}\s?(?:1/2|½))"
    r"(?=,?\s+(?:[A-Z]|\d{1,4}(?:st|nd|rd|th)\b))"
)
_BOX = re.compile(r"(?i)\b(?:p\.?\s?o\.?\s?box|post office box|po drawer)\s?#?\s?\w")
_DIRECTION = r"[NSEW]\.?|NE|NW|SE|SW|north|south|east|west"
_BEFORE_NO_HOUSE = r"highway|hwy|route|rte|interstate|road|rd|km|fm|rr|sr|us|cr|box|pmb|no"
_MARKS = " ,;:|-–—•·*◊" + _CUT


@cache
def _words() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What a number follows that is no house's; street words and directions; units; endings of buildings' names."""
    data = read_yaml("places.yml")
    unit, street, building = data["unit_words"], data["street_words"], data["building_words"]
    return (
        re.compile(rf"(?i)(?:^|[\s,(])(?:{unit}|{_BEFORE_NO_HOUSE})\.?\s*#?$"),
        re.compile(rf"(?i)\b(?:{street}|{_DIRECTION})(?:\b|$)"),
        re.compile(rf"(?i)^(?:(?:{unit})\.?\s*#?\s*[\w-]{{1,6}}|#\s?\w{{1,6}}|\d{{1,3}}(?:st|nd|rd|th) (?:floor|fl))$"),
        re.compile(rf"(?i)\b(?:{building})$"),
    )  # fmt: skip


@cache
def _owner() -> re.Pattern[str]:
    """Legal forms that end a company's name inside a text and mean nothing else."""
    return re.compile(rf"(?:{'|'.join(read_yaml('names.yml')['legal_forms_inside'])})(?=$|[\s,;.|])\.?")


def names_owner(text: str) -> bool:
    """True for a copyright notice, or a text that ends in a company's legal form: no part of an address."""
    return bool(_NOTICE.search(text) or re.search(rf"(?:{_owner().pattern})\W*$", text))


def street_of(text: str) -> str:
    """The street in a text that ends with one; an empty text where nothing of it is a street's.

    >>> street_of("© 2026 Acme Plumbing 2210 Sawmill Run Rd"), street_of("Acme Ltd, Elder House, Long Lane")
    ('2210 Sawmill Run Rd', 'Elder House, Long Lane')
    """
    for noise in (_NOTICE, _PHONE, _MAILBOX, _DATE, _owner()):
        text = noise.sub(_CUT, text)
    start = _house(text)
    if start is None:
        return text.rpartition(_CUT)[2].lstrip(_MARKS + ".").rstrip(_MARKS)
    street = text[start:].partition(_CUT)
    return (_kept(text[:start]) + (_LABEL_END.sub("", street[0]) if street[1] else street[0])).strip(_MARKS)


def _house(text: str) -> int | None:
    """Where the house number or the box begins: the first number no street has been named before."""
    no_house, streetish, _, _ = _words()
    start: int | None = None
    for match in _NUMBER.finditer(text):
        if no_house.search(text[max(0, match.start() - 30) : match.start()]):
            continue
        if start is not None and streetish.search(text[start : match.start()]):
            break
        start = match.start()
    box = _BOX.search(text)
    return box.start() if box and start is None else start


def _kept(before: str) -> str:
    """Units and buildings that stand right before a house number, set off by commas; the rest is somebody's name."""
    _, _, unit, building = _words()
    before = before.rpartition(_CUT)[2]
    if unit.match(before.strip(_MARKS)):
        return before.lstrip(_MARKS)
    if not before.rstrip().endswith(","):
        return ""
    kept: list[str] = []
    for text in reversed(before.rstrip(" ,").split(",")):
        piece = re.split(r"\s[|•·–—-]\s|:\s", text)[-1].strip()
        if not (unit.match(piece) or building.search(piece)):
            break
        kept.insert(0, piece)
    return "".join(f"{piece}, " for piece in kept)

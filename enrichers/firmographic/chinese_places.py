"""Taiwan, Hong Kong, Macao and the mainland told apart: by named places and by what only their companies print.

A language is no country: where nothing but the script speaks, no country is said.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from enrichers.firmographic.words import read_yaml

CHINESE = ("CN", "TW", "HK", "MO")
_UNITS = re.compile(r"[\u4e00-\u9fff]{2}(?:省|市|县|区|镇|自治州)")
_READ = 60_000


_NO_ROAD = r"(?![东西中南北東]?[一二三]?(?:[路街]|大[道街]))(?![镇县])"
"""Roads are named after places: 香港中路 is in Qingdao."""


def _any_of(*keys: str) -> str:
    data = read_yaml("chinese_places.yml")
    return "|".join(sorted((name for key in keys for name in data[key]), key=len, reverse=True))


@cache
def taiwan_unit() -> re.Pattern[str]:
    """A city or county of Taiwan."""
    return re.compile(_any_of("tw"))


@cache
def region_names() -> str:
    """An alternation of provinces and of the names of Taiwan, Hong Kong and Macao, in both scripts."""
    return f"(?:{_any_of('cn', 'tw_names', 'hk_names', 'mo_names')}){_NO_ROAD}"


@cache
def _heads() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What an address begins with, by country; the narrower first."""
    return tuple(
        (code, re.compile(rf"(?:中国|中國|中華民國)?[·,，\s]*(?:\d{{3,6}}\s*)?(?:{_any_of(*keys)}){_NO_ROAD}"))
        for code, keys in (
            ("TW", ("tw", "tw_names")), ("HK", ("hk", "hk_names")), ("MO", ("mo", "mo_names")), ("CN", ("cn",)),
        )
    )  # fmt: skip


@cache
def _evidence() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (code, re.compile(text)) for code, text in read_yaml("chinese_places.yml")["evidence"].items()
    )


@cache
def _scripts() -> tuple[frozenset[str], frozenset[str]]:
    data = read_yaml("chinese_places.yml")
    simplified, traditional = frozenset(data["simplified"]), frozenset(data["traditional"])
    return simplified - traditional, traditional - simplified


def script_of(text: str) -> str | None:
    """`simplified` or `traditional`, by the characters only one of them has; None where neither prevails.

    >>> script_of("联系电话"), script_of("聯絡電話"), script_of("上海")
    ('simplified', 'traditional', None)
    """
    simplified, traditional = _scripts()
    counts = Counter(text[:_READ])
    of_one, of_other = sum(counts[c] for c in simplified), sum(counts[c] for c in traditional)
    if of_one == of_other:
        return None
    return "simplified" if of_one > of_other else "traditional"


def country_of_place(address: str) -> str | None:
    """The country of a Chinese address by the place it begins with, or by mainland units in simplified script.

    >>> country_of_place("新竹市東區光華路1號"), country_of_place("九龍觀塘道1號"), country_of_place("中山路1號")
    ('TW', 'HK', None)
    """
    text = address.strip()
    for code, head in _heads():
        if head.match(text):
            return code
    return "CN" if _UNITS.search(text) and script_of(text) == "simplified" else None


def countries_shown(text: str) -> Counter[str]:
    """How often a page prints what only companies of each place print: records, tax numbers, dialling codes."""
    shown: Counter[str] = Counter()
    for code, sign in _evidence():
        shown[code] += min(3, sum(1 for _, _ in zip(range(3), sign.finditer(text), strict=False)))
    return +shown


def country_of_signs(text: str, domain: str | None, given: str | None) -> str | None:
    """The country of a Chinese page that names no place: its domain's, what it prints, else what is known of the account.

    None where the signs disagree and nothing is known: better no country than a wrong one.
    """
    if domain in CHINESE:
        return domain
    shown = countries_shown(text)
    if given in CHINESE and (not shown or given in shown):
        return given
    return next(iter(shown)) if len(shown) == 1 else None

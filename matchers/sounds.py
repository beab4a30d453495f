"""How Chinese names sound in Latin letters: pinyin with polyphones, and a coarse code that Wade–Giles and home-made spellings share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from matchers.folding import has_han

_LONGEST_RUN = 4
_RUNS = re.compile(r"[\u3400-\u9fff〇]+|[^\u3400-\u9fff〇]")
_VARIANTS = {"lv": ("lu", "lyu", "lv"), "nv": ("nu", "nyu", "nv"), "lve": ("lue",), "nve": ("nue",)}

# One code for the spellings of one Mandarin sound: aspiration is dropped (Wade–Giles is written without its
# apostrophes), retroflex and palatal series fall together, glides are one vowel.
_COARSE = (
    (re.compile(r"ph(?=[aeiou])"), "p"), (re.compile(r"tz|ts|zh|ch|[jqzcx](?=s)|[jqzc]"), "C"),
    (re.compile(r"hs|sh|x"), "s"), (re.compile(r"b"), "p"), (re.compile(r"d"), "t"), (re.compile(r"g(?![^aeiouwy]|$)"), "k"),
    (re.compile(r"v"), "u"), (re.compile(r"w"), "u"), (re.compile(r"y"), "i"), (re.compile(r"ee"), "i"), (re.compile(r"oo"), "u"),
    (re.compile(r"(?<=[aeiou])h"), ""), (re.compile(r"uu+"), "u"), (re.compile(r"ii+"), "i"),
    (re.compile(r"(?:e|o|u|uo)ng"), "ung"), (re.compile(r"uo|ou|o"), "o"), (re.compile(r"ao|au|aw"), "au"),
    (re.compile(r"ien|ian"), "ien"), (re.compile(r"iao|iau|eao"), "iau"), (re.compile(r"uei|ui"), "ui"), (re.compile(r"ih$"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)  # fmt: skip


@lru_cache(maxsize=1 << 16)
def coarse(text: str) -> str:
    """The coarse code of a romanised word.

    >>> coarse("hsin") == coarse("xin"), coarse("feng") == coarse("fong")
    (True, True)
    """
    for pattern, code in _COARSE:
        text = pattern.sub(code, text)
    return text


@dataclass(frozen=True, slots=True)
class Sounds:
    """A Chinese text's sound. `syllables` one a character; `runs` maps the spelling of 1–4 characters in a row,
    `coarse_runs` its coarse code, to (start, length)."""

    syllables: tuple[str, ...]
    runs: Mapping[str, tuple[int, int]]
    coarse_runs: Mapping[str, tuple[int, int]]


@lru_cache(maxsize=1 << 16)
def sounds_of(han: str) -> Sounds:
    """The sounds of a Han text; polyphones in context first, their other readings beside."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - half a second that only cross-script work pays

    said: list[str] = []
    for run in _RUNS.findall(han):
        heard = lazy_pinyin(run) if has_han(run) else list(run)
        said.extend(heard if len(heard) == len(run) else list(run))
    syllables = tuple(said)
    said_as = [_said(syllable, _readings(char)) for syllable, char in zip(syllables, han, strict=True)]
    runs: dict[str, tuple[int, int]] = {}
    coded: dict[str, tuple[int, int]] = {}
    for size in range(min(_LONGEST_RUN, len(han)), 0, -1):
        for start in range(len(han) - size + 1):
            place = (start, size)
            for spelling, code in _spellings(said_as[start : start + size]):
                runs.setdefault(spelling, place)
                coded.setdefault(code, place)
    return Sounds(syllables, runs, coded)


@lru_cache(maxsize=1 << 14)
def _said(syllable: str, readings: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Spellings of one character with their coarse codes, the reading in context first."""
    first = _VARIANTS.get(syllable, (syllable,))
    return tuple((said, coarse(said)) for said in dict.fromkeys((*first, *readings)))


def _spellings(characters: list[tuple[tuple[str, str], ...]]) -> list[tuple[str, str]]:
    """Up to eight spellings of characters in a row, with their codes."""
    found = [("", "")]
    for said in characters:
        here = said if len(characters) <= 3 else said[:1]
        found = [(head + tail, code + more) for head, code in found for tail, more in here][:8]
    return found


@lru_cache(maxsize=1 << 14)
def _readings(char: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin  # noqa: PLC0415

    found = pinyin(char, style=Style.NORMAL, heteronym=True)
    return tuple(found[0][:3]) if found else ()


def plain_pinyin(han: str) -> str:
    """The pinyin of each character's first reading, joined: no context, and a hundred times as quick."""
    return "".join([_first_reading(char) for char in han])


@lru_cache(maxsize=1 << 14)
def _first_reading(char: str) -> str:
    found = _readings(char)
    return found[0] if found else char

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
    (re.compile(r"ien|ian"), "ien"), (re.compile(r"iao|iau|eao"), "iau"), (re.compile(r"uei|ui"), "ui"), (re.compile(r"ih|e$"), ""),
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
    others = [_readings(char) for char in han]
    runs: dict[str, tuple[int, int]] = {}
    for size in range(min(_LONGEST_RUN, len(han)), 0, -1):
        for start in range(len(han) - size + 1):
            for spelling in _spellings(syllables, others, start, size):
                runs.setdefault(spelling, (start, size))
    coded: dict[str, tuple[int, int]] = {}
    for spelling, place in runs.items():
        coded.setdefault(coarse(spelling), place)
    return Sounds(syllables, runs, coded)


def _spellings(syllables: tuple[str, ...], others: list[tuple[str, ...]], start: int, size: int) -> list[str]:
    found = [""]
    for at in range(start, start + size):
        said = _VARIANTS.get(syllables[at], (syllables[at],))
        if size <= 3:
            said = (*said, *(o for o in others[at] if o not in said))
        found = [head + tail for head in found for tail in said][:8]
    return found


@lru_cache(maxsize=1 << 14)
def _readings(char: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin  # noqa: PLC0415

    found = pinyin(char, style=Style.NORMAL, heteronym=True)
    return tuple(found[0][:3]) if found else ()

"""How Chinese names sound in Latin letters: pinyin with polyphones, and a coarse code that Wade–Giles and home-made spellings share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from matchers.folding import has_han

_RUNS = re.compile(r"[\u3400-\u9fff〇]+|[^\u3400-\u9fff〇]")
_VARIANTS = {"lv": ("lu", "lyu", "lv"), "nv": ("nu", "nyu", "nv"), "lve": ("lue",), "nve": ("nue",)}

# One code for the spellings of one Mandarin sound: aspiration is dropped (Wade–Giles is written without its
# apostrophes), retroflex and palatal series fall together, glides are one vowel.
# Each with a letter without which it changes nothing.
_COARSE = tuple((letters, re.compile(pattern), code) for letters, pattern, code in (
    ("h", r"ph(?=[aeiou])", "p"), ("tzcjqx", r"tz|ts|zh|ch|[jqzcx](?=s)|[jqzc]", "C"),
    ("shx", r"hs|sh|x", "s"), ("b", r"b", "p"), ("d", r"d", "t"), ("g", r"g(?![^aeiouwy]|$)", "k"),
    ("v", r"v", "u"), ("w", r"w", "u"), ("y", r"y", "i"), ("e", r"ee", "i"), ("o", r"oo", "u"),
    ("h", r"(?<=[aeiou])h", ""), ("u", r"uu+", "u"), ("i", r"ii+", "i"),
    ("g", r"(?:e|o|u|uo)ng", "ung"), ("o", r"uo|ou|o", "o"), ("a", r"ao|au|aw", "au"),
    ("i", r"ien|ian", "ien"), ("a", r"iao|iau|eao", "iau"), ("i", r"uei|ui", "ui"), ("h", r"ih$", ""),
    ("", r"(.)\1+", r"\1"),
))  # fmt: skip


@lru_cache(maxsize=1 << 16)
def coarse(text: str) -> str:
    """The coarse code of a romanised word.

    >>> coarse("hsin") == coarse("xin"), coarse("feng") == coarse("fong")
    (True, True)
    """
    for letters, pattern, code in _COARSE:
        if letters in text if len(letters) < 2 else any(c in text for c in letters):
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
    syllables = _syllables(han)
    said_as = [_said(syllable, _readings(char)) for syllable, char in zip(syllables, han, strict=True)]
    runs: dict[str, tuple[int, int]] = {}
    coded: dict[str, tuple[int, int]] = {}
    for size, row in reversed(list(enumerate(_spellings(said_as), 1))):
        for start, spellings in enumerate(row):
            place = (start, size)
            for spelling, code in spellings:
                runs.setdefault(spelling, place)
                coded.setdefault(code, place)
    return Sounds(syllables, runs, coded)


def _syllables(han: str) -> tuple[str, ...]:
    """One syllable a character; a foreign character stands for itself."""
    from pypinyin.seg.mmseg import seg  # noqa: PLC0415 - half a second that only cross-script work pays

    said: list[str] = []
    for run in _RUNS.findall(han):
        if not has_han(run):
            said.append(run)
            continue
        heard = [syllable for word in seg.cut(run) for syllable in _heard(word)]
        said.extend(heard if len(heard) == len(run) else list(run))
    return tuple(said)


@lru_cache(maxsize=1 << 15)
def _heard(word: str) -> tuple[str, ...]:
    """The syllables of one word of the phrase table, or of single characters."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return tuple(lazy_pinyin(word))


@lru_cache(maxsize=1 << 14)
def _said(syllable: str, readings: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Spellings of one character with their coarse codes, the reading in context first."""
    first = _VARIANTS.get(syllable, (syllable,))
    return tuple((said, coarse(said)) for said in dict.fromkeys((*first, *readings)))


_Spelled = list[tuple[str, str]]


def _spellings(characters: list[tuple[tuple[str, str], ...]]) -> list[list[_Spelled]]:
    """Up to eight spellings, with their codes, of every run of one, two, three and four characters, by its start.

    In a run of four each character is said the first way only.
    """
    rows: list[list[_Spelled]] = [[list(said) for said in characters]]
    for size in (2, 3):
        rows.append([
            [(head + tail, code + more) for head, code in rows[-1][start] for tail, more in characters[start + size - 1]][:8]
            for start in range(len(characters) - size + 1)
        ])  # fmt: skip
    first = [said[0] for said in characters]
    rows.append([
        [("".join([w for w, _ in first[start : start + 4]]), "".join([c for _, c in first[start : start + 4]]))]
        for start in range(len(characters) - 3)
    ])  # fmt: skip
    return rows


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

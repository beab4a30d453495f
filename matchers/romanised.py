"""Chinese names as Taiwan and Hong Kong spell them: Wade–Giles by rule from pinyin, Cantonese from Jyutping."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

from matchers.sounds import plain_pinyin, sounds_of
from matchers.tables import rows_of

_PINYIN = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcs])?([a-z]+)$")
_JYUTPING = re.compile(r"(ng(?=[aeou])|[gk]w|[bpmfdtnlgkhwzcsj])?([a-z]+)$")
_SPLIT = {"wade": _PINYIN, "hong_kong": _JYUTPING}
_LONGEST_RUN = 3
_SPELLINGS, _IN_A_RUN = 8, 48
"""Spellings of one character, and of a run of them, that are tried at most."""

Runs = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _System:
    """One way of spelling: parts of a syllable, or whole ones, to their spellings."""

    initials: Mapping[str, tuple[str, ...]]
    finals: Mapping[str, tuple[str, ...]]
    syllables: Mapping[str, tuple[str, ...]]


@cache
def _system(name: str) -> _System:
    parts: dict[str, dict[str, tuple[str, ...]]] = {"initial": {}, "final": {}, "syllable": {}}
    for row in rows_of("romanisation.csv"):
        if row["system"] == name:
            spelled = tuple("" if s == "-" else s for s in row["spellings"].split("|"))
            parts[row["part"]][row["sound"]] = spelled
    return _System(parts["initial"], parts["final"], parts["syllable"])


@lru_cache(maxsize=1 << 12)
def spelled(syllable: str, system: str) -> tuple[str, ...]:
    """A syllable of pinyin (`wade`) or Jyutping without its tone (`hong_kong`) as that system spells it, likeliest first.

    >>> spelled("xin", "wade")[0], spelled("zhang", "wade")[0], spelled("gwok", "hong_kong")[0]
    ('hsin', 'chang', 'kwok')
    """
    known = _system(system)
    whole = known.syllables.get(syllable)
    if whole:
        return whole
    found = _SPLIT[system].match(syllable)
    if not found:
        return (syllable,)
    start, end = found.group(1) or "", found.group(2)
    spellings = product(known.initials.get(start, (start,)), known.finals.get(end, (end,)))
    ordered = sorted(spellings, key=lambda pair: _place(known, start, end, pair))
    return tuple(dict.fromkeys("".join(pair) for pair in ordered))[:_SPELLINGS]


def _place(known: _System, start: str, end: str, pair: tuple[str, str]) -> int:
    """How far down the lists a spelling's parts stand."""
    firsts, lasts = known.initials.get(start, (start,)), known.finals.get(end, (end,))
    return firsts.index(pair[0]) + lasts.index(pair[1])


@lru_cache(maxsize=1 << 14)
def wade_runs(han: str) -> Runs:
    """Wade–Giles spellings of up to three characters in a row → (start, length)."""
    return _runs([spelled(syllable, "wade") for syllable in sounds_of(han).syllables])


@lru_cache(maxsize=1 << 14)
def cantonese_runs(han: str) -> Runs:
    """Cantonese spellings of up to three characters in a row → (start, length)."""
    return _runs([_cantonese(char) for char in han])


@lru_cache(maxsize=1 << 14)
def _cantonese(char: str) -> tuple[str, ...]:
    """A character's spellings by its two likeliest Cantonese readings."""
    from ToJyutping import get_jyutping_candidates  # noqa: PLC0415 - half a second that few names pay

    found = get_jyutping_candidates(char)
    readings = [reading.rstrip("123456") for reading in (found[0][1] or ())[:2]] if found else []
    return tuple(dict.fromkeys(s for reading in readings for s in spelled(reading, "hong_kong")))[:_SPELLINGS]


def _runs(characters: Sequence[tuple[str, ...]]) -> Runs:
    runs: dict[str, tuple[int, int]] = {}
    row: list[list[str]] = [list(c) for c in characters]
    for size in range(1, _LONGEST_RUN + 1):
        for start, spellings in enumerate(row):
            for spelling in spellings:
                known = runs.get(spelling)
                if known is None or known[1] < size:
                    runs[spelling] = (start, size)
        row = [
            [head + tail for head in row[start] for tail in characters[start + size]][:_IN_A_RUN]
            for start in range(len(characters) - size)
        ]
    return runs


@cache
def _sounding() -> re.Pattern[str]:
    """Whole syllables as Hong Kong spells them, one to three in a row."""
    known = _system("hong_kong")
    starts = {"", *"pmftnlkhwys", *(s for given in known.initials.values() for s in given)}
    ends = {
        *(s for given in known.finals.values() for s in given), "iu", "im", "in", "ing", "ip", "it", "ik", "oi", "on", "ok", "ot",
        "ui", "ut", "uk", "ek",
    }  # fmt: skip
    whole = {
        *(a + b for a in starts for b in ends),
        *(s for given in known.syllables.values() for s in given),
    }
    told = "|".join(sorted(whole, key=lambda s: (-len(s), s)))
    return re.compile(rf"(?:{told}){{1,{_LONGEST_RUN}}}")


@lru_cache(maxsize=1 << 15)
def may_be_cantonese(token: str) -> bool:
    """True where a Latin word can be read as Cantonese syllables: no other word is worth looking up.

    >>> may_be_cantonese("cheung"), may_be_cantonese("technology")
    (True, False)
    """
    return _sounding().fullmatch(token) is not None


@lru_cache(maxsize=1 << 14)
def _likeliest(char: str) -> tuple[str, str]:
    return spelled(plain_pinyin(char), "wade")[0], next(iter(_cantonese(char)), "")


def spellings_of(han: str) -> tuple[str, ...]:
    """The likeliest spelling of a short Han text by each system, joined and without context: keys to meet Latin words by.

    >>> spellings_of("国泰")
    ('kuotai', 'kwoktai')
    """
    found = [_likeliest(char) for char in han]
    return tuple(dict.fromkeys(("".join(wade for wade, _ in found), "".join(said for _, said in found))))

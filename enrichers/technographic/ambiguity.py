"""Which everyday words in a text are names of technologies: settled by neighbours, case, cues and language.

Names that can mean nothing else are accepted at once; each further round accepts what stands close to an accepted
name and keeps to the rule the lexicon gives it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from enrichers.technographic.lexicon_file import Term

NEIGHBOUR = 70
CUE = 24
LONGEST = 60
ROUNDS = 3
_ITEMS = re.compile(r"[\s☞•●·*,;、/–-]{1,12}")
_LISTED = re.compile(r"\s?(?:[,/、&+|(]|and|or|以及|和|与)\s?|\s")
_SENTENCE_END = re.compile(r"[。；;!?！？\n]|\w\.\s[A-Z]|\s\.\s")
_SENTENCE_START = re.compile(r"(?:^|[.!?;:•☞*\n]|\s[-–])\s*$")
_CJK = re.compile(r"[㐀-鿿]")
_DESIGN = re.compile(r"设计软件|设计工具|制图软件|剪辑|design\s(?:software|tools)", re.I)
_CIRCUITS = re.compile(r"原理图|PCB|layout", re.I)
_DATABASE = re.compile(r"数据库|database|\bdba?\b", re.I)
_STATISTICS = frozenset({"SPSS", "Stata", "R", "Python", "EViews", "MATLAB"})


@dataclass(frozen=True, slots=True)
class Hit:
    """A spelling of the lexicon found in a text; `rule` says how an ambiguous one is settled."""

    term: Term
    spelling: str
    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What stands around a hit: `near` are accepted hits close by, `groups` theirs."""

    text: str
    around: str
    cued: bool
    chinese: bool
    near: tuple[Hit, ...]
    groups: frozenset[str]


def settle(text: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits that are names of technologies, in order of appearance."""
    accepted = [hit for hit in hits if not hit.rule]
    taken = {(hit.start, hit.end) for hit in accepted}
    pending = [hit for hit in hits if hit.rule and hit.rule != "never"]
    for _ in range(ROUNDS):
        nearby = Nearby(accepted)
        judged = [(hit, _RULES[hit.rule](hit, _look_around(text, hit, nearby))) for hit in pending]
        clear = [hit for hit, is_clear in judged if is_clear]
        if not clear:
            break
        for hit in sorted(
            clear, key=lambda h: h.rule in ("short", "word")
        ):  # the narrower rule wins a shared spelling
            if (hit.start, hit.end) not in taken:
                taken.add((hit.start, hit.end))
                accepted.append(hit)
        pending = [hit for hit, is_clear in judged if not is_clear]
    return sorted(accepted, key=lambda h: h.start)


class Nearby:
    """Hits by their place, so that a long list costs no quadratic time."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._hits = sorted(hits, key=lambda h: h.start)
        self._starts = [hit.start for hit in self._hits]

    def of(self, hit: Hit) -> Sequence[Hit]:
        """Hits that may be close enough to `hit` to be its neighbours."""
        first = bisect_left(self._starts, hit.start - NEIGHBOUR - LONGEST)
        return self._hits[first : bisect_right(self._starts, hit.end + NEIGHBOUR)]


def joined(text: str, hit: Hit, other: Hit) -> bool:
    """True where two hits stand close together in one sentence, or as items of one list."""
    first, second = (hit, other) if hit.start < other.start else (other, hit)
    if (first.start, first.end) == (second.start, second.end) or second.start - first.end > NEIGHBOUR:
        return False
    gap = text[first.end : second.start]
    return bool(_ITEMS.fullmatch(gap)) or not _SENTENCE_END.search(gap)


def _look_around(text: str, hit: Hit, accepted: Nearby) -> _Surroundings:
    around = text[max(0, hit.start - CUE) : hit.start] + " " + text[hit.end : hit.end + CUE]
    near = tuple(other for other in accepted.of(hit) if joined(text, hit, other))
    return _Surroundings(
        text,
        around,
        bool(hit.term.cue and hit.term.cue.search(around)),
        bool(
            _CJK.search(text[max(0, hit.start - 12) : hit.start]) or _CJK.search(text[hit.end : hit.end + 12])
        ),
        near,
        frozenset(other.term.group for other in near),
    )


def _is_short_name(hit: Hit, place: _Surroundings) -> bool:
    """ "R", "ES", "Go": written as a name, beside other names of its trade or a cue."""
    if not place.chinese and hit.spelling.islower():
        return False
    if len(hit.spelling) == 1 and hit.spelling.islower():
        return False
    return place.cued or bool(place.groups & hit.term.near if hit.term.near else place.groups - {"office"})


def _is_worded_name(hit: Hit, place: _Surroundings) -> bool:
    """ "Spring", "Excel", "Storm": in lower-case English only as an item between other names."""
    if hit.spelling.islower() and not place.chinese:
        return any(_side_by_side(place.text, hit, other) for other in place.near)
    if place.cued or (place.groups & hit.term.near if hit.term.near else place.groups):
        return True
    return (
        place.chinese
        and not hit.spelling.islower()
        and not _SENTENCE_START.search(place.text[max(0, hit.start - 3) : hit.start])
    )


def _is_product_of_vendor(_: Hit, place: _Surroundings) -> bool:
    """ "Oracle": the database, where databases or software are spoken of."""
    return place.cued or bool(place.groups & {"data", "software"}) or bool(_DATABASE.search(place.around))


def _side_by_side(text: str, hit: Hit, other: Hit) -> bool:
    first, second = (hit, other) if hit.start < other.start else (other, hit)
    return bool(_LISTED.fullmatch(text[first.end : second.start]))


_RULES: Mapping[str, Callable[[Hit, _Surroundings], bool]] = {
    "short": _is_short_name,
    "word": _is_worded_name,
    "vendor": _is_product_of_vendor,
    "zh": lambda _, place: place.chinese,
    "designer": lambda _, place: "design" in place.groups or bool(_DESIGN.search(place.around)),
    "pcb": lambda _, place: "eda" in place.groups or bool(_CIRCUITS.search(place.around)),
    "statistics": lambda _, place: any(other.term.name in _STATISTICS for other in place.near),
}

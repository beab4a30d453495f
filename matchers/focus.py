"""Which of the companies named in a text it is about; none rather than a guess.

Latin texts: every distinctive word of the company's name must stand in the text, in order, and the name must not go on
there ("Science" is not meant by "Science 37"). Chinese texts: the candidates are weighed by where they stand, by names
inside longer names, and by what is said right beside them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from matchers.folding import fold, has_han
from matchers.latin import tokenize
from matchers.names import Name, parse
from matchers.tables import lines_of, meanings, rows_of, trades

FEATURES = (
    "length",
    "inside",
    "holds",
    "early",
    "late",
    "often",
    "code",
    "colon",
    "embedded",
    "institution",
    "marked",
    "alone",
    "start",
    "first",
    "last",
)
"""What is weighed beside the words next to a name; see `weigh`."""

LONGEST_TEXT = 20_000
_REACH = 30
_SURE = 0.5
_GENERIC = frozenset(
    [
        "holdings",
        "holding",
        "group",
        "technology",
        "technologies",
        "international",
        "global",
        "the",
        "company",
        "companies",
        "worldwide",
    ]
)
_LONGER = re.compile(
    r"^(?:集团|控股|公司|银行|证券|股份|保险|基金|信托|投资|科技|地产|资本|实业|文化|传媒|网络|分行|系(?!统)|系列)"
)
_BEFORE = re.compile(r"[东西南北中大新上]$")


@dataclass(frozen=True, slots=True)
class Focus:
    """The company meant (as given among the candidates), or None, and how sure."""

    company: str | None
    probability: float


def find_focus(text: str, candidates: Sequence[str]) -> Focus:
    """Which of the candidates a text is about. Duplicates and blanks among the candidates are ignored.

    The probability is that of the named company; where none is meant, of the likeliest that was not named.
    """
    names = [c for c in dict.fromkeys(candidates) if c and c.strip()]
    text = (text or "")[:LONGEST_TEXT]
    if not names or not text.strip():
        return Focus(None, 0.0)
    if has_han(text):
        return _focus_han(_flat(text), names)
    return _focus_latin(text, names)


# --- Latin ---------------------------------------------------------------------------------------------------------


def _focus_latin(text: str, names: Sequence[str]) -> Focus:
    words = tokenize(fold_all(text))
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        places.setdefault(word, []).append(at)
        if word.endswith("s") and len(word) > 3:
            places.setdefault(word[:-1], []).append(at)
    capitals = frozenset(fold(word.group()) for word in _CAPITALISED.finditer(text))
    scored = sorted(
        ((_latin_score(parse(n), words, places, capitals), n) for n in names),
        key=lambda pair: (-pair[0], pair[1]),
    )
    best, name = scored[0]
    if (
        len(scored) > 1
        and best - scored[1][0] < 0.05
        and best > 0
        and parse(name).core != parse(scored[1][1]).core
    ):
        best *= 0.6
    return Focus(name if best >= _SURE else None, round(best, 4))


def fold_all(text: str) -> str:
    """A long text folded piece by piece."""
    return (
        " ".join(fold(text[at : at + 300]) for at in range(0, len(text), 300))
        if len(text) > 300
        else fold(text)
    )


_CAPITALISED = re.compile(r"[^\W_]*[A-Z][^\W_]*")


def _latin_score(
    name: Name, words: Sequence[str], places: Mapping[str, list[int]], capitals: frozenset[str]
) -> float:
    """0–1: how surely a text names this company. In a text with capitals a name of one word that is nowhere capitalised is taken for the word."""
    if not name.latin:
        return 0.0
    tokens = name.latin.tokens
    needed = _distinctive(tokens)
    if len(needed) == 1 and capitals and not _is_capitalised(needed[0], capitals):
        return 0.3
    for start in places.get(tokens[0], ()):
        if all(start + k < len(words) and _met(words[start + k], needed[k]) for k in range(len(needed))):
            return _surety(name, words, start, len(needed))
    joined = "".join(needed)
    if len(needed) > 1 and joined in places:
        return 0.75
    return 0.3 if len(needed) > 1 and all(t in places for t in needed) else 0.05


def _distinctive(tokens: Sequence[str]) -> Sequence[str]:
    size = len(tokens)
    while size > 1 and tokens[size - 1] in _GENERIC:
        size -= 1
    return tokens[:size]


def _is_capitalised(token: str, capitals: frozenset[str]) -> bool:
    return any(said in capitals for said in (token, token + "s"))


def _met(word: str, token: str) -> bool:
    return word == token or word == token + "s"


def _surety(name: Name, words: Sequence[str], start: int, size: int) -> float:
    """How sure a met name is, by what follows it: a word no headline puts behind a name belongs to a longer name."""
    assert name.latin
    extra = len(name.latin.tokens) - size
    sure = 0.95 - 0.06 * extra
    following = words[start + size] if start + size < len(words) else ""
    if size > 1 or following in _FORMED:
        return sure
    if following and following not in _headline_words() and not following.isdigit():
        return 0.3
    if following.isdigit() and start == 0 and len(following) <= 2:
        return 0.2
    if _common(name.latin.tokens[0]):
        return 0.45
    return 0.45 if _of_a_part(words) else sure


_FORMED = frozenset(
    ["inc", "corp", "corporation", "ltd", "plc", "llc", "ag", "sa", "nv", "holdings", "group"]
)
_PARTS = frozenset(["unit", "arm", "division", "subsidiary"])


def _of_a_part(words: Sequence[str]) -> bool:
    """The text is about a part of the company ("its cloud unit")."""
    return any(word in _PARTS and "its" in words[max(0, at - 3) : at] for at, word in enumerate(words))


@cache
def _headline_words() -> frozenset[str]:
    return frozenset(word for line in lines_of("headline_words.txt") for word in line.split())


def _common(word: str) -> bool:
    return word in trades().english or any(word in said for said in meanings().values())


# --- Chinese -------------------------------------------------------------------------------------------------------


def _flat(text: str) -> str:
    return text.translate({0xFF08: "(", 0xFF09: ")", 0xFF1A: ":", 0x3000: " "})


def _focus_han(text: str, names: Sequence[str]) -> Focus:
    weights = _weights()
    scores = {}
    for name, values in weigh(text, names, event_words()).items():
        scores[name] = sum(
            weights["features"][f] * v for f, v in values.items() if f in weights["features"]
        ) + sum(weights["words"][f] * v for f, v in values.items() if f in weights["words"])
    if not scores:
        return Focus(None, 0.0)
    top = max(scores.values())
    total = sum(math.exp(s - top) for s in scores.values())
    best = min(scores, key=lambda n: (-scores[n], n))
    chance = 1 / total
    return Focus(best if chance >= _SURE or len(scores) > 2 else None, round(chance, 4))


@cache
def _weights() -> dict[str, dict[str, float]]:
    text = resources.files("matchers").joinpath("data", "focus.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, float]] = json.loads(text)["weights"]
    return loaded


def mentions(text: str, names: Sequence[str]) -> dict[str, list[int]]:
    """Where each name stands in a text; places inside a longer candidate's name are the longer one's."""
    found: dict[str, list[int]] = {}
    taken: list[tuple[int, int]] = []
    for name in sorted(names, key=len, reverse=True):
        own = [m.start() for m in re.finditer(re.escape(name), text)][:200]
        free = [at for at in own if not any(a <= at and at + len(name) <= b for a, b in taken[:400])]
        taken.extend((at, at + len(name)) for at in own)
        found[name] = free
    return found


def weigh(text: str, names: Sequence[str], words: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Per candidate that stands in the text: the values of `FEATURES`, and of the words said beside it."""
    places = {name: at for name, at in mentions(text, names).items() if at}
    every = sorted((at, at + len(name)) for name, here in places.items() for at in here)
    longest = max((len(n) for n in places), default=1)
    most = max((len(p) for p in places.values()), default=1)
    opens, closes = (
        min((p[0] for p in places.values()), default=0),
        max((p[-1] for p in places.values()), default=0),
    )
    found = {}
    for name, here in places.items():
        around = [_around(text, at, at + len(name), every) for at in here[:20]]
        values = {
            "length": len(name) / longest,
            "inside": float(any(name != other and name in other for other in places)),
            "holds": float(any(name != other and other in name for other in places)),
            "early": 1 - here[0] / len(text),
            "late": here[-1] / len(text),
            "often": len(here) / most,
            "code": float(any(re.match(r"\(\w{5,8}\)", after) for _, after in around)),
            "colon": float(any(re.match(r"(?:\(\w+\))?:", after) for _, after in around)),
            "embedded": sum(bool(_LONGER.match(after) or _BEFORE.search(before)) for before, after in around)
            / len(around),
            "institution": float(name.endswith(("银行", "证券", "信托", "基金"))),
            "marked": float("ST" in name),
            "alone": float(len(places) == 1),
            "start": float(here[0] == 0),
            "first": float(here[0] == opens),
            "last": float(here[-1] == closes),
        }
        for word, kind in words.items():
            near = max(_nearness(word, before, after) for before, after in around)
            if near:
                values[word] = near
                values[kind] = max(values.get(kind, 0.0), near)
        found[name] = values
    return found


def _nearness(word: str, before: str, after: str) -> float:
    """How close a word stands behind a name: 1 right behind, 0.7 further; just before it, it was said of another: -0.2."""
    at = after.find(word)
    if at >= 0:
        return 1.0 if at <= 12 else 0.7
    return -0.2 if word in before[-8:] else 0.0


_LISTED = re.compile(r"[（(]\d{6}[）)]")
_JOINED = re.compile(r"(?:[（(]\w+[）)])?(?:、|和|及|与)$")


def _around(text: str, start: int, end: int, every: Sequence[tuple[int, int]]) -> tuple[str, str]:
    """The text before a mention and behind it, up to the next company's (a candidate, or any name with a stock code).

    Two companies joined by "and" share what is said behind the second.
    """
    stop = len(text)
    for begin, finish in every:
        if begin < end:
            continue
        if not _JOINED.search(text[end:begin]):
            stop = begin
            break
        end = finish
    for code in _LISTED.finditer(text, end + 2, min(len(text), end + _REACH + 12)):
        if code.start() - 4 > end:
            stop = min(stop, code.start() - 4)
            break
    back = max((b for _, b in every if b <= start), default=0)
    return text[max(back, start - _REACH) : start], text[end : max(end, min(stop, end + _REACH))]


def event_words() -> dict[str, str]:
    """Word → the kind of happening it tells of."""
    return {row["word"]: row["kind"] for row in rows_of("event_words.csv")}

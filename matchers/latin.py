"""Latin company names: tokens, legal form, security marks, Chinese regions in pinyin, trade words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from matchers.tables import abbreviations, legal_forms, marks, regions

_APOSTROPHES = re.compile(r"['’‘`´]")
_DOTTED = re.compile(r"\b((?:[a-z]\.\s?){1,6}[a-z])(?![a-z])\.?")
_WORDS = re.compile(r"[^\W_]+")
_STATE = re.compile(r"\s*/\s*([a-z]{2,3})\s*/?\s*$")
_PAR = re.compile(
    r"[\s.]*\b(?:dl|eo|ls|hd|sk|nk|dk|sf|yn|rp|zy|rl|ad|cd|sd|tb|mr|pp|rc|bo|yc|ft|kc|is|nd|ir|sw|nt|usd|eur|gbp)"
    r"\s?-?\s?,?\d[\d,.\-]*-?\s*$|\s+-?,\d+\s*$|\s+\d+,(?:-|\d+)\s*$|\s(?:o\.?n\.?)\s*$"
)  # fmt: skip
_DIGIT = re.compile(r"\d")
_LISTED = re.compile(r"(?<=\w)\s?-(?:ky|dr|创|新)+$")
_ALWAYS_FORM = frozenset(
    [
        "inc",
        "incorporated",
        "ltd",
        "limited",
        "llc",
        "plc",
        "ag",
        "gmbh",
        "nv",
        "bv",
        "spa",
        "oyj",
        "asa",
        "kgaa",
        "sarl",
        "sas",
        "srl",
        "aktiengesellschaft",
    ]
)
_LONGEST_FORM = 5


@dataclass(frozen=True, slots=True)
class LatinParts:
    """A Latin name: `tokens` as written, `words` with abbreviations resolved (same length), both without form.

    `tail` holds what follows a legal form in mid-name (a seat, a country). `regions` are codes of Chinese
    regions among the tokens, `region_at` their token positions.
    """

    tokens: tuple[str, ...]
    words: tuple[str, ...]
    joined: str
    forms: frozenset[str]
    tail: tuple[str, ...]
    regions: tuple[str, ...]
    region_at: frozenset[int]


def tokenize(folded: str) -> list[str]:
    """Tokens of a folded Latin text; dotted and spaced single letters are one token ("S. p. A." → "spa")."""
    text = folded
    if "'" in text or "`" in text or not text.isascii():
        text = _APOSTROPHES.sub("", text)
    if text.find(".", 0, -1) >= 0:
        text = _DOTTED.sub(lambda m: m.group(1).replace(".", "").replace(" ", "") + " ", text)
    words: list[str] = _WORDS.findall(text)
    if 1 not in map(len, words):
        return words
    merged: list[str] = []
    run = ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            merged.append(run)
            run = ""
        merged.append(word)
    if run:
        merged.append(run)
    return merged


def read_latin(folded: str) -> LatinParts | None:
    """Takes a folded Latin name apart, or None where nothing but a legal form and marks is left."""
    text = _STATE.sub("", folded) if "/" in folded else folded
    if _may_end_in_par(text):
        text = _PAR.sub("", _PAR.sub("", text))
    if "-" in text:
        text = _LISTED.sub("", text)
    tokens = strip_marks(tokenize(text))
    tokens, forms, tail = strip_forms(tokens)
    tokens = tokens[:24]
    if not tokens:
        return None
    short = abbreviations()
    codes, places = find_regions(tokens)
    return LatinParts(
        tuple(tokens), tuple([_number(tokens, at) if t in _COUNTED else short.get(t, t) for at, t in enumerate(tokens)]),
        "".join(tokens), frozenset(forms), tuple(tail), codes, places,
    )  # fmt: skip


def _may_end_in_par(text: str) -> bool:
    """False where `_PAR` cannot match: it wants a digit, or "o.N." at the end."""
    if _DIGIT.search(text):
        return True
    end = text.rstrip().rstrip(".")
    return (end.endswith("on") and end[-3:-2].isspace()) or end.endswith("o.n")


_UNITS = {
    w: n
    for n, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
}
_TENS = {
    w: 10 * n
    for n, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
} | {"fourty": 40}


def _number(tokens: list[str], at: int) -> str:
    """The digits a number word (one of `_COUNTED`) stands for; "forty four" is read at its first word."""
    word = tokens[at]
    if word in _TENS:
        unit = _UNITS.get(tokens[at + 1], 0) if at + 1 < len(tokens) else 0
        if at + 1 < len(tokens) and tokens[at + 1].isdigit() and len(tokens[at + 1]) == 1:
            unit = int(tokens[at + 1])
        return str(_TENS[word] + (unit if unit < 10 else 0))
    return str(_UNITS[word])


_COUNTED = frozenset([*_UNITS, *_TENS])


@cache
def _phrases() -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    """Patterns of phrases and of what cuts a name off, and the words either begins with."""

    def anyone_of(where: str) -> str:
        return "|".join(sorted(map(re.escape, marks(where)), key=len, reverse=True))

    begins = frozenset(_WORDS.findall(said)[0] for said in (*marks("phrase"), *marks("cut")))
    phrase, cut = re.compile(rf"\b(?:{anyone_of('phrase')})\b"), re.compile(rf"\b(?:{anyone_of('cut')})\b.*$")
    return phrase, cut, begins


def strip_marks(tokens: list[str]) -> list[str]:
    """Drops what share lists add: security kinds anywhere, depositary and bearer marks at the end."""
    phrase, cut, begins = _phrases()
    left = list(tokens)
    if not begins.isdisjoint(tokens):
        left = phrase.sub(" ", cut.sub("", " ".join(tokens))).split() or left
    head, tail = marks("head"), marks("tail")
    while len(left) > 2 and left[-1] in tail:
        left.pop()
    if len(left) > 1 and left[0] in head:
        left = left[1:]
    if len(left) > 1 and left[-1] == "the":
        left.pop()
    return left


def strip_forms(tokens: list[str]) -> tuple[list[str], set[str], list[str]]:
    """Splits tokens into core, kinds of legal form, and what follows a form in mid-name."""
    known = legal_forms()
    kinds: set[str] = set()
    tail: list[str] = []
    for at in range(max(1, len(tokens) - 5), len(tokens)):
        if tokens[at] in _ALWAYS_FORM:
            rest = tokens[at + 1 :]
            if rest and not any(t in known for t in rest):
                tail, tokens = rest, tokens[: at + 1]
            break
    tokens = _strip_end(tokens, known, kinds)
    for size in _form_sizes()[0].get(tokens[0], ()) if tokens else ():
        spelling = " ".join(tokens[:size])
        if (
            size < len(tokens)
            and spelling in known
            and (size > 1 or known[spelling] in ("jsc", "llc", "pt", "gmbh", "kk", "association"))
        ):
            kinds.add(known[spelling])
            tokens = tokens[size:]
            break
    if all(t in known for t in tokens):
        tokens = []
    return tokens, kinds - {""}, tail


def _strip_end(tokens: list[str], known: Mapping[str, str], kinds: set[str]) -> list[str]:
    sizes = _form_sizes()[1]
    while len(tokens) > 1:
        for size in sizes.get(tokens[-1], ()):
            spelling = tokens[-1] if size == 1 else " ".join(tokens[-size:])
            if size < len(tokens) and spelling in known:
                kinds.add(known[spelling])
                tokens = tokens[:-size]
                break
        else:
            break
    return tokens


def find_regions(tokens: list[str]) -> tuple[tuple[str, ...], frozenset[int]]:
    """Codes of Chinese regions among tokens, and their positions; "shi jia zhuang" is read as one."""
    latin, begins = regions().latin, _region_beginnings()
    if begins.isdisjoint(tokens):
        return (), frozenset()
    codes: list[str] = []
    places: set[int] = set()
    at = 0
    while at < len(tokens):
        for size in (3, 2, 1) if tokens[at] in begins else ():
            code = latin.get("".join(tokens[at : at + size])) if at + size <= len(tokens) else None
            if code and (size > 1 or len(tokens[at]) > 2):
                codes.append(code)
                places.update(range(at, at + size))
                at += size - 1
                break
        at += 1
    return tuple(dict.fromkeys(codes)), frozenset(places)


@cache
def _region_beginnings() -> frozenset[str]:
    """Every beginning of a region's Latin spelling: a token that is none of them begins no region."""
    return frozenset(said[:size] for said in regions().latin for size in range(1, len(said) + 1))


@cache
def _form_sizes() -> tuple[Mapping[str, tuple[int, ...]], Mapping[str, tuple[int, ...]]]:
    """Lengths in tokens, longest first, of the legal forms that begin, and that end, with a word."""
    first: dict[str, set[int]] = {}
    last: dict[str, set[int]] = {}
    for spelling in legal_forms():
        words = spelling.split(" ")
        if len(words) <= _LONGEST_FORM:
            first.setdefault(words[0], set()).add(len(words))
            last.setdefault(words[-1], set()).add(len(words))
    return tuple(
        {word: tuple(sorted(n, reverse=True)) for word, n in found.items()} for found in (first, last)
    )  # type: ignore[return-value]

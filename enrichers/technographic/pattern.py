"""One pattern of a fingerprint: a regular expression that cannot hang, its version template and its weight.

The dialect: case is ignored, `\\w \\d \\s \\b` mean ASCII, and no wildcard spans more than `SPAN` characters: `*`
is read as `{0,SPAN}` and `+` as `{1,SPAN}`, less for digits and for whole groups. A tag that needs more is no fingerprint, and a bound on every
repetition bounds the time. `cost` is an upper bound on the steps one starting position can take.
"""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

SPAN = 250
NARROW_SPAN = 32
GROUP_SPAN = 4
MAX_COST = 4_000_000.0
FLAGS = re.IGNORECASE | re.ASCII
NEVER = re.compile(r"(?!)")
_NARROW = re.compile(r"\[[\d.\-_\\dw]{1,8}\]|\\d")
_ATOM = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\])(\*|\+|\{\d*,\})?", re.S)


@dataclass(frozen=True)
class Pattern:
    """A bounded regular expression. `version` is a template such as `\\1`; `confidence` is 0–1."""

    source: str
    version: str = ""
    confidence: float = 1.0

    @cached_property
    def bounded(self) -> str:
        """The expression with every open repetition closed."""
        return bound(self.source)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression; one that matches nothing where the source is no expression of ours."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return re.compile(self.bounded, FLAGS)
            except (re.error, OverflowError, RecursionError):
                return NEVER

    @cached_property
    def literal(self) -> str:
        """A lower-case text every match contains; empty where there is none of three characters."""
        return required_literal(self.bounded)

    def version_of(self, match: re.Match[str]) -> str | None:
        """The version the match shows, by the template (`\\1`, `\\1?a:b`)."""
        return expand(self.version, match) if self.version else None


def bound(source: str) -> str:
    """Closes open repetitions: at most `SPAN` characters, `NARROW_SPAN` for digits and dots, `GROUP_SPAN` rounds of a group.

    >>> bound(r"a.*b[\\d.]+")
    'a.{0,250}b[\\\\d.]{1,32}'
    """

    def close(match: re.Match[str]) -> str:
        atom, quantifier = match.groups()
        if quantifier is None or atom in "^|(":
            return match.group()
        low = {"*": 0, "+": 1}.get(quantifier)
        if low is None:
            low = int(quantifier[1:-2] or 0)
        span = GROUP_SPAN if atom == ")" else NARROW_SPAN if _NARROW.fullmatch(atom) else SPAN
        return f"{atom}{{{low},{max(low, span)}}}"

    return _ATOM.sub(close, source)


def expand(template: str, match: re.Match[str]) -> str | None:
    """Fills a version template: `\\N` is group N, `\\N?a:b` is a where group N matched and b elsewhere."""
    groups = match.groups()

    def group(number: str) -> str:
        n = int(number)
        return (groups[n - 1] or "") if 0 < n <= len(groups) else ""

    text = re.sub(
        r"\\(\d)\?([^:]*):(.*)$", lambda m: m.group(2) if group(m.group(1)) else m.group(3), template
    )
    text = re.sub(r"\\(\d)", lambda m: group(m.group(1)), text).strip(" .-_")
    return text[:40] or None


def required_literal(source: str) -> str:
    """The longest lower-case ASCII text of at least three characters that every match contains, or ''."""
    best = ""

    def walk(parsed: Any) -> None:
        nonlocal best
        run = ""
        for operation, value in parsed:
            if operation is sre.LITERAL and value < 128:
                run += chr(value).lower()
                continue
            best, run = max(best, run, key=len), ""
            if operation is sre.SUBPATTERN:
                walk(value[3])
            elif operation in (sre.MAX_REPEAT, sre.MIN_REPEAT) and value[0] >= 1:
                walk(value[2])
        best = max(best, run, key=len)

    walk(_parse(source))
    return best if len(best) >= 3 else ""


def cost(source: str) -> float:
    """Steps one starting position may take in the worst case; infinite for repetitions that feed each other."""

    def walk(parsed: Any) -> float:
        steps = 1.0
        items = list(parsed)
        for n, (operation, value) in enumerate(items):
            if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT) and _ends_at(value[2], items[n + 1 : n + 2]):
                continue
            if operation is sre.SUBPATTERN:
                steps *= walk(value[3])
            elif operation is sre.BRANCH:
                steps *= max(walk(branch) for branch in value[1])
            elif operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
                low, high, body = value
                inner = walk(body)
                rounds = max(1.0, float(high - low))
                if inner <= 1:
                    steps *= rounds
                elif _separated(body):
                    steps *= rounds * inner
                else:
                    steps *= inner**high if high <= 8 else math.inf
            elif operation in (sre.ASSERT, sre.ASSERT_NOT):
                steps *= walk(value[1])
        return steps

    return walk(_parse(source))


def _ends_at(body: Any, following: list[Any]) -> bool:
    """True when one way alone leads out of a repetition: a fixed character follows that it cannot eat."""
    if len(body) != 1 or not following or following[0][0] is not sre.LITERAL:
        return False
    return body[0][0] in (sre.IN, sre.LITERAL, sre.NOT_LITERAL) and not _may_match(
        body[0], chr(following[0][1])
    )


def _separated(body: Any) -> bool:
    """True when each round starts with a fixed character no inner repetition of the round can eat."""
    items = list(body)
    while len(items) == 1 and items[0][0] is sre.SUBPATTERN:
        items = list(items[0][1][3])
    if not items or items[0][0] is not sre.LITERAL:
        return False
    return not any(_eats(item, chr(items[0][1])) for item in items[1:])


def _eats(item: Any, character: str) -> bool:
    operation, value = item
    if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        return any(_may_match(inner, character) for inner in value[2])
    return operation in (sre.SUBPATTERN, sre.BRANCH, sre.ANY)


def _may_match(item: Any, character: str) -> bool:
    operation, value = item
    if operation is sre.LITERAL:
        return chr(value).lower() == character.lower()
    if operation is sre.NOT_LITERAL:
        return chr(value).lower() != character.lower()
    if operation is sre.IN:
        negated = value[0][0] is sre.NEGATE
        hit: bool = any(_may_match(part, character) for part in value[negated:])
        return hit is not negated
    if operation is sre.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    if operation is sre.CATEGORY:
        return not (value is sre.CATEGORY_DIGIT and not character.isdigit())
    return True


def _parse(source: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _parser.parse(source, FLAGS)

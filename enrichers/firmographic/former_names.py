"""Names a company has given up, by its own word: `Acme Ltd is now Birch Ltd`, `Birch (formerly Acme)`, `甲公司更名为乙公司`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations

from enrichers.firmographic.fact import Fact
from enrichers.firmographic.name_parts import without_legal_form
from enrichers.firmographic.page import Line, Page

_CUE = re.compile(
    r"(?i)\bnow\b|\bname\s+to\b|\brenamed?\b|\brebrand|\bbec[ao]mes?\b|\bformerly\b|\bpreviously\b|\bf/?k/?a\b|更名|改名|变更为|變更為|原名|曾用名|前称|原称"
)
_INTO = (
    r"(?:(?:is|are)\s+now(?:\s+(?:called|known\s+as|named))?|(?:has\s+|have\s+)?chang(?:ed|es)\s+(?:its|their)\s+(?:\w+\s+)?name\s+to"
    r"|(?:has\s+been\s+|was\s+|is\s+)?renamed(?:\s+(?:to|as))?|(?:has\s+|is\s+)?rebrand(?:s|ed|ing)(?:\s+(?:to|as))?|became|becomes|(?:已|正式)*(?:更名|改名|名称变更|变更|變更)(?:为|為))"
)
_ONCE = r"(?:(?:formerly|previously)(?:\s+(?:known|trading|named|called)(?:\s+as)?)?|f/?k/?a|原名(?:称|为|是)?|曾用名(?:为|是)?|前称|原称)"
_FORM = r"[\w.,]{0,14}(?:[ ,][A-Z][\w.]{0,11}){0,2}"
"""What a legal form adds to a name without one."""
_GAP = r"[\s,，:：(（“”\"']{0,4}"
_HAN_NAME = re.compile(
    r"(?P<bare>[\u4e00-\u9fff]{2,}?)(?P<form>(?:股份|集团|集團)?有限(?:责任|責任)?公司|(?:集团|集團)(?:公司)?)?"
)
_LONGEST = 600
_MOST_LINES = 200
_MOST_NAMES = 6


def given_up(names: Sequence[str], pages: Iterable[Page]) -> dict[str, Fact]:
    """Those of the names that pages tell to have been another one's former name, each with the fact that tells it."""
    told: dict[str, Fact] = {}
    lines = [line for page in pages for line in _telling(page)][:_MOST_LINES]
    text = "\n".join(line.plain for line in lines).casefold()
    spoken = (
        [name for name in names[:_MOST_NAMES] if _least(without_legal_form(name)) in text] if lines else []
    )
    for old, new in permutations(spoken, 2):
        if old in told or new in told:
            continue
        pattern = _change(without_legal_form(old), without_legal_form(new))
        for line in lines:
            match = pattern.search(line.plain)
            if match:
                passage = line.text[max(0, match.start() - 60) : match.end() + 60]
                told[old] = Fact("former_names", old, 0.8, passage, "former_names.text", line.node)
                break
    return told


def _telling(page: Page) -> Iterator[Line]:
    return (line for line in page.lines if len(line.plain) <= _LONGEST and _CUE.search(line.plain))


def _change(old: str, new: str) -> re.Pattern[str]:
    """A change of name between two names that are not parts of each other."""
    if not old or not new or old.casefold() in new.casefold():
        return re.compile(r"(?!)")
    before, after = _pattern(old), _pattern(new)
    return re.compile(
        rf"(?i:{before}){_FORM}{_GAP}(?i:{_INTO}){_GAP}(?i:{after})|(?i:{after}){_FORM}{_GAP}(?i:{_ONCE}){_GAP}(?i:{before})"
    )


def _least(name: str) -> str:
    """What a text that prints the name holds: looked for first, for a pattern costs a hundred times that."""
    match = _HAN_NAME.fullmatch(name)
    if match is None:
        return name.casefold()
    return match["bare"][2:] if len(match["bare"]) >= 5 else match["bare"]


def _pattern(name: str) -> str:
    """A name as running text prints it; a Chinese one may go without the town before it and the form after it."""
    match = _HAN_NAME.fullmatch(name)
    if match is None:
        return re.escape(name)
    bare, form = match["bare"], match["form"] or ""
    town = rf"(?:{bare[:2]})?{bare[2:]}" if len(bare) >= 5 else bare
    return rf"{town}(?:{form})?"

"""Since when a company exists and how many it employs, as its own sentences say.

A year or a number counts by who is spoken of: the company by its name or as `we`, nobody (`Founded in 1987`), or
somebody else (`our partner Birch & Sons, founded in 1950`), and by where it stands: on the home page and about the
company sooner than in the news.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from enrichers.firmographic.fact import Fact, around
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.subject import Speaker, Subject, says_something, sides
from enrichers.firmographic.words import pattern_of, read_yaml

_TOKENS = {
    "ABOUT": r"(?:(?:over|more\s+than|about|around|approximately|approx\.?|some|nearly|almost|circa|ca\.?|c\.|a\s+total\s+of|rund|etwa|über|mehr\s+als|knapp|gut|fast|environ|plus\s+de|más\s+de|unos|达到?|達到?|为|為|共计?|共有|总计|約|约|近|将近|已?超过?|超過|逾|有|:)\s*){0,3}",
    "YEAR": r"(?:(?P<year#>1[6-9]\d\d|20[0-4]\d)(?!\d)|民[国國]\s*(?P<minguo#>\d{1,3})(?!\d))",
    "NUMBER": r"(?<![\d.,])(?P<number#>\d{1,3}(?:[,.]\d{3})+|\d{1,7})(?![\d%]|[.,]\d)(?:\s*(?:-|–|~|至|到|to|bis)\s*(?P<most#>\d{1,7})(?!\d))?(?P<myriad#>\s*[万萬])?",
}
_MINGUO = 1911
"""The year before the first of the Republic of China's calendar, in which Taiwan counts."""
_LONGEST = 3_000
_MATCHES = 6
"""Statements of a kind looked at on one line."""
_SHORT = 70
_LEAST = 0.5
"""What is told less surely than this is not told at all: many years stand on a page."""
_MANY = 3
"""Different years said of nobody on one page make it a list of companies, or a timeline."""
_COPYRIGHT = re.compile(r"(?i)copyright|©|版权|版權")
_PAST = re.compile(r"(?i)\b(?:in|im jahr|by|until|von)\s(?:19|20)\d\d\b|(?:19|20)\d\d\s*年")
_NOW = re.compile(r"(?i)\b(?:now|today|currently|as of|heute|derzeit|aktuell)\b|现|現|目前|截[至止]|如今")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BY_SUBJECT = {
    "founded": {Subject.OWN: 0.82, Subject.NOBODY: 0.7, Subject.ANYBODY: 0.56},
    "employees": {Subject.OWN: 0.78, Subject.NOBODY: 0.66, Subject.ANYBODY: 0.56},
    "headcount": {Subject.OWN: 0.72, Subject.NOBODY: 0.64, Subject.ANYBODY: 0.52},
    "labelled": {Subject.OWN: 0.78, Subject.NOBODY: 0.74, Subject.ANYBODY: 0.66, Subject.OTHER: 0.66},
}
"""How sure a statement is by whom it is about; about others it says nothing."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A statement found in a line: `text` may hold the label beside it, which is `shift` characters long."""

    kind: str
    line: Line
    text: str
    shift: int
    match: re.Match[str]
    subject: Subject

    @property
    def field(self) -> str:
        return "founded" if self.kind in ("founded", "since") else "employees"

    @property
    def before(self) -> str:
        return sides(self.text, *self.match.span())[0]

    @property
    def after(self) -> str:
        return sides(self.text, *self.match.span())[1]


@cache
def _patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    """The expressions of a kind; tokens stand for groups, numbered since an expression may hold two of one."""
    count = itertools.count()
    made = []
    for text in read_yaml("statements.yml")[kind]:
        whole = re.sub(
            "|".join(_TOKENS), lambda token: _TOKENS[token.group()].replace("#", str(next(count))), text
        )
        made.append(re.compile(whole, re.IGNORECASE))
    return tuple(made)


def _tells_founding(text: str) -> bool:
    """True where a year is that of a founding, and says nothing of when something else was so."""
    return any(pattern.search(text) for kind in ("founded", "since") for pattern in _patterns(kind))


def _words(key: str) -> re.Pattern[str]:
    return pattern_of("statements.yml", key)


def statements(
    page: Page, organisations: Sequence[Organisation], own_names: Sequence[str] = ()
) -> list[Fact]:
    """The founding years and headcounts the page's lines state of the company, each as often as it is said."""
    speaker = Speaker(page, organisations, own_names)
    facts = []
    loose: set[str] = set()
    for line in page.lines:
        for said in _said(page, line, speaker) if line.digits else ():
            value = _year(said.match) if said.field == "founded" else _headcount(said.match)
            confidence = _confidence(said, speaker) if value else 0.0
            if value and confidence >= _LEAST:
                rule = f"{said.field}.{'text_zh' if _HAN.search(said.match.group()) else 'text'}"
                passage = around(line, *(max(0, at - said.shift) for at in said.match.span()))
                kind = None if said.subject is Subject.OWN else "loose"
                facts.append(Fact(said.field, value, confidence, passage, rule, line.node, kind))
                loose |= {value} if kind and said.field == "founded" else set()
    crowded = len(loose) >= _MANY
    told = [replace(f, confidence=f.confidence - 0.2) if crowded and f.kind else f for f in facts]
    return [replace(fact, kind=None) for fact in told if fact.confidence >= _LEAST]


def _said(page: Page, line: Line, speaker: Speaker) -> Iterator[_Said]:
    text, shift = _with_label(page, line)
    if not 6 <= len(text) <= _LONGEST:
        return
    for kind in ("founded", "since", "employees", "headcount", "labelled"):
        for pattern in _patterns(kind):
            for match in itertools.islice(pattern.finditer(text), _MATCHES):
                yield _Said(kind, line, text, shift, match, speaker.subject(text, *match.span()))


def _with_label(page: Page, line: Line) -> tuple[str, int]:
    """A line's text; a number alone is read with the label on the line before or after it."""
    text = line.plain
    if len(text) > 16 or line.digits * 2 < len(text):
        return text, 0
    above = page.lines[line.number - 1].plain if line.number else ""
    below = page.lines[line.number + 1].plain if line.number + 1 < len(page.lines) else ""
    above, below = (
        label if 2 < len(label) <= 30 and not _DIGIT.search(label) else "" for label in (above, below)
    )
    head = above.rstrip(": ") + ": "
    if above and any(p.match(head + text) for kind in ("labelled", "founded") for p in _patterns(kind)):
        return head + text, len(head)
    return (f"{text} {below}", 0) if below else (text, 0)


_DIGIT = re.compile(r"\d")


def _confidence(said: _Said, speaker: Speaker) -> float:
    """How sure a statement is: less outside the company's own pages, and among other companies."""
    if said.kind == "since":
        confidence = _since(said, speaker)
    else:
        confidence = _BY_SUBJECT[said.kind].get(said.subject, 0.0)
        if said.field == "employees":
            confidence -= _not_all_of_it(said)
    own = said.subject is Subject.OWN
    if said.line.within("others") or (not own and speaker.is_among_others(said.line)):
        confidence -= 0.25
    if not speaker.is_own_page:
        confidence -= 0.06 if own else 0.15
    return confidence - 0.2 * bool(_COPYRIGHT.search(said.text))


def _since(said: _Said, speaker: Speaker) -> float:
    """`Since 1987` counts beside the company's name, or where the sentence says what it has been since."""
    beside = speaker.is_beside_name(said.line)
    if said.subject is Subject.NOBODY:
        return 0.68 if beside else 0.5
    tagline = len(said.text) <= _SHORT and not says_something(said.after)
    if tagline and beside and not _words("others").search(said.before):
        return 0.68
    if said.subject is not Subject.OWN:
        return 0.0
    going = _words("going").search(said.before[-60:] + said.match.group() + said.after[:40])
    return 0.72 if going or not says_something(said.before) else 0.56


def _not_all_of_it(said: _Said) -> float:
    """What a headcount loses that is not the company's of today: a part of it, or others', or one of the past."""
    start = next(said.match.start(name) for name in _named(said.match, "number"))
    for at in (start, said.match.start()):
        before = said.text[max(0, at - 60) : at].rstrip()
        if any(_words(key).search(before) for key in ("part_of_staff", "employed_by_others")):
            return 1.0
    if said.subject is Subject.OTHER and _words("others").search(said.before):
        return 1.0
    past = _PAST.search(said.before[-40:]) and not _tells_founding(said.before)
    past = past and not _NOW.search(said.before[-20:] + said.match.group())
    loose = said.kind == "headcount" and said.subject is Subject.NOBODY and len(said.text) > _SHORT
    return 0.2 * bool(past) + 0.08 * loose


def _named(match: re.Match[str], name: str) -> Iterator[str]:
    """The groups of a name that took part in a match, whatever their number."""
    return (group for group, text in match.groupdict().items() if text and group.rstrip("0123456789") == name)


def _year(match: re.Match[str]) -> str | None:
    for group in _named(match, "year"):
        return str(match.group(group))
    for group in _named(match, "minguo"):
        return str(_MINGUO + int(match.group(group))) if 1 <= int(match.group(group)) <= 150 else None
    return None


def _headcount(match: re.Match[str]) -> str | None:
    """The number or the band; None for what is no headcount of a company."""
    number = next(_named(match, "number"))
    times = 10_000 if any(_named(match, "myriad")) else 1
    count = int(re.sub(r"\D", "", match.group(number))) * times
    most = next((int(match.group(group)) * times for group in _named(match, "most")), 0)
    if not 1 < count < 3_000_000:
        return None
    return f"{count}-{most}" if most > count else str(count)

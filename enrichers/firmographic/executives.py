"""Who leads the company: names and roles from leadership, team and about pages, and nothing else about the people.

A person is a name beside a role: on one line (`Jane Roe, Chief Executive Officer`, `董事长：王强`), on the line above
or below it, or in the page's JSON-LD.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cache
from urllib.parse import unquote, urlsplit

from enrichers.firmographic.fact import Fact
from enrichers.firmographic.name_parts import title_segments
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.words import pattern_of, read_yaml

_MOST = 12
_LONGEST = 110
_NAME_PART = r"(?:[A-ZÀ-Þ][\w'’-]{1,20}|[A-Z]\.)"
_NAME = re.compile(
    rf"{_NAME_PART}(?: (?:{_NAME_PART}|van|von|de|der|den|da|di|la|bin|al)){{1,4}}(?:,? (?:Jr|Sr|II|III|IV)\.?)?"
)
_AROUND = " \t,，;；;:：|/·•()（）[]-–—"
_SOMEWHERE_ELSE = re.compile(
    r"[:：]|\b(?:of|at|@)\s+(?!the\b|board\b)[A-Z]|[.!?]\s+[A-Z]|[。！？]|\bat the\b"
)
_TEAM, _ABOUT, _MARKED = 0.8, 0.72, 0.85


def executives(page: Page, organisations: Sequence[Organisation]) -> list[Fact]:
    """`key_executives` facts, `Jane Roe, Chief Executive Officer`, in the page's order."""
    found: dict[str, Fact] = {}
    facts = [*_marked(organisations)]
    sure = _purpose(page)
    if sure is not None:
        facts += [_fact(name, role, line, sure) for name, role, line in _pairs(page)]
    for fact in facts:
        found.setdefault(fact.value.partition(", ")[0].casefold(), fact)
    return list(found.values())[:_MOST]


def _fact(name: str, role: str, line: Line, sure: float) -> Fact:
    value = f"{name}, {role}"
    return Fact(
        "key_executives",
        value,
        sure,
        line.text[:300] if role in line.text and name in line.text else value,
        "key_executives.text",
        line.node,
    )


def _marked(organisations: Sequence[Organisation]) -> Iterator[Fact]:
    for organisation in organisations:
        for text in organisation.properties.get("founder", ()) if organisation.main else ():
            name = person_name(text)
            if name:
                passage = f"{organisation.kind}.founder: {text}"[:300]
                yield Fact(
                    "key_executives",
                    f"{name}, Founder",
                    _MARKED,
                    passage,
                    "key_executives.structured",
                    organisation.node,
                )


def _purpose(page: Page) -> float | None:
    """How far a page is trusted to name the company's own people, or None where it is no page for that."""
    try:
        path = unquote(urlsplit(page.url or "").path)
    except ValueError:
        path = ""
    words = re.sub(r"[-_/.]+", " ", path)[:80].strip()
    said = [words, *title_segments(page.title[:300])[:2]]
    for key, sure in (("team", _TEAM), ("about", _ABOUT)):
        if any(len(text) <= 60 and pattern_of("pages.yml", key).search(text) for text in said):
            return sure
    headings = (line.plain for line in page.lines if line.heading and len(line.plain) <= 40)
    return _ABOUT if any(pattern_of("pages.yml", "team").search(text) for text in headings) else None


@cache
def _role() -> re.Pattern[str]:
    words = read_yaml("executives.yml")
    return re.compile(rf"(?i)(?<![a-z])(?:{'|'.join(words['roles'])})|(?:{'|'.join(words['roles_zh'])})")


@cache
def _han_name() -> re.Pattern[str]:
    words = read_yaml("executives.yml")
    return re.compile(
        rf"(?:{'|'.join(words['compound_zh'])})[\u4e00-\u9fff]{{1,2}}|[{words['surnames_zh']}]\s?[\u4e00-\u9fff]{{1,2}}"
    )


def person_name(text: str) -> str | None:
    """The name of a person in a text that holds nothing else, or None.

    >>> person_name("Dr. Jane Q. Roe, PhD"), person_name("王 强 先生"), person_name("Our Team")
    ('Jane Q. Roe', '王强', None)
    """
    text = text.strip(_AROUND)
    for _ in range(2):
        text = pattern_of("executives.yml", "honorifics").sub("", text).strip(_AROUND)
    if len(text) > 40:
        return None
    joined = text.replace(" ", "")
    if _han_name().fullmatch(joined) and not _role().search(joined):
        return joined
    if _NAME.fullmatch(text) and not pattern_of("executives.yml", "not_names").search(text):
        return text
    return None


def _role_text(text: str) -> str | None:
    """A role as printed, or None for a sentence or a role at another company."""
    text = text.strip(_AROUND)
    if not 2 <= len(text) <= 80 or _SOMEWHERE_ELSE.search(text) or not _role().match(text):
        return None
    return text


def _pairs(page: Page) -> Iterator[tuple[str, str, Line]]:
    """Name, role and the role's line. Whether names stand above or below their roles is the first pair's to say."""
    step: int | None = None
    for line in page.lines:
        if len(line.plain) > _LONGEST or line.within("others", "nav", "hidden"):
            continue
        match = _role().search(line.plain)
        if not match:
            continue
        beside = _several(line.plain) or [pair for pair in [_one_line(line.plain, match)] if pair]
        if beside:
            yield from ((name, role, line) for name, role in beside)
            continue
        role = _role_text(line.plain)
        for way in (step,) if step else (-1, 1):
            name = _name_at(page, line.number + way) if role else None
            if name and role:
                step = way
                yield name, role, line
                break


def _name_at(page: Page, number: int) -> str | None:
    return person_name(page.lines[number].plain) if 0 <= number < len(page.lines) else None


def _several(text: str) -> list[tuple[str, str]]:
    """`总经理：王强 董事长：李娜`, `Jane Roe, CEO; Max Bell, CFO`: all pairs of a line, or none where a piece is no pair."""
    roles = list(_role().finditer(text))
    if not 1 < len(roles) <= _MOST:
        return []
    starts = [match.start() for match in roles]
    ends = [match.end() for match in roles]
    for cuts in ([*starts, len(text)], [0, *ends[:-1], len(text)]):
        pieces = [text[a:b].strip(_AROUND) for a, b in itertools.pairwise(cuts)]
        pairs = [_one_line(piece, match) for piece in pieces if (match := _role().search(piece))]
        found = [pair for pair in pairs if pair]
        if len(found) == len(roles) and (cuts[0] == 0 or not text[: cuts[0]].strip(_AROUND)):
            return found
    return []


def _one_line(text: str, match: re.Match[str]) -> tuple[str, str] | None:
    """`Jane Roe, CEO`, `CEO: Jane Roe`, `董事长 王强`."""
    name = person_name(text[: match.start()])
    role = _role_text(text[match.start() :])
    if name and role:
        return name, role
    if text[: match.start()].strip(_AROUND):
        return None
    for separator in re.finditer(r"\s*[:：–—|-]\s+|[:：]|\s+", text[match.start() :]):
        head, tail = (
            text[match.start() : match.start() + separator.start()],
            text[match.start() + separator.end() :],
        )
        name, role = person_name(tail), _role_text(head)
        if name and role:
            return name, role
    return None

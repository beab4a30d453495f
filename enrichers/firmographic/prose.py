"""Running text of articles: what stands there is about anybody, not a contact of the site's owner.

`Email vote@… or call 212-555-0194 for more information`, in an article, is somebody else's number. The same sentence
on a contact page, in a footer or with `us` in it is the company's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import unquote, urlsplit

from accounts.values.web import registrable_domain
from enrichers.firmographic.fact import Fact
from enrichers.firmographic.name_parts import title_segments
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.words import pattern_of

DOUBTED = 0.4
"""The most a number or a stranger's mailbox in an article is believed, however often articles repeat it."""
_LONG, _LONG_HAN = 160, 60
_FEW, _MANY = 3, 8
"""Paragraphs that make an article of a page that says it is one, and of any other page."""
_WORDS, _HAN = 7, 16
_WORD = re.compile(r"[^\W\d_]{2,}")
_HAN_LETTER = re.compile(r"[\u4e00-\u9fff]")
_ENDS = re.compile(r"[.!?](?:\s|$|[\"'”’)])|[。！？]")
_PLACES = ("header", "footer", "nav", "contact")
_HEAD = 200_000


@dataclass
class Prose:
    """Answers for one page what is running text about others; the page is looked at when first asked."""

    page: Page

    def holds(self, line: Line, start: int, end: int) -> bool:
        """True for a span in a sentence of an article that does not speak of `us`."""
        if line.within(*self._places) or not self.is_article:
            return False
        around = f"{line.plain[max(0, start - 150) : start]} {line.plain[end : end + 150]}"
        if len(_WORD.findall(around)) < _WORDS and len(_HAN_LETTER.findall(around)) < _HAN:
            return False
        return not pattern_of("prose.yml", "own_voice").search(around)

    @cached_property
    def is_article(self) -> bool:
        """True for a page that is an article or a column of them, and none that tells how to reach the company."""
        if self._is_about_the_company:
            return False
        paragraphs = sum(1 for line in self._paragraphs if not line.within(*self._places))
        return paragraphs >= _MANY or (paragraphs >= _FEW and self._says_so)

    @cached_property
    def _paragraphs(self) -> list[Line]:
        return [line for line in self.page.lines if _is_paragraph(line)]

    @cached_property
    def _places(self) -> tuple[str, ...]:
        """Header, footer, menu and contact block; but none that most paragraphs stand in, whatever its class is called."""
        most = max(_FEW, len(self._paragraphs) // 2 + 1)
        return tuple(
            place for place in _PLACES if sum(1 for line in self._paragraphs if line.within(place)) < most
        )

    @property
    def _says_so(self) -> bool:
        if pattern_of("prose.yml", "article_path").search(_path(self.page)):
            return True
        return pattern_of("prose.yml", "article_kind").search(self.page.html[:_HEAD]) is not None

    @property
    def _is_about_the_company(self) -> bool:
        words = _path(self.page).replace("-", " ").replace("_", " ").replace("/", " ").strip()
        if pattern_of("prose.yml", "article_path").search(_path(self.page)):
            return False
        titled = (segment for segment in title_segments(self.page.title[:300]) if len(segment) <= 24)
        if any(pattern_of("pages.yml", "contact").search(segment) for segment in titled):
            return True
        return len(words) <= 60 and any(
            pattern_of("pages.yml", key).search(words) for key in ("contact", "about", "imprint", "team")
        )


def doubted(page: Page, facts: Sequence[Fact], prose: Prose) -> list[Fact]:
    """The mailboxes, those of other domains that only an article's sentence prints doubted."""
    own = registrable_domain(page.url) if page.url else None
    foreign = {fact.value.lower() for fact in facts if own and registrable_domain(fact.value) != own}
    if not foreign:
        return list(facts)
    places: dict[str, list[bool]] = {}
    for address, line, start, end in _occurrences(page, foreign):
        places.setdefault(address, []).append(prose.holds(line, start, end))
    return [
        replace(fact, confidence=min(DOUBTED, fact.confidence))
        if all(places.get(fact.value.lower(), (False,))) and not fact.rule.endswith("structured")
        else fact
        for fact in facts
    ]


def _occurrences(page: Page, addresses: set[str]) -> Iterator[tuple[str, Line, int, int]]:
    """Where mailboxes are printed, or linked to under other words."""
    for line in page.lines:
        lowered = line.plain.lower() if "@" in line.plain else ""
        for address in addresses if lowered else ():
            at = lowered.find(address)
            if at >= 0:
                yield address, line, at, at + len(address)
    for link in page.links:
        address = unquote(link.href[7:]).partition("?")[0].strip().lower()
        if link.href[:7].lower() == "mailto:" and address in addresses and link.line < len(page.lines):
            line = page.lines[link.line]
            at = line.text.find(link.text) if link.text else -1
            yield (address, line, at, at + len(link.text)) if at >= 0 else (address, line, 0, 0)


def _path(page: Page) -> str:
    try:
        return unquote(urlsplit(page.url or "").path)[:300]
    except ValueError:
        return ""


def _is_paragraph(line: Line) -> bool:
    text = line.plain
    if len(text) < _LONG_HAN or line.within("hidden") or not _ENDS.search(text):
        return False
    return len(text) >= _LONG or len(_HAN_LETTER.findall(text)) >= _LONG_HAN

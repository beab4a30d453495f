"""Fingerprints written as elements: which of them a page holds.

A selector is tried only where every text it needs occurs in the source; a tree is built only when one is tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from lxml import etree

from enrichers.technographic.fingerprint import Element
from enrichers.technographic.matcher import Budget
from enrichers.technographic.pattern import Pattern
from enrichers.technographic.prefilter import Prefilter, fastest_prefilter
from enrichers.technographic.selector import UnsupportedSelector, split_group, translate
from enrichers.technographic.store import Store

MOST_TEXT = 2_000
MOST_ELEMENTS = 40
"""Elements of one selector whose text or attributes are looked at."""


_LOADING = re.compile(
    r"(?i)\b(?:script|link|iframe|img|source|embed|object|form|video|audio)\b[^>+~\s]*\[\s*(?:data-)?(?:src|href|action|data|srcset)\s*[*^$]?="
)
_HINT_RELS = frozenset({"dns-prefetch", "preconnect"})


@dataclass(frozen=True, slots=True)
class Found:
    """An element that holds what a fingerprint wants. `loads` says that it loads an address the fingerprint names."""

    owner: int
    confidence: float
    version: str | None
    tag: str
    loads: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    owner: int
    element: Element
    path: str
    words: tuple[str, ...]
    loads: bool


class ElementMatcher:
    """All selectors of a set. Those beyond the subset are listed in `refused`."""

    def __init__(self, elements: Sequence[tuple[int, Element]], store: Store | None = None) -> None:
        self.refused: list[tuple[int, str]] = []
        self._entries: list[_Entry] = []
        for owner, element in elements:
            for selector in split_group(element.selector):
                try:
                    path, words = translate(selector)
                except UnsupportedSelector:
                    self.refused.append((owner, selector))
                    continue
                self._entries.append(_Entry(owner, element, path, words, bool(_LOADING.search(selector))))
        store = store or Store(None)
        longest = [Pattern(re.escape(max(entry.words, key=len, default=""))) for entry in self._entries]
        self._prefilter: Prefilter = fastest_prefilter()(longest, store.analyses(longest), store)
        self._paths: dict[str, etree.XPath] = {}

    def search(self, source: str, budget: Budget, known: Set[int] = frozenset()) -> Iterator[Found]:
        """The elements found, one for each entry of a fingerprint that finds any.

        An element that only has to be there is not looked for where its owner is `known` already.
        """
        if not self._entries:
            return
        tried = self._possible(source, known)
        tree = _tree(source) if tried else None
        elements: dict[str, list[etree._Element]] = {}
        seen: set[int] = set()
        for entry in tried if tree is not None else ():
            if entry.owner in seen and not entry.element.tells_version:
                continue
            if entry.path not in elements:
                elements[entry.path] = self._find(entry.path)(tree)[:MOST_ELEMENTS]
            for element in elements[entry.path]:
                found = _verify(entry.element, element)
                if found is not None:
                    seen.add(entry.owner)
                    loads = entry.loads and not _HINT_RELS & set((element.get("rel") or "").lower().split())
                    yield Found(entry.owner, *found, _opening_tag(element), loads)
                    break
            if budget.over():
                return

    def _possible(self, source: str, known: Set[int]) -> list[_Entry]:
        """The entries all of whose words occur in the source."""
        lowered = source.lower()
        there: dict[str, bool] = {}  # many selectors share their words
        possible: list[_Entry] = []
        for n in self._prefilter.candidates(source):
            entry = self._entries[n]
            if entry.owner in known and not entry.element.tells_version:
                continue
            for word in entry.words:
                if word not in there:
                    there[word] = word in lowered
                if not there[word]:
                    break
            else:
                possible.append(entry)
        return possible

    def _find(self, path: str) -> etree.XPath:
        if path not in self._paths:
            self._paths[path] = etree.XPath(path)
        return self._paths[path]


def _tree(source: str) -> etree._Element | None:
    """The document; plain elements, for those of `lxml.html` cost a look-up each."""
    try:
        return etree.fromstring(source.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _verify(wanted: Element, element: etree._Element) -> tuple[float, str | None] | None:
    """Confidence and version where the element holds what is wanted of it, else None."""
    if not wanted.text and not wanted.attributes:
        return 1.0, None
    if wanted.text:
        text = _text(element)
        for pattern in wanted.text:
            if match := pattern.regex.search(text):
                return pattern.confidence, pattern.version_of(match)
    for name, patterns in wanted.attributes.items():
        value = element.get(name)
        if value is not None:
            for pattern in patterns:
                if match := pattern.regex.search(value[:MOST_TEXT]):
                    return pattern.confidence, pattern.version_of(match)
    return None


def _text(element: etree._Element) -> str:
    """The element's text, its first part where it is long."""
    parts: list[str] = []
    length = 0
    for part in element.itertext():
        parts.append(str(part))
        length += len(part)
        if length > MOST_TEXT:
            break
    return "".join(parts)[:MOST_TEXT]


def _opening_tag(element: etree._Element) -> str:
    attributes = "".join(f' {name}="{value[:80]}"' for name, value in element.items())
    return f"<{element.tag}{attributes}>"[:200]

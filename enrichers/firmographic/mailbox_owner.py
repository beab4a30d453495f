"""Whose a mailbox is: the company's own domain, a free provider, whoever made the site, or somebody else.

A mailbox on another domain than the site's is seldom the company's. The maker's is told by the credit it stands in
and is left out; any other counts only where it stands among the company's own lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml import etree

from accounts.values.web import registrable_domain
from enrichers.firmographic.name_parts import domain_label, squeezed
from enrichers.firmographic.page import Line, Page
from enrichers.firmographic.words import pattern_of, read_yaml

DOUBTED = 0.45
"""The most a mailbox on somebody else's domain is believed: below every field's bar, on however many pages."""
_REACH = 160
"""Characters a credit reaches: `Site: Pixel Orchard · hello@… · (303) …` is one."""
_SHORT = 160
_CREDITS = 50
_LABELS = re.compile(
    r"(?i)\b(?:e-?mail|mail(?:to)?|address)\b|邮\s*箱|郵\s*箱|邮\s*件|信\s*箱|电\s*子|電\s*子|\S{1,64}@\S*"
)
_OWNER_AGAIN = re.compile(r"(?i)©|\bcopyright\b|版\s*[权權]\s*所\s*有|all rights? reserved")
"""After these a line speaks of the site's owner again."""
_STEPS = 3
"""Elements upwards whose classes are asked for a credit, and lines about for the company's other lines."""


@cache
def free_providers() -> frozenset[str]:
    """Domains at which anybody may have a mailbox."""
    return frozenset(read_yaml("mailboxes.yml")["free"])


def is_foreign(address: str, own: str | None) -> bool:
    """True for a mailbox on a domain that is neither the site's, nor its like elsewhere, nor a free provider's."""
    domain = registrable_domain(address)
    if own is None or domain == own or domain in free_providers():
        return False
    mine, theirs = domain_label(own), _label(address)
    if mine and mine == theirs:
        return False
    return not (min(len(mine), len(theirs)) > 3 and (mine.startswith(theirs) or theirs.startswith(mine)))


def _label(address: str) -> str:
    return domain_label(address.rpartition("@")[2])


@dataclass
class Owners:
    """Answers for one page whose a mailbox is; what it needs of the page is read when first asked for."""

    page: Page

    @cached_property
    def own(self) -> str | None:
        """The registrable domain of the site."""
        return registrable_domain(self.page.url) if self.page.url else None

    def most(self, address: str, line: Line | None, at: int, node: etree._Element | None) -> float | None:
        """The most a mailbox at this place may be believed, or None where it is the site maker's."""
        domain = registrable_domain(address)
        if self.own is not None and domain == self.own:
            return 1.0
        free = domain in free_providers()
        if _in_credit_class(node) or (line is not None and self._credited(line, at, free)):
            return None if self.own is not None else DOUBTED  # nobody knows whose page it is
        if not is_foreign(address, self.own):
            return 1.0
        if domain in self._makers or self._named_maker(address):
            return None
        return 1.0 if line is None or self._among_own_lines(line) else DOUBTED

    def _credited(self, line: Line, at: int, free: bool) -> bool:
        """True where a credit opens before the mailbox, on its line or, for no free provider, just above."""
        before = line.plain[max(0, at - _REACH) : at]
        opened = max((match.end() for match in _credit().finditer(before)), default=-1)
        if opened >= 0 and not _OWNER_AGAIN.search(before[opened:]):
            return not free or any(map(str.isalpha, _without_labels(before[opened:])))
        if free or any(map(str.isalpha, _without_labels(before))):
            return False
        return any(
            len(above.plain) <= _SHORT and _credit().search(above.plain) and _akin(above.node, line.node)
            for above in self.page.before(line, 2)
        )

    @cached_property
    def _credits(self) -> list[tuple[Line, str]]:
        """The lines that credit a maker, and what they say from there on."""
        found = (
            (line, line.plain[match.end() : match.end() + _REACH])
            for line in self.page.lines
            if len(line.plain) <= 2 * _SHORT and (match := _credit().search(line.plain))
        )
        return list(islice(found, _CREDITS))

    @cached_property
    def _makers(self) -> frozenset[str]:
        """The domains credits link to."""
        numbers = {line.number for line, _ in self._credits}
        linked = (link.href for link in self.page.links if link.line in numbers and link.href[:4] == "http")
        return frozenset(d for href in linked if (d := registrable_domain(href)) and d != self.own)

    def _named_maker(self, address: str) -> bool:
        """True where a credit spells the mailbox's domain: `Site by Pixel Orchard`, hello@pixel-orchard.example."""
        label = _label(address)
        return len(label) > 4 and any(label in squeezed(said) for _, said in self._credits)

    def _among_own_lines(self, line: Line) -> bool:
        if line.within("others"):
            return False
        if line.within("contact", "footer", "header") or self._is_contact_page:
            return True
        near = self.page.lines[max(0, line.number - _STEPS) : line.number + _STEPS + 1]
        return any(len(other.plain) <= _SHORT and _contact_words().search(other.plain) for other in near)

    @cached_property
    def _is_contact_page(self) -> bool:
        try:
            path = unquote(urlsplit(self.page.url or "").path)
        except ValueError:
            path = ""
        words = path.replace("-", " ").replace("_", " ")
        return any(
            pattern_of("pages.yml", key).search(text)
            for key in ("contact", "imprint")
            for text in (words[:200], self.page.title[:200])
        )


@cache
def _credit() -> re.Pattern[str]:
    return pattern_of("mailboxes.yml", "credit")


@cache
def _contact_words() -> re.Pattern[str]:
    return pattern_of("mailboxes.yml", "contact_words")


def _in_credit_class(node: etree._Element | None) -> bool:
    """True inside an element that is called a credit."""
    for _ in range(_STEPS):
        if node is None or node.tag in ("body", "html"):
            return False
        named = f"{node.get('class') or ''} {node.get('id') or ''}"
        if len(named) > 1 and pattern_of("mailboxes.yml", "credit_class").search(named):
            return True
        node = node.getparent()
    return False


def _akin(above: etree._Element, below: etree._Element) -> bool:
    """True for neighbours in one element, or one inside the other."""
    if above is below or above.getparent() is below.getparent():
        return True
    return above.getparent() is below or below.getparent() is above


def _without_labels(text: str) -> str:
    """The text without the words that only announce a mailbox, and without mailboxes."""
    return _LABELS.sub("", text)

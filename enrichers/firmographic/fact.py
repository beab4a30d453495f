"""What an extractor says: one value of one field, and where on the page it stands."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from enrichers.firmographic.page import Line, Page, selector_of


@dataclass(frozen=True, slots=True)
class Fact:
    """A value read on one page.

    `field` is a catalogue field, or one that only `inspect` shows (`languages`, `address`, …). `value` is as
    printed, `canonical` the normal form where the extractor knows it, `rule` the rule that found it (its precision
    on labelled pages is what `confidence` stands for). `group` ties parts of one thing together (an address).
    """

    field: str
    value: str
    confidence: float
    passage: str
    rule: str
    node: etree._Element | None = None
    kind: str | None = None
    canonical: str | None = None
    group: int | None = None
    page: Page | None = None

    @property
    def selector(self) -> str | None:
        """The CSS selector of the element the value stands in; reckoned when asked for."""
        return selector_of(self.node) if self.node is not None else None


def around(line: Line, start: int, end: int, reach: int = 120) -> str:
    """The passage of a line around a span, cut at `reach` characters on both sides."""
    left, right = max(0, start - reach), min(len(line.text), end + reach)
    return ("…" if left else "") + line.text[left:right].strip() + ("…" if right < len(line.text) else "")

"""The text of an article's page: its title, its day, and its paragraphs without menus, teasers and footers.

Own density measure after the well-known idea of readability tools: paragraphs count for the element that holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from accounts.values.base import tidy
from enrichers.firmographic.page import Page, parse_page
from enrichers.news.entry import LONGEST_TEXT, day_in, when

_SKIPPED = frozenset(["script", "style", "nav", "header", "footer", "aside", "form", "noscript", "select", "button", "svg", "iframe", "template", "figure"])  # fmt: skip
_BLOCKS = frozenset(["p", "div", "section", "article", "main", "td", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "span", "font", "br", "dd"])  # fmt: skip
_PUBLISHED = ("article:published_time", "og:published_time", "pubdate", "publishdate", "date", "dc.date", "dcterms.created", "datepublished", "publish_time")  # fmt: skip
_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_CJK = re.compile(r"[㐀-鿿]")
_BOILER = re.compile(r"cookie|subscribe|all rights reserved|版权所有|上一篇|下一篇|责任编辑|分享到|相关(?:新闻|阅读)|read more|share this|^©", re.IGNORECASE)  # fmt: skip
_MOST_BLOCKS = 3000


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article as read: plain text without the title, `published_at` in UTC where the page says."""

    title: str
    text: str
    published_at: datetime | None


def read_article(html: str, url: str | None = None) -> ArticleText:
    """The article of a page; an empty text where the page holds none. Never raises for what the page holds."""
    page = parse_page(html, url)
    title = tidy(page.meta.get("og:title", ""))[:300] or _heading(page) or page.title[:300]
    blocks = list(_blocks(page.root))
    scores: dict[etree._Element, float] = {}
    for node, text in blocks:
        weight = _weight(node, text)
        for level, box in enumerate(_up(node, 3)):
            scores[box] = scores.get(box, 0.0) + weight / (1, 1.2, 3.0)[level]
    if not scores:
        return ArticleText(title, "", _published(page, ""))
    best = max(scores, key=lambda box: scores[box])
    within = set(best.iter())
    told = [
        text
        for node, text in blocks
        if node in within and text != title and not (len(text) < 120 and _BOILER.search(text))
    ]
    text = "\n".join(dict.fromkeys(told))[:LONGEST_TEXT]
    return ArticleText(title, text if _measure(text) >= 60 else "", _published(page, text))


def _blocks(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """The elements that hold text of their own, with it, outside menus and the like."""
    count = 0
    walk = etree.iterwalk(root, events=("start",))
    for _, node in walk:
        if node.tag in _SKIPPED:
            walk.skip_subtree()
            continue
        if node.tag not in _BLOCKS or not _holds_text(node):
            continue
        text = tidy(" ".join(node.itertext())[:8000])
        walk.skip_subtree()
        if _measure(text) >= 20:
            yield node, text
            count += 1
            if count >= _MOST_BLOCKS:
                return


def _holds_text(node: etree._Element) -> bool:
    """True where an element's own text, not that of blocks within it, is what it is there for."""
    own = [node.text or "", *(child.tail or "" for child in node)]
    return any(len(part.strip()) >= 12 for part in own) or (
        node.tag == "p" and any((c.text or "").strip() for c in node)
    )


def _weight(node: etree._Element, text: str) -> float:
    linked = sum(len("".join(a.itertext())) for a in node.iter("a"))
    share = min(1.0, linked / (len(text) or 1))
    return _measure(text) * (1.0 - share) if share < 0.5 else 0.0


def _measure(text: str) -> int:
    """Length of a text, in letters of Latin script: a Chinese character says as much as three."""
    return len(text) + 2 * len(_CJK.findall(text))


def _up(node: etree._Element, levels: int) -> Iterator[etree._Element]:
    box = node.getparent()
    for _ in range(levels):
        if box is None:
            return
        yield box
        box = box.getparent()


def _heading(page: Page) -> str:
    return next((text for h in page.root.iter("h1") if (text := tidy(" ".join(h.itertext())[:600]))), "")[
        :300
    ]


def _published(page: Page, text: str) -> datetime | None:
    for name in _PUBLISHED:
        found = when(page.meta.get(name, ""))
        if found is not None:
            return found
    match = _LD_DATE.search(page.html)
    if match and (found := when(match[1])):
        return found
    for node in page.root.iter("time"):
        if found := when(node.get("datetime") or "".join(node.itertext())[:60]):
            return found
    near = "\n".join(line.text for line in page.lines[:60] if len(line.text) < 120)
    day = day_in(near) or day_in(text[:300])
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None

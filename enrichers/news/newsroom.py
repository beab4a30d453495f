"""Newsroom pages: which links of a site lead there, and what such a page lists. Most sites in China have no feed but this."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from itertools import islice
from urllib.parse import urlsplit

import yaml
from lxml import etree

from accounts.values.base import tidy
from accounts.values.web import registrable_domain
from enrichers.firmographic.page import Link, Page
from enrichers.news.entry import Entry, day_in

_MOST_LINKS = 600
_MOST_LISTED = 60
_LEVELS = 5
_WIDEST = 1500
_CROWDED = 400
"""Elements of which one entry has fewer; links nested a thousand deep would each be read with all that is in them."""
_CJK = re.compile(r"[㐀-鿿]")
_PATH_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?(\d{2})[/-]?(\d{2})(?=[/_.t-])")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")


@cache
def _words(key: str) -> re.Pattern[str]:
    text = resources.files("enrichers.news").joinpath("data", "words.yml").read_text(encoding="utf-8")
    return re.compile("|".join(f"(?:{w})" for w in yaml.safe_load(text)[key]), re.IGNORECASE)


def newsroom_links(page: Page) -> list[str]:
    """Addresses of the site that list its news, likeliest first."""
    home = registrable_domain(page.url or "")
    found: dict[str, int] = {}
    for link in page.links[:_MOST_LINKS]:
        path = urlsplit(link.href).path if link.href.startswith("http") else ""
        if registrable_domain(link.href) != home or len(path) > 120 or len(link.text) > 40:
            continue
        spoken = f"{link.text}\n{re.sub(r'[-_/]', ' ', path)}"
        if _words("newsroom").search(spoken) and not _words("not_news").search(f"{spoken}\n{link.href}"):
            rank = 0 if _words("newsroom").search(link.text) else 1
            depth = path.strip("/").count("/")
            found.setdefault(link.href.partition("#")[0], rank * 10 + min(depth, 5))
    return sorted(found, key=lambda url: found[url])[:5]


def listed_entries(page: Page) -> tuple[Entry, ...]:
    """What a newsroom page lists: links with a title and a day near them, in page order."""
    home = registrable_domain(page.url or "")
    entries: dict[str, Entry] = {}
    for link in page.links[:_MOST_LINKS]:
        url = link.href.partition("#")[0]
        if (
            not url.startswith("http")
            or registrable_domain(url) != home
            or url.rstrip("/") == (page.url or "").rstrip("/")
        ):
            continue
        entry = _entry(link, url)
        if entry is not None and (url not in entries or len(entries[url].title) < len(entry.title)):
            entries[url] = entry
        if len(entries) >= _MOST_LISTED:
            break
    return tuple(entries.values())


def _entry(link: Link, url: str) -> Entry | None:
    """The entry a link stands for, or None where no day is near it: then it is a menu, not news."""
    day = _path_day(url)
    box, told = None, ""
    for box, told in _boxes(link.node):
        found = day_in(told) or _marked_day(box)
        if found is not None:
            day = day or found
            break
    else:
        box, told = None, ""
    if day is None:
        return None
    title = _title(link, box)
    if not title:
        return None
    rest = tidy(told.replace(title, " ", 1))
    published = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Entry(title, url, url, rest if len(rest) > 40 else "", published)


def _boxes(node: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """The elements around a link that are small enough to be one entry, from the inside, with their texts."""
    own = node.get("href")
    for level, box in enumerate([node, *islice(node.iterancestors(), _LEVELS + 1)]):
        if level > _LEVELS or box.tag in (
            "body",
            "html",
            "nav",
            "header",
            "footer",
            "ul",
            "ol",
            "table",
            "tbody",
        ):
            return
        if sum(1 for _ in islice(box.iter(), _CROWDED)) == _CROWDED:
            return
        told = _text_of(box)
        if len(told) > _WIDEST or len({a.get("href") for a in box.iter("a")} - {own, None, "#"}) > 2:
            return
        yield box, told


def _text_of(node: etree._Element) -> str:
    """The text of an element, as far as it is one entry's: what is wider is cut a little above that."""
    parts, size = list[str](), 0
    for text in node.itertext():
        if shown := text[: 8 * _WIDEST].strip():
            parts.append(shown)
            size += len(shown) + 1
        if size > 2 * _WIDEST:
            break
    return " ".join(parts)


def _marked_day(box: etree._Element) -> date | None:
    return next((day for t in box.iter("time") if (day := day_in(t.get("datetime") or ""))), None)


def _path_day(url: str) -> date | None:
    match = _PATH_DAY.search(urlsplit(url).path + "/")
    return day_in("-".join(match.groups())) if match else None


def _title(link: Link, box: etree._Element | None) -> str:
    headings = [tidy(_text_of(h)) for h in box.iter(*_HEADINGS)] if box is not None else []
    candidates = [*headings, tidy(link.node.get("title") or ""), _without_day(tidy(link.text))]
    good = [text for text in candidates if _is_title(text)]
    return good[0][:300] if good else ""


def _is_title(text: str) -> bool:
    least = 7 if _CJK.search(text) else 16
    return least <= len(text) <= 300 and not _words("no_title").search(text)


def _without_day(text: str) -> str:
    """A link's text without the day at its end or start.

    >>> _without_day("2026-11-02 Kettle Works opens a plant")
    'Kettle Works opens a plant'
    """
    text = re.sub(r"^\W{0,2}(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?\W*", "", text)
    return re.sub(r"\W*(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?\W{0,2}$", "", text).strip()

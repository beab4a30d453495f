"""Where else to look: feeds, careers pages and job boards a page links to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from enrichers.firmographic.fact import Fact
from enrichers.firmographic.page import Page
from enrichers.firmographic.words import pattern_of, read_yaml

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_FEED_LINK = re.compile(
    r"(?i)(?:^|[/.?=])(?:rss|feed|atom)(?:\.xml|/|$)|feeds\.feedburner\.com/|\.(?:rss|atom)$"
)


def links(page: Page, social: Sequence[Fact]) -> dict[str, list[str]]:
    """`feeds`, `careers`, `job_board` and `social`: addresses in page order, each once."""
    careers, boards = _careers(page)
    return {
        "feeds": _feeds(page),
        "careers": careers,
        "job_board": boards,
        "social": [fact.value for fact in social],
    }


def _feeds(page: Page) -> list[str]:
    found = [
        page.absolute(node.get("href"), page.base)
        for node in page.root.iter("link")
        if (node.get("type") or "").lower() in _FEED_TYPES and node.get("href")
    ]
    found += [
        link.href
        for link in page.links
        if _FEED_LINK.search(urlsplit_path(link.href)) and link.href.startswith("http")
    ]
    own = [url for url in dict.fromkeys(found) if "comments" not in url.lower()]
    return own[:20]


def urlsplit_path(url: str) -> str:
    """Host and path of an address; an empty text where it cannot be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.netloc}{parts.path}"


def _careers(page: Page) -> tuple[list[str], list[str]]:
    words, hosts = pattern_of("pages.yml", "careers"), tuple(read_yaml("pages.yml")["job_boards"])
    careers: dict[str, None] = {}
    boards: dict[str, None] = {}
    for link in page.links:
        if not link.href.startswith("http") and page.url:
            continue
        place = urlsplit_path(link.href).lower()
        host = place.split("/")[0]
        if any(host == h or host.endswith("." + h) for h in hosts):
            boards[link.href] = None
        elif words.search(link.text[:60]) or words.search(
            place.replace("-", " ").replace("_", " ").partition("/")[2]
        ):
            careers[link.href] = None
    frames = [node.get("src") or "" for tag in ("script", "iframe") for node in page.root.iter(tag)]
    for src in frames:
        host = urlsplit_path(page.absolute(src, page.base)).split("/")[0].lower() if src else ""
        if host and any(host == h or host.endswith("." + h) for h in hosts):
            boards[page.absolute(src, page.base)] = None
    return list(careers)[:10], list(boards)[:10]

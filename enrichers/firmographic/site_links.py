"""Where else to look: feeds, careers pages and job boards a page links to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from enrichers.firmographic.fact import Fact
from enrichers.firmographic.page import Page
from enrichers.firmographic.words import read_yaml, speaks_of

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_SPACED = str.maketrans("-_/", "   ")
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
    for link in page.links:
        if link.href.startswith("http") and _FEED_LINK.search(link.href.partition("?")[0]):
            found.append(link.href)
    return [url for url in dict.fromkeys(found) if "comments" not in url.lower()][:20]


def _host_and_path(url: str) -> tuple[str, str]:
    """Host and path of an absolute address, without the care `urlsplit` takes."""
    host, _, path = url.partition("://")[2].partition("/")
    return host.lower().partition(":")[0].partition("?")[0], path.partition("?")[0]


def _on_board(host: str, hosts: frozenset[str]) -> bool:
    parts = host.split(".")
    return any(".".join(parts[n:]) in hosts for n in range(max(0, len(parts) - 4), len(parts) - 1))


def _careers(page: Page) -> tuple[list[str], list[str]]:
    hosts, known = _board_hosts(), dict[str, bool]()
    careers: dict[str, None] = {}
    boards: dict[str, None] = {}
    for link in page.links:
        if not link.href.startswith("http") and page.url:
            continue
        host, path = _host_and_path(link.href)
        if host not in known:
            known[host] = bool(host) and _on_board(host, hosts)
        if known[host]:
            boards[link.href] = None
        elif speaks_of("pages.yml", "careers", f"{link.text[:60]}\n{path[:200].translate(_SPACED)}"):
            careers[link.href] = None
    for node in page.root.iter("script", "iframe"):
        src = node.get("src")
        if src and "//" in src:
            url = page.absolute(src, page.base)
            if _on_board(_host_and_path(url)[0], hosts):
                boards[url] = None
    return list(careers)[:10], list(boards)[:10]


@cache
def _board_hosts() -> frozenset[str]:
    return frozenset(read_yaml("pages.yml")["job_boards"])

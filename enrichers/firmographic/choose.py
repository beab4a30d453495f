"""Which pages of a site to read: contact, about and imprint before anything else, in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urldefrag, urlsplit

from lxml import etree

from accounts.values.web import host_of, registrable_domain
from enrichers.firmographic.page import Link, Page
from enrichers.firmographic.words import pattern_of


def site_of(url: str) -> str | None:
    """What makes two addresses one site: the registrable domain, or the host where there is none (an IP address)."""
    return registrable_domain(url) or host_of(url)


_WORTH = {"contact": 5.0, "about": 3.5, "imprint": 3.0, "team": 1.2, "careers": 1.0}


_ELSEWHERE = 1.5
"""What a page on another host of the site loses: it costs robots.txt and a connection more."""


def choose_pages(home: Page, limit: int, already: Sequence[str] = ()) -> list[str]:
    """At most `limit` addresses on the site's own registrable domain, best first; one or two a purpose.

    `already` are addresses that were read. Pages of another language than the home page's come last.
    """
    own = site_of(home.url) if home.url else None
    host = host_of(home.url or "")
    seen = {_key(url) for url in [*already, home.url or ""]}
    scored: dict[str, tuple[float, str, str]] = {}
    for link in home.links:
        url = urldefrag(link.href).url
        key = _key(url)
        if key in seen or not url.lower().startswith(("http://", "https://")) or site_of(url) != own:
            continue
        judged = _purpose(link)
        if judged and host_of(url) != host:
            judged = judged[0] - _ELSEWHERE, judged[1]
        if judged and (key not in scored or judged[0] > scored[key][0]):
            scored[key] = (judged[0], judged[1], url)
    chosen: list[str] = []
    taken: dict[str, int] = {}
    for _, purpose, url in sorted(scored.values(), key=lambda entry: -entry[0]):
        if taken.get(purpose, 0) < (2 if purpose in ("contact", "about") else 1) and len(chosen) < limit:
            taken[purpose] = taken.get(purpose, 0) + 1
            chosen.append(url)
    return chosen


def _key(url: str) -> str:
    try:
        parts = urlsplit(urldefrag(url).url)
    except ValueError:
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/') or '/'}{query}"


def _purpose(link: Link) -> tuple[float, str] | None:
    """What a link is for and how well it says so."""
    if pattern_of("pages.yml", "never").search(link.href):
        return None
    path = unquote(urlsplit(link.href).path)
    words = path.rsplit(".", 1)[0].replace("-", " ").replace("_", " ").replace("/", " ").strip()
    depth = path.strip("/").count("/")
    for purpose, worth in _WORTH.items():
        pattern = pattern_of("pages.yml", purpose)
        said = bool(link.text) and len(link.text) <= 40 and pattern.search(link.text)
        written = len(words) <= 60 and pattern.search(words)
        if said or written:
            score = worth + 0.6 * bool(said) + 0.5 * bool(written) - 0.3 * depth
            score += 0.3 * bool({"nav", "header", "footer"} & link.regions) - 0.02 * len(link.text)
            return score, purpose
    return None


_LOCATION = re.compile(rb"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\s\]]{1,2000})", re.IGNORECASE)


def choose_from_sitemap(body: bytes, home: str, limit: int) -> list[str]:
    """The addresses of a sitemap worth reading; shape: https://www.sitemaps.org/protocol.html."""
    node = etree.Element("a")
    links = [
        Link(match.group(1).decode("utf-8", "replace").replace("&amp;", "&"), "", node, frozenset(), 0)
        for match, _ in zip(_LOCATION.finditer(body), range(5_000), strict=False)
    ]
    page = Page("", home, node, links=links)
    return choose_pages(page, limit)

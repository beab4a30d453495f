"""Which pages of a site to read: contact, about and imprint before anything else, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote, urldefrag, urlsplit

from lxml import etree

from accounts.values.web import host_of, registrable_domain
from enrichers.firmographic.page import Link, Page
from enrichers.firmographic.words import pattern_of


def site_of(url: str) -> str | None:
    """What makes two addresses one site: the registrable domain, or the host where there is none (an IP address)."""
    return registrable_domain(url) or host_of(url)


_WORTH = {
    "offices": 4.6, "contact": 5.0, "about": 3.5, "imprint": 3.0, "team": 1.2, "careers": 1.0, "customers": 0.9, "newsroom": 0.8,
}  # fmt: skip
"""What a page is worth by what it is for; a link is for the first of these that its words name."""
_AGAIN = {"contact": 1.4, "about": 3.2}
"""What a second page of one purpose loses: the first page of another one often tells more. Other purposes have one."""
_FOREIGN = 2.0
"""What a page in another language than the home page's loses."""
_CODES = frozenset(
    ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "ja", "jp", "ko", "kr", "zh", "cn", "tw", "hk", "ar", "tr", "cs", "sv", "da", "fi", "no", "hu", "ro", "gb", "us", "uk", "eng", "chs", "cht"]
)  # fmt: skip
_CHINESE = frozenset({"zh", "cn", "tw", "hk", "chs", "cht"})
_ELSEWHERE = 1.5
"""What a page on another host of the site loses: it costs robots.txt and a connection more."""


def choose_pages(home: Page, limit: int, already: Sequence[str] = ()) -> list[str]:
    """At most `limit` addresses on the site's own registrable domain, best first; one or two a purpose.

    `already` are addresses that were read. Pages of another language than the home page's come after those of its own.
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
        if judged and _language_in(url) not in (None, _language_in(home.url or "") or home.language):
            judged = judged[0] - _FOREIGN, judged[1]
        if judged and (key not in scored or judged[0] > scored[key][0]):
            scored[key] = (judged[0], judged[1], url)
    return [url for _, url in sorted(_spread(list(scored.values())), key=lambda entry: -entry[0])][:limit]


def _spread(scored: Sequence[tuple[float, str, str]]) -> Iterator[tuple[float, str]]:
    """Scores and addresses: the best page of each purpose, and a second one of those that say most, for less."""
    taken: dict[str, int] = {}
    for score, purpose, url in sorted(scored, key=lambda entry: -entry[0]):
        place = taken[purpose] = taken.get(purpose, 0) + 1
        if place == 1:
            yield score, url
        elif place == 2 and purpose in _AGAIN:
            yield score - _AGAIN[purpose], url


def variant_for(home: Page, language: str) -> str | None:
    """The address of the site's home page in a language (`zh`, `en`), or None where the home page is in it or has none.

    Told by `hreflang` first, then by a link named for the language, as sites label their switch.
    """
    if not home.url or home.language == language:
        return None
    own = site_of(home.url)
    named = pattern_of("pages.yml", f"switch_{language}") if language in ("zh", "en") else None
    stated = (
        home.absolute(node.get("href"), home.base)
        for node in home.root.iter("link")
        if (node.get("hreflang") or "").lower().partition("-")[0] == language and node.get("href")
    )
    switched = (
        urldefrag(link.href).url
        for link in home.links
        if named and link.text and len(link.text) <= 12 and named.search(link.text.strip())
    )
    for url in (*stated, *switched):
        if url.startswith(("http://", "https://")) and site_of(url) == own and _key(url) != _key(home.url):
            return url
    return None


def _language_in(url: str) -> str | None:
    """The language an address names in its first step (`/en/contact`), or None."""
    try:
        first = urlsplit(url).path.strip("/").partition("/")[0].lower().partition("-")[0].partition("_")[0]
    except ValueError:
        return None
    if first not in _CODES:
        return None
    return (
        "zh"
        if first in _CHINESE
        else {"gb": "en", "us": "en", "uk": "en", "eng": "en", "jp": "ja", "kr": "ko"}.get(first, first)
    )


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
    said = _purposes(link.text if len(link.text) <= 40 else "")
    written = _purposes(words if len(words) <= 60 else "")
    purpose = next((purpose for purpose in _WORTH if purpose in said or purpose in written), None)
    if purpose is None:
        return None
    score = _WORTH[purpose] + 0.6 * (purpose in said) + 0.5 * (purpose in written) - 0.3 * depth
    score += 0.3 * bool({"nav", "header", "footer"} & link.regions) - 0.02 * len(link.text)
    return score, purpose


@lru_cache(maxsize=32_768)
def _purposes(words: str) -> frozenset[str]:
    """All purposes that words name; the pages of a site share their menus, so the answer is remembered."""
    return frozenset(purpose for purpose in _WORTH if pattern_of("pages.yml", purpose).search(words))


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

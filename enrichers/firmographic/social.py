"""Social profiles a page links to: profiles only, never share, intent, plug-in or post links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, unquote, urlsplit

from lxml import etree

from enrichers.firmographic.fact import Fact
from enrichers.firmographic.page import Link, Page
from enrichers.firmographic.structured import Organisation
from enrichers.firmographic.words import read_yaml

_MAX = 60
_SHARING = re.compile(
    r"(?i)[?&](?:u|url|link|text|status|title|mini|share|p\[url\]|summary|source|pic)=(?:https?|.*%20|\w+%3A)"
)
_PATH_CHARACTERS = "/@+:!,.-_~()'&="
_UNUSUAL = frozenset({"pinterest.co.uk", "yelp.co.uk", "sina.com.cn"})
_LEAST = 0.5
"""Below this a profile is more likely somebody else's."""
_NAMED = re.compile(
    r"social|follow|facebook|twitter|linkedin|youtube|instagram|pinterest|weibo|关注|微博|(?:^|[\s_-])(?:fb|tw|yt|ig|icon|sns)(?:$|[\s_-])"
)
_WITH_TARGET = etree.XPath("//*[@data-href]")
_BOX = re.compile(r"(?:^|\s)fb-(?:page|like-box|like)(?:\s|$)")


@dataclass(frozen=True, slots=True)
class _Network:
    name: str
    hosts: tuple[str, ...]
    path: re.Pattern[str]
    query: re.Pattern[str] | None
    never: frozenset[str]
    subdomain: bool


@cache
def _networks() -> tuple[_Network, ...]:
    raw = read_yaml("networks.yml")
    common = {str(word).lower() for word in raw["never"]}
    return tuple(
        _Network(
            name, tuple(entry["hosts"]), re.compile(entry["path"]),
            re.compile(entry["query"]) if "query" in entry else None,
            frozenset(common | {str(word).lower() for word in entry.get("never", ())}), bool(entry.get("subdomain")),
        )
        for name, entry in raw["networks"].items()
    )  # fmt: skip


@cache
def _domains() -> frozenset[str]:
    """The last two labels of every network's hosts."""
    return frozenset(".".join(host.split(".")[-2:]) for network in _networks() for host in network.hosts)


def _maybe(href: str) -> bool:
    """True for an address on a network's domain: most links are none, and this says so quickly."""
    labels = href.partition("//")[2].partition("/")[0].partition("?")[0].lower().split(".")
    return ".".join(labels[-2:]) in _domains() or ".".join(labels[-3:]) in _UNUSUAL


def profile_of(url: str) -> tuple[str, str] | None:
    """The network and the tidy address of the profile a link leads to, or None where it is no profile.

    >>> profile_of("http://www.facebook.com/AcmeRoofs?ref=hl")
    ('facebook', 'https://facebook.com/AcmeRoofs')
    >>> profile_of("https://twitter.com/intent/tweet?text=Hi") is None
    True
    """
    try:
        parts = urlsplit(url.strip() if "//" in url[:9] else "https://" + url.strip().lstrip("/"))
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    host = re.sub(r"^(?:www|m|mobile|business|web|[a-z]{2}-[a-z]{2}|[a-z]{2})\.(?=[^.]+\.\w{2,})", "", host)
    for network in _networks():
        if host in network.hosts:
            return _on(network, host, parts.path, parts.query, parts.fragment)
        if network.subdomain and host.endswith("." + network.hosts[0]):
            label = host[: -len(network.hosts[0]) - 1]
            return (
                (network.name, f"https://{host}") if label not in network.never and "." not in label else None
            )
    return None


def _on(network: _Network, host: str, path: str, query: str, fragment: str) -> tuple[str, str] | None:
    """The profile a path on a network's host names. `#!/name` is an old spelling of `/name`."""
    path, fragment = unquote(path).strip("/ "), unquote(fragment)
    if not path and fragment.startswith("!"):
        path = fragment.lstrip("!/").split("?")[0]
    path = re.sub(r"^[#!]+/*", "", path)
    if network.query and query and network.query.fullmatch(f"{path}?{query}"):
        return network.name, f"https://{host}/{path}?{query}"
    first = path.split("/")[0].split("?")[0].lower()
    match = network.path.match(path)
    if not match or not first or first in network.never:
        return None
    rest = path[match.end() :].strip("/")
    if rest and network.name in ("twitter", "instagram", "vimeo", "medium"):
        return None
    if re.search(r"(?i)\.(?:php|js|png|jpe?g|gif|css|aspx?)$", path):
        return None
    kept = path if network.name in ("google_plus", "linkedin", "facebook", "youtube") else match.group()
    return network.name, f"https://{host}/{quote(kept.rstrip('/'), safe=_PATH_CHARACTERS)}"


def social(page: Page, organisations: Sequence[Organisation]) -> list[Fact]:
    """The profiles the page links to as its own, most prominent first."""
    found: dict[str, Fact] = {}
    creator, site = (page.meta.get(f"twitter:{who}", "").lstrip("@").lower() for who in ("creator", "site"))
    author = f"https://twitter.com/{creator}" if creator and creator != site else None
    for fact in [*_same_as(organisations), *_boxes(page), *_links(page)]:
        key = fact.value.lower()
        if key != author and (key not in found or found[key].confidence < fact.confidence):
            found[key] = fact
    kept = sorted(found.values(), key=lambda fact: -fact.confidence)
    return [fact for fact in kept if fact.confidence >= _LEAST][:_MAX]


def _boxes(page: Page) -> Iterator[Fact]:
    """Embedded page boxes: a site embeds its own."""
    for node in _WITH_TARGET(page.root) if "data-href" in page.html else ():
        profile = profile_of(node.get("data-href")) if _BOX.search(node.get("class") or "") else None
        if profile:
            yield Fact(
                "social",
                profile[1],
                0.85,
                f"data-href={node.get('data-href')}",
                "social.box",
                node,
                profile[0],
            )
    for node in page.root.iter("iframe"):
        src = node.get("src") or ""
        target = re.search(
            r"facebook\.com/(?:v[\d.]+/)?plugins/(?:like_?box|page|fan)\.php\?(?:.*&)?href=([^&]+)", src
        )
        profile = profile_of(unquote(target.group(1))) if target else None
        if profile:
            yield Fact("social", profile[1], 0.85, f"iframe src={src}"[:300], "social.box", node, profile[0])


def _same_as(organisations: Sequence[Organisation]) -> Iterator[Fact]:
    for organisation in organisations:
        for url in organisation.properties.get("sameAs", ()) if organisation.main else ():
            profile = profile_of(url)
            if profile:
                yield Fact(
                    "social",
                    profile[1],
                    0.95,
                    f"{organisation.kind}.sameAs: {url}",
                    "social.structured",
                    organisation.node,
                    profile[0],
                )


def _links(page: Page) -> Iterator[Fact]:
    for link in page.links:
        href = link.href
        if len(href) > 400 or not _maybe(href) or _SHARING.search(href):
            continue
        profile = profile_of(href)
        if profile is None:
            continue
        yield Fact(
            "social",
            profile[1],
            _confidence(page, link),
            f"{link.text} ({href})"[:300].strip(),
            "social.link",
            link.node,
            profile[0],
        )


def _confidence(page: Page, link: Link) -> float:
    """Footers, headers and blocks of icons hold a company's own profiles; running text holds other people's."""
    node, parent = link.node, link.node.getparent()
    named = f"{node.get('class', '')} {node.get('title', '')} {link.text}".lower()
    if parent is not None:
        named += f" {parent.get('class', '')} {parent.get('id', '')}".lower()
    confidence = 0.75 + (0.1 if {"footer", "header", "contact"} & link.regions else 0.0)
    confidence += 0.08 if _NAMED.search(named) else 0.0
    line = page.lines[link.line] if link.line < len(page.lines) else None
    if (
        line
        and len(line.text) > 100
        and link.text in line.text
        and not {"footer", "header", "nav"} & link.regions
    ):
        confidence -= 0.4  # a link within a sentence
    confidence -= 0.3 if "others" in link.regions else 0.0
    confidence -= 0.3 if re.search(r"share|分享|tweet this|author|byline", named) else 0.0
    return max(0.1, min(0.95, confidence))

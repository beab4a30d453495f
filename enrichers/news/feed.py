"""Feeds: RSS of all versions, RDF, Atom 0.3 and 1.0, CDF and JSON Feed, as broken as the world serves them.

Own parser on lxml's recovering one: a feed is read at several times the speed of a full feed library, external entities
and expansions are never followed, and what cannot be mended is left out, not raised.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from accounts.errors import SourceBroken
from accounts.values.base import tidy
from enrichers.news.entry import LONGEST_TEXT, Entry, when
from enrichers.shapes import dig, listed, load_object, objects, text
from enrichers.web.charset import decode
from enrichers.web.plain import plain

MOST_ENTRIES = 300
_MOST = 5_000_000
_HEAD_LENGTH = 12_000
"""Declarations stand at the start; further on, what looks like one is text."""
_ROOTS = frozenset({"rss", "rdf", "feed", "channel", "newsfeed"})
_ENTRIES = frozenset({"item", "entry"})
_FOREIGN = re.compile(
    r"mrss|itunes|/media|podcast|georss|creativecommons|openSearch|slash|threading", re.IGNORECASE
)
_FOREIGN_PREFIX = ("media:", "itunes:", "podcast:", "georss:", "slash:", "thr:")
_SECTION_OR_AMP = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#x?[0-9a-fA-F]{1,7};|[A-Za-z][A-Za-z0-9]{0,31};)?", re.DOTALL
)
_HEAD = re.compile(r"<\?xml[^>]{0,200}>|<!DOCTYPE[^\[>]{0,2000}(?:\[[^\]]{0,8000}\]\s*)?>", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_XML_NAMES = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_DATES = ("pubdate", "published", "issued", "date", "created", "updated", "modified", "lastmod")
_TEXTS = ("encoded", "content", "fullitem", "body", "summary", "description", "abstract")
_WIDE = (
    (b"\x00\x00\x00<", "utf-32-be"), (b"<\x00\x00\x00", "utf-32-le"), (b"\x00<", "utf-16-be"), (b"<\x00", "utf-16-le"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed with its entries in its own order; an entry may lack anything, title and address too."""

    kind: str
    title: str
    entries: tuple[Entry, ...]


def parse_feed(body: bytes, headers: Mapping[str, str] | None = None, url: str = "") -> Feed:
    """The feed in a body; `headers` have lower-case names, `url` is what relative links start from.

    Raises SourceBroken where the body is no feed. A feed without entries is one.
    """
    if len(body) > _MOST:
        body = body[:_MOST]
    if body.lstrip()[:1] == b"{":
        return _json_feed(body)
    try:
        return _xml_feed(_tree(_decoded(body, headers or {})), url)
    except (
        UnicodeDecodeError
    ) as error:  # references to no character, in places where none is mended: lxml keeps them
        raise SourceBroken("The answer is a feed that names no characters.") from error


def _xml_feed(root: etree._Element, url: str) -> Feed:
    """RSS, Atom or RDF."""
    name = _local(root)
    if name not in _ROOTS:
        inner = next((node for node in root.iter() if _local(node) in ("rss", "feed")), None)
        if inner is None or name in ("html", "head", "body"):
            raise SourceBroken(f"The answer is no feed but <{name[:30]}>.")
        root, name = inner, _local(inner)
    head = next((n for n in root.iter() if _local(n) in ("channel", "feed")), root)
    title = next((_shown(n) for n in head if _local(n) == "title"), "")
    entries = []
    for node in root.iter():
        if _local(node) in _ENTRIES and not _nested(node):
            entries.append(_entry(node, url))
            if len(entries) >= MOST_ENTRIES:
                break
    return Feed(name, title, tuple(entries))


def _json_feed(body: bytes) -> Feed:
    """A JSON Feed. Source: https://www.jsonfeed.org/version/1.1/"""
    data = load_object(body, "a feed")
    if "jsonfeed" not in text(data.get("version")) and not {"home_page_url", "feed_url"} & data.keys():
        raise SourceBroken("The answer is no feed: it names no version of JSON Feed.")
    entries = []
    for item in objects(listed(data, "items", "a feed"))[:MOST_ENTRIES]:
        told = next(
            (
                t
                for key in ("content_text", "content_html", "summary")
                if isinstance(t := item.get(key), str) and t
            ),
            "",
        )
        body_text = plain(told)[:LONGEST_TEXT]
        title = plain(text(item.get("title"))) or body_text[:120]
        link = text(item.get("url")) or text(item.get("external_url"))
        entries.append(
            Entry(
                title, link, text(item.get("id")) or link, body_text,
                when(text(item.get("date_published")) or text(item.get("date_modified"))),
                text(dig(item, "authors", 0, "name")) or text(dig(item, "author", "name")),
            )
        )  # fmt: skip
    return Feed("json", text(data.get("title")), tuple(entries))


def _decoded(body: bytes, headers: Mapping[str, str]) -> str:
    for start, encoding in _WIDE:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    return decode(body, headers)


def _tree(page: str) -> etree._Element:
    """The tree of a feed's text. Raises SourceBroken where there is none."""
    start = page.find("<")
    if start < 0:
        raise SourceBroken("The answer is no feed.")
    page = page[start:]
    page = _CONTROL.sub("", _HEAD.sub("", page[:_HEAD_LENGTH], count=4) + page[_HEAD_LENGTH:])
    page = _SECTION_OR_AMP.sub(_mended, page)
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(page.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceBroken("The answer is no feed.") from error
    if root is None:
        raise SourceBroken("The answer is no feed.")
    return root


def _mended(match: re.Match[str]) -> str:
    """CDATA and the references of XML as they are, HTML's named characters as characters, a bare ampersand escaped."""
    found = match.group()
    if found.startswith("<"):
        return found if found.endswith("]]>") else f"{found}]]>"
    if found in _XML_NAMES:
        return found
    if found.startswith("&#"):  # a number that is no character makes a tree that cannot be read
        told = html.unescape(found)
        return found if told not in ("", "\ufffd") and not _CONTROL.match(told) else "&#xFFFD;"
    known = html.unescape(found) if len(found) > 1 else found
    return known if known != found else "&amp;" + found[1:]


def _local(node: etree._Element) -> str:
    """An element's name in lower case without namespace or prefix."""
    tag = node.tag if isinstance(node.tag, str) else ""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _is_foreign(node: etree._Element) -> bool:
    """True for names of extensions that would be taken for the entry's own (`media:title`)."""
    tag = node.tag if isinstance(node.tag, str) else ""
    space, brace, _ = tag.rpartition("}")
    return bool(_FOREIGN.search(space)) if brace else tag.lower().startswith(_FOREIGN_PREFIX)


def _nested(node: etree._Element) -> bool:
    return any(_local(parent) in _ENTRIES for parent in node.iterancestors())


def _entry(node: etree._Element, url: str) -> Entry:
    parts: dict[str, list[etree._Element]] = {}
    for child in node:
        if isinstance(child.tag, str) and not _is_foreign(child):
            parts.setdefault(_local(child), []).append(child)
    link, own_id = _link(node, parts, url), _id(node, parts)
    body = max((_shown(c) for name in _TEXTS for c in parts.get(name, ())), key=len, default="")
    title = next((t for c in parts.get("title", ()) if (t := tidy(_shown(c)))), "") or tidy(body[:120])
    published = next((at for name in _DATES for c in parts.get(name, ()) if (at := when(_raw(c)))), None)
    source = parts.get("source", [])
    publisher = tidy(_raw(source[0])) if source and len(source[0]) == 0 else ""
    return Entry(title[:500], link, own_id or link, body[:LONGEST_TEXT], published, publisher[:200])


def _link(node: etree._Element, parts: Mapping[str, list[etree._Element]], url: str) -> str:
    """The entry's address: a link to it, else what names it where that is an address."""
    for found in _links(node, parts):
        base = next((b for n in (found[1], *found[1].iterancestors()) if (b := n.get(_BASE))), "")
        try:
            address = urljoin(urljoin(url, base), found[0].strip()) if base or url else found[0].strip()
        except ValueError:
            continue
        if address.lower().startswith(("http://", "https://")):
            return address[:2000]
    return ""


def _links(
    node: etree._Element, parts: Mapping[str, list[etree._Element]]
) -> Iterator[tuple[str, etree._Element]]:
    for child in parts.get("origlink", ()):
        yield _raw(child), child
    for child in parts.get("link", ()):
        if child.get("href") and (child.get("rel") or "alternate") == "alternate":
            yield child.get("href") or "", child
        elif child.text and child.text.strip():
            yield child.text, child
    if node.get("href"):
        yield node.get("href") or "", node
    for name in ("guid", "id"):
        for child in parts.get(name, ()):
            if (child.get("isPermaLink") or child.get("ispermalink") or "true").lower() != "false":
                yield _raw(child), child
    for child in parts.get("link", ()):
        if child.get("href"):
            yield child.get("href") or "", child


def _id(node: etree._Element, parts: Mapping[str, list[etree._Element]]) -> str:
    for name in ("guid", "id"):
        for child in parts.get(name, ()):
            if told := tidy(_raw(child)[:500]):
                return told
    about = next((v for k, v in node.attrib.items() if str(k).rpartition("}")[2] == "about"), "")
    return tidy(str(about)[:500])


def _raw(node: etree._Element) -> str:
    return "".join(node.itertext())


def _shown(node: etree._Element) -> str:
    """An element's text as a reader sees it, whatever way its markup is packed."""
    kind = (node.get("type") or "").lower()
    if len(node):
        inner = etree.tostring(node, encoding="unicode", with_tail=False)
        return plain(re.sub(r"(</?)\w+:", r"\1", inner), packed=False)
    raw = node.text or ""
    if (node.get("mode") or "").lower() == "base64" or ("/" in kind and not _is_text(kind)):
        raw = _unpacked(raw)
    if kind in ("text", "text/plain") and "<" not in raw:
        return raw.strip()
    return plain(raw)


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind.endswith(("xml", "html"))


def _unpacked(raw: str) -> str:
    try:
        return base64.b64decode("".join(raw.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return raw

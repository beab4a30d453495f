"""One parsed page, shared by every extractor: visible lines, links, images, meta data.

A page is parsed once (lxml) and walked once. Extractors read `Page.lines`, the text between two block
boundaries as a reader sees it, and ask for a selector only where they found something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

MAX_CHARACTERS = 2_000_000
"""What is read of a page: its head and, since footers tell most, its tail."""
_TAIL = 400_000
MAX_LINES = 20_000
_MAX_LINE = 4_000
"""Longer lines are cut into pieces of this length: no pattern ever sees more at once."""

BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frame", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "iframe", "label", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul"]
)  # fmt: skip
_UNSEEN = frozenset(
    ["script", "style", "noscript", "template", "select", "textarea", "svg", "object", "math", "title"]
)
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_REGIONS = (
    ("footer", re.compile(r"foot|copyright|(?:^|[\s_-])(?:copy|bottom|bot|btm|dibu|colophon)(?:$|[\s_-])", re.I)),
    ("nav", re.compile(r"(?:^|[\s_-])(?:nav|menu|breadcrumbs?|crumbs?)|nav(?:bar|igation)|menu(?:$|[\s_-])", re.I)),
    ("header", re.compile(r"(?:^|[\s_-])(?:page|site|main)?-?(?:header|masthead|topbar|top|hd|banner|logo|branding)(?:$|[\s_-])|header", re.I)),
    ("contact", re.compile(r"contact|vcard|(?:^|[\s_-])(?:adr|address|location|imprint|impressum|lianxi|lxwm)", re.I)),
    ("others", re.compile(r"testimonial|review|partner|sponsor|client|customer|comment|affiliat|(?:^|[\s_-])(?:ads?|advert\w*)(?:$|[\s_-])", re.I)),
)  # fmt: skip
_ANY_REGION = re.compile(
    r"foot|copy|bot|btm|dibu|colophon|nav|menu|crumb|head|top|hd|banner|logo|brand|contact|vcard|adr|location|imprint|impressum|lianxi|lxwm"
    r"|testimonial|review|partner|sponsor|client|customer|comment|affiliat|ad",
    re.I,
)
_BUILDER = re.compile(
    r"(?i)(?:^|(?<=\s))(?:elementor|vc|et|fusion|fl|brxe|wp-block)[-_](?!\S*(?:head|foot|nav|menu))\S+"
)
"""Classes page builders put on every section: `elementor-top-section`, `elementor-location-single`."""
_NOWHERE: frozenset[str] = frozenset()
_TAG_REGION = {"footer": "footer", "header": "header", "nav": "nav", "address": "contact"}
_ICON = re.compile(
    r"(?:^|[\s_-])(?:fa|icon|ico|glyphicon|mdi|bi|i)[a-z]*[-_](phone|telephone|tel|mobile|fax|earphone)", re.I
)
_ICON_TAGS = frozenset({"i", "span", "em"})
_LABEL = re.compile(
    r"(?i)^\W*(?:tele)?(?:phone|fax|call(?: us)?(?: now)?|tel|mobile|e-?mail|address|电话|電話|传真|傳真|邮箱|地址|热线|手机)\W*$"
)
_WHOLE = re.compile(r"https?://[\w.:%~-]+/[^?#\s]+$", re.ASCII)
_ROOTED = re.compile(r"/(?!/)[^?#.\s]*(?:\.\w+)?")
_ORIGIN = re.compile(r"https?://[^/?#\s]+")
"""Addresses that are joined without the care `urljoin` takes: nearly all of a page's."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")
_NULLS = dict.fromkeys(
    [0, *range(1, 9), 11, 12, *range(14, 32), 0xFEFF, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F]
)
_WIDE = {0x3000: " ", **{c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}}


def half_width(text: str) -> str:
    """The text with full-width ASCII made half-width; every character keeps its place.

    >>> half_width("电话：０１０")
    '电话:010'
    """
    return text if text.isascii() else text.translate(_WIDE)


@dataclass(frozen=True, slots=True)
class Line:
    """One visible line. `regions` names the parts of the page it stands in (`footer`, `nav`, …).

    `plain` is the text half-width, character by character; `number` its place; `digits` how many it holds.
    """

    text: str
    plain: str
    node: etree._Element
    regions: frozenset[str]
    heading: int = 0
    number: int = 0
    digits: int = 0

    def within(self, *regions: str) -> bool:
        """True when the line stands in any of these parts of the page."""
        return any(region in self.regions for region in regions)


@dataclass(frozen=True, slots=True)
class Link:
    """A link: absolute address where the page's own is known, its text or its image's alternative text."""

    href: str
    text: str
    node: etree._Element
    regions: frozenset[str]
    line: int


@dataclass(frozen=True, slots=True)
class Image:
    """An image with its alternative text."""

    src: str
    alt: str
    node: etree._Element
    regions: frozenset[str]
    line: int


@dataclass
class Page:
    """A parsed page. `url` is None where nobody knows it; `language` is the page's own claim or a guess."""

    html: str
    url: str | None
    root: etree._Element
    lines: list[Line] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    truncated: bool = False

    @cached_property
    def title(self) -> str:
        """The text of the first `<title>` outside pictures."""
        for node in self.root.iter("title"):
            if (node.getparent() is None or node.getparent().tag != "svg") and node.text:
                return " ".join(node.text.split())
        return ""

    @cached_property
    def meta(self) -> dict[str, str]:
        """Meta data by lower-case name, property or http-equiv; the first of a name wins."""
        found: dict[str, str] = {}
        for node in self.root.iter("meta"):
            name = node.get("property") or node.get("name") or node.get("http-equiv") or node.get("itemprop")
            content = node.get("content")
            if name and content:
                found.setdefault(name.strip().lower(), " ".join(content.split()))
        return found

    @cached_property
    def text(self) -> str:
        """All visible lines, half-width."""
        return "\n".join(line.plain for line in self.lines)

    @cached_property
    def language(self) -> str:
        """`zh` where a fifth of the letters are Han, else the page's own claim, else `en`."""
        sample = self.title + self.text[:20_000]
        han = 0 if sample.isascii() else len(_HAN.findall(sample))
        if han and (han * 4 > sum(map(str.isalpha, sample)) or (han > 100 and han * 8 > len(sample))):
            return "zh"
        claimed = (self.root.get("lang") or self.meta.get("content-language") or "en").strip()[:2].lower()
        return claimed if claimed.isalpha() and claimed != "zh" else "en"

    @cached_property
    def base(self) -> str | None:
        """What relative links start from."""
        for node in self.root.iter("base"):
            if node.get("href"):
                return self.absolute(node.get("href"), base=self.url)
        return self.url

    def absolute(self, href: str, base: str | None = None) -> str:
        """An absolute address, the text itself where the page's own address is unknown, nothing where `href` is broken."""
        start, href = base or self.url, href.strip()
        if _WHOLE.match(href):
            return href
        if start and _ROOTED.fullmatch(href) and (origin := _ORIGIN.match(start)):
            return origin.group() + href
        try:
            joined = urljoin(start or "", href)
            urlsplit(joined)
        except ValueError:
            return ""
        return joined

    def before(self, line: Line, count: int) -> list[Line]:
        """The lines just above, nearest first."""
        return self.lines[max(0, line.number - count) : line.number][::-1]


def parse_page(html: str, url: str | None = None) -> Page:
    """The page in a decoded text. Never raises for what the text holds: the worst page has no lines."""
    truncated = len(html) > MAX_CHARACTERS
    if truncated:
        html = html[: MAX_CHARACTERS - _TAIL] + "\n" + html[-_TAIL:]
    data = html.translate(_NULLS) if "\x00" in html or "\u200b" in html or "\u200e" in html else html
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(data.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        root = lxml_html.document_fromstring("<html><body></body></html>")
    page = Page(html, url, root, truncated=truncated)
    _Walk(page).run()
    return page


@lru_cache(maxsize=32_768)
def _named_regions(identity: str, names: str) -> frozenset[str]:
    """The parts of a page an element's id and classes name; sites share them, so the answer is remembered."""
    named = _BUILDER.sub(" ", f"{identity} {names}")
    if not _ANY_REGION.search(named):
        return _NOWHERE
    return frozenset(region for region, pattern in _REGIONS if pattern.search(named))


class _Walk:
    """Reads the tree once, in document order, without recursion."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.parts: list[str] = []
        self.regions: list[frozenset[str]] = [_NOWHERE]
        self.opened: list[etree._Element] = []
        self.anchor: tuple[etree._Element, int, int] | None = None
        self.block: etree._Element = page.root
        self.heading = 0

    def run(self) -> None:
        """Fills lines, links and images."""
        walk = etree.iterwalk(self.page.root, events=("start", "end", "comment"))
        for event, node in walk:
            if event == "comment":
                self._tail(node)
            elif event == "end":
                self._end(node)
            elif node.tag in _UNSEEN:
                walk.skip_subtree()
            else:
                self._start(node)
            if len(self.page.lines) >= MAX_LINES:
                break
        self._flush()

    def _start(self, node: etree._Element) -> None:
        tag = node.tag
        if tag in BLOCKS:
            self._flush()
            self.block = node
            self.heading = _HEADINGS.get(tag, self.heading)
        found = self._region_of(node, tag)
        if found:
            self.regions.append(self.regions[-1] | found)
            self.opened.append(node)
        if tag == "a":
            self.anchor = (node, len(self.parts), len(self.page.images))
        elif tag == "img":
            self._image(node)
        elif tag == "area":
            self._link(node, len(self.parts), len(self.page.images))
        elif tag in _ICON_TAGS:
            names = node.get("class")
            icon = _ICON.search(names) if names and not len(node) else None
            if icon:
                self.parts.append(f" {icon.group(1).lower().replace('earphone', 'phone')}: ")
        if node.text:
            self.parts.append(node.text)

    def _end(self, node: etree._Element) -> None:
        tag = node.tag
        if tag == "a" and self.anchor is not None and self.anchor[0] is node:
            self._link(*self.anchor)
            self.anchor = None
        if tag in BLOCKS:
            self._flush()
            if tag in _HEADINGS:
                self.heading = 0
            parent = node.getparent()
            self.block = parent if parent is not None else node
        if self.opened and self.opened[-1] is node:
            self.opened.pop()
            self.regions.pop()
        self._tail(node)

    def _tail(self, node: etree._Element) -> None:
        if node.tail:
            self.parts.append(node.tail)

    def _region_of(self, node: etree._Element, tag: str) -> frozenset[str]:
        identity, names, style = node.get("id"), node.get("class"), node.get("style")
        if identity is None and names is None and style is None and tag not in _TAG_REGION:
            return _NOWHERE
        if tag in ("body", "html"):
            return _NOWHERE
        found = _named_regions(identity or "", names or "") if identity or names else _NOWHERE
        if tag in _TAG_REGION:
            found |= {_TAG_REGION[tag]}
        return found | {"hidden"} if style and _HIDDEN.search(style) else found

    def _image(self, node: etree._Element) -> None:
        alt = " ".join((node.get("alt") or node.get("title") or "").split())
        src = (node.get("src") or node.get("data-src") or "").strip()
        self.page.images.append(Image(src, alt, node, self.regions[-1], len(self.page.lines)))
        if alt and len(alt) < 24 and _LABEL.match(alt):
            self.parts.append(f" {alt} ")

    def _link(self, node: etree._Element, start: int, images: int) -> None:
        href = (node.get("href") or "").strip()
        if not href:
            return
        text = " ".join("".join(self.parts[start:]).split()) if start <= len(self.parts) else ""
        if not text:
            text = " ".join(node.itertext()).strip() if len(node) else ""
            text = " ".join(text.split())[:300]
        if not text:
            text = next((i.alt for i in self.page.images[images:] if i.alt), "") or node.get("title") or ""
        self.page.links.append(
            Link(self.page.absolute(href, self.page.base), text, node, self.regions[-1], len(self.page.lines))
        )

    def _flush(self) -> None:
        if not self.parts:
            return
        text = " ".join("".join(self.parts).split())
        self.parts.clear()
        if self.anchor is not None:
            self.anchor = (self.anchor[0], 0, self.anchor[2])
        lines = self.page.lines
        for start in range(0, len(text), _MAX_LINE):
            piece = text[start : start + _MAX_LINE]
            plain = half_width(piece)
            digits = sum(map(str.isdigit, plain))
            lines.append(Line(piece, plain, self.block, self.regions[-1], self.heading, len(lines), digits))


def selector_of(node: etree._Element) -> str:
    """A CSS selector of an element: from the nearest id down, else from the root.

    >>> selector_of(parse_page("<div id=a><p>x</p><p>y</p></div>").lines[1].node)
    'div#a > p:nth-of-type(2)'
    """
    return " > ".join(reversed(list(_steps(node))))


_MOST_STEPS = 60


def _steps(node: etree._Element | None) -> Iterator[str]:
    for _ in range(_MOST_STEPS):
        if node is None or not isinstance(node.tag, str):
            return
        identity = node.get("id")
        if identity and re.fullmatch(r"[A-Za-z][\w-]*", identity):
            yield f"{node.tag}#{identity}"
            return
        try:
            place = sum(1 for _ in node.itersiblings(node.tag, preceding=True)) + 1
            alone = place == 1 and next(node.itersiblings(node.tag), None) is None
        except (
            ValueError
        ):  # a name with a control character: lxml makes such an element and will not look for one
            return
        yield node.tag if alone else f"{node.tag}:nth-of-type({place})"
        node = node.getparent()

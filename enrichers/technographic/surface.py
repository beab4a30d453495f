"""The surface of a page: everything a fingerprint can look at, read off the source in one linear scan.

No tree is built. Tags are read wherever they stand, because conditional comments, `<noscript>` and
`document.write` hide tags that browsers do act upon; plain comments are set aside, for what is commented out
is not in use.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape

MAX_HTML = 3_000_000
"""Characters of a page that are looked at; what follows is no longer a company's page but a dump."""

_TAG = re.compile(
    r"<(script|link|img|iframe|frame|form|meta|source|embed|object|video|audio|input|a|area|html|body|amp-[a-z-]{2,30}|"
    r"base)(?=[\s/>])((?:[^<>=]++|=\s{0,5}\"[^\"]{0,6000}+\"|=\s{0,5}'[^']{0,6000}+'|=)*+)",
    re.I,
)
_ATTRIBUTE = re.compile(r"([\w:@.-]{1,60})\s{0,5}=\s{0,5}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_OPENING = re.compile(r"<!--(?!\[if|>|<!)|<(?:script|style)(?=[\s>])", re.I)
_ENDS = {
    "<!--": re.compile("-->"),
    "<scr": re.compile(r"</script", re.I),
    "<sty": re.compile(r"</style", re.I),
}
_STYLE_OPENINGS = ("url(", "URL(", "@import", "@IMPORT")
_STYLE_URL = re.compile(r"(?:url\(|@import)\s{0,3}[\"']?((?:https?:)?//[^\s\"')]{4,500})", re.I)
_TOKENS = re.compile(
    r"\s(?:class|id)\s{0,3}=\s{0,3}(?:\"([^\"]{1,600})\"|'([^']{1,600})'|([\w-]{1,80}))", re.I
)
_ENDINGS = (
    "(?:com|net|org|cn|io|co|ai|me|la|tv|cc|so|app|dev|cloud|info|biz|us|eu|uk|de|fr|nl|jp|hk|tw|ru|it|ly|to|st|im|sh|gg|tech|site"
    "|online|link|services|video|chat|xyz|top|vip)"
)
_ENDING = re.compile(rf"\.{_ENDINGS}(?![\w.-])", re.I)
_RUN = re.compile(r"[\w@.-]+$")
_HOST_IN_CODE = re.compile(
    rf"(?<![\w@.-])((?:[a-z0-9_-]{{1,63}}\.){{1,6}}{_ENDINGS})(?![\w.-])((?:/[^\s\"'<>\\)]{{0,300}})?)", re.I
)
_NOT_RESOURCE_RELS = frozenset(
    [
        "canonical",
        "alternate",
        "author",
        "me",
        "publisher",
        "next",
        "prev",
        "previous",
        "search",
        "profile",
        "license",
        "bookmark",
        "help",
        "contents",
        "index",
        "first",
        "last",
        "start",
        "up",
        "home",
        "section",
        "chapter",
        "glossary",
        "syndication",
        "webmention",
    ]
)
_HINTS = frozenset({"dns-prefetch", "preconnect"})
_SCRIPT_SOURCES = ("src", "data-src", "data-rocketlazyloadscript", "data-cfsrc")
_DATA_TYPES = re.compile(r"json|text/template|text/html|x-handlebars|ng-template|text/plain", re.I)


@dataclass(frozen=True, slots=True)
class Surface:
    """What shows of a page, in the parts fingerprints are written for.

    `scripts`: URLs of scripts. `urls`: URLs of every loaded resource and form target, scripts included.
    `hints`: hosts a browser is told to look up ahead (`dns-prefetch`, `preconnect`), asked or not.
    `anchors`: URLs of links a visitor may follow. `code`: inline scripts. `code_hosts`: host and path of
    addresses within inline scripts. `tokens`: words of class and id attributes. `meta`, `headers`, `cookies`:
    by lower-case name. `dns`: record type in lower case (`mx`, `txt`, `cname`, `ns`) to values.
    """

    html: str
    scripts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    code: str = ""
    code_hosts: tuple[str, ...] = ()
    comments: str = ""
    tokens: frozenset[str] = frozenset()
    meta: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    dns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    certificate_issuer: str = ""
    url: str = ""


def read_surface(
    html: str,
    url: str | None = None,
    headers: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | Iterable[str] | None = None,
    dns: Mapping[str, Sequence[str]] | None = None,
    certificate_issuer: str | None = None,
) -> Surface:
    """The surface of one page; `html` may be broken, huge or no HTML at all."""
    html = html[:MAX_HTML]
    live, comments = _set_comments_aside(html)
    scripts: list[str] = []
    urls: list[str] = []
    hints: list[str] = []
    anchors: list[str] = []
    meta: dict[str, list[str]] = {}
    code: list[str] = []
    ends = [match.start() for match in _ENDS["<scr"].finditer(live)]
    inside = 0  # where the inline script that was last read ends: what opens within it is its text
    for match in _TAG.finditer(live):
        tag, attributes = match.group(1).lower(), _attributes(match.group(2))
        if tag == "script":
            sources = _addresses(attributes, _SCRIPT_SOURCES)
            scripts.extend(sources)
            urls.extend(sources)
            if not sources and match.start() >= inside and not _DATA_TYPES.search(attributes.get("type", "")):
                end = _next(ends, match.end())
                inside = len(live) if end is None else end
                code.append(live[match.end() + 1 : inside])
        elif tag == "meta":
            _read_meta(attributes, meta)
        elif tag in ("a", "area"):
            anchors.extend(_addresses(attributes, ("href",)))
        elif tag == "link":
            rels = set(attributes.get("rel", "").lower().split())
            if rels and rels <= _HINTS:
                hints.extend(_addresses(attributes, ("href",)))
            elif not _NOT_RESOURCE_RELS & rels:
                urls.extend(_addresses(attributes, ("href",)))
        else:
            urls.extend(
                _addresses(
                    attributes, ("src", "data-src", "data-original", "action", "data", "poster", "background")
                )
            )
    urls.extend(_style_urls(live))
    inline = "\n".join(code).replace("\\/", "/")
    sent = _lower(headers or {})
    return Surface(
        html=live,
        scripts=tuple(dict.fromkeys(scripts)),
        urls=tuple(dict.fromkeys(urls)),
        hints=tuple(dict.fromkeys(hints)),
        anchors=tuple(dict.fromkeys(anchors)),
        code=inline,
        code_hosts=tuple(dict.fromkeys(_hosts_in(inline))),
        comments="\n".join(comments),
        tokens=frozenset(
            word for groups in _TOKENS.findall(live) for part in groups for word in part.split()
        ),
        meta=meta,
        headers=sent,
        cookies=_cookies(cookies, sent),
        dns={
            kind.lower(): [value.strip().rstrip(".") for value in values]
            for kind, values in (dns or {}).items()
        },
        certificate_issuer=certificate_issuer or "",
        url=url or "",
    )


def _set_comments_aside(html: str) -> tuple[str, list[str]]:
    """The page without its comments, and the comments. What looks like one inside a script or a style is none."""
    live: list[str] = []
    comments: list[str] = []
    kept, position = 0, 0
    ends = {opening: [match.start() for match in end.finditer(html)] for opening, end in _ENDS.items()}
    while opening := _OPENING.search(html, position):
        end = _next(ends[opening.group()[:4].lower()], opening.end())
        if end is None:  # never closed: browsers run to the end of the page, we go on behind the opening
            position = opening.end()
            continue
        position = end
        if opening.group() == "<!--":
            live.append(html[kept : opening.start()])
            comments.append(html[opening.end() : end])
            kept = position = end + 3
    live.append(html[kept:])
    return " ".join(live), comments


def _style_urls(html: str) -> Iterator[str]:
    """Absolute addresses in styles; openings are found as plain text, which is ten times faster than by pattern."""
    for opening in _STYLE_OPENINGS:
        start = html.find(opening)
        while start >= 0:
            match = _STYLE_URL.match(html, start)
            if match:
                yield match.group(1)
            start = html.find(opening, match.end() if match else start + len(opening))


def _hosts_in(code: str) -> Iterator[str]:
    """Host and path of the addresses in a script, found by the endings of hosts and read from where each begins."""
    read = 0
    for ending in _ENDING.finditer(code):
        if ending.start() < read:
            continue
        begin = _RUN.search(code[max(read, ending.start() - 400) : ending.start()])
        match = _HOST_IN_CODE.match(code, ending.start() - len(begin.group())) if begin else None
        if match:
            read = match.end()
            yield match.group(1) + match.group(2)


def _next(positions: Sequence[int], start: int) -> int | None:
    """The first position at or after `start`; looked up, so that a page of openings costs no quadratic time."""
    n = bisect_left(positions, start)
    return positions[n] if n < len(positions) else None


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), double or single or bare)
    return found


def _addresses(attributes: Mapping[str, str], names: tuple[str, ...]) -> list[str]:
    values = (unescape(attributes[name]).strip()[:2000] for name in names if attributes.get(name))
    return [value for value in values if value and not value.startswith("data:")]


def _read_meta(attributes: Mapping[str, str], meta: dict[str, list[str]]) -> None:
    name = (
        attributes.get("name")
        or attributes.get("property")
        or attributes.get("http-equiv")
        or attributes.get("itemprop")
    )
    if name:
        meta.setdefault(name.lower(), []).append(unescape(attributes.get("content", "")))


def _lower(headers: Mapping[str, str]) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in headers.items():
        sent.setdefault(name.lower(), []).append(str(value))
    return sent


def _cookies(
    given: Mapping[str, str] | Iterable[str] | None, headers: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Cookies by lower-case name, from what was given and from `Set-Cookie` headers (several may be folded into one)."""
    cookies: dict[str, str] = {}
    for line in headers.get("set-cookie", ()):
        for part in re.split(r",\s*(?=[\w.!#$%&'*+^`|~-]+=)", line):
            name, _, value = part.split(";", 1)[0].partition("=")
            cookies[name.strip().lower()] = value.strip()
    if isinstance(given, Mapping):
        cookies.update({name.lower(): value for name, value in given.items()})
    elif given is not None:
        cookies.update({name.lower(): "" for name in given})
    return cookies

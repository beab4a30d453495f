"""A visit to a company's site: its home page, then the few pages that say who it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from accounts.errors import SourceError
from accounts.observation import Outcome
from accounts.values.web import host_of, registrable_domain
from enrichers.base import Web
from enrichers.firmographic.choose import choose_from_sitemap, choose_pages, site_of, variant_for
from enrichers.firmographic.condition import Condition, Finding, frame_targets, refresh_target
from enrichers.firmographic.page import Page
from enrichers.firmographic.read import PageRead, read_page
from enrichers.web.charset import decode
from enrichers.web.response import Response
from enrichers.web.timing import SystemTimer, Timer

PAGES_PER_SITE = 6
SECONDS_PER_SITE = 90.0
_GONE = (404, 410)
_FRAMED_TEXT = 30
"""Characters beside a frame of another site from which the page speaks for itself."""
_SAID_BROKEN = (Condition.FOR_SALE, Condition.PARKED, Condition.SUSPENDED)
_MARKETS = re.compile(
    r"(?:^|\.)(?:hugedomains|sedo|sedoparking|dan|afternic|undeveloped|buydomains|domainmarket|squadhelp|atom|brandbucket|4\.cn|juming|22\.cn)\.(?:com|cn)$"
)
_BINARY = re.compile(
    rb"^(?:%PDF|\x89PNG|GIF8|\xff\xd8\xff|PK\x03\x04|\x1f\x8b|RIFF|BM....\x00|Rar!|7z)", re.DOTALL
)


@dataclass
class Visit:
    """What became of a visit. `reads` and `responses` go together, the home page first."""

    asked: str
    outcome: Outcome = Outcome.FAILED
    error: str = ""
    requests: int = 0
    reads: list[PageRead] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    moved_to: str | None = None

    @property
    def home(self) -> Page | None:
        """The home page, where one was read."""
        return self.reads[0].page if self.reads else None


def site_address(website: str) -> str | None:
    """The address to ask for a website as a CRM holds it: bare domains get `https://`; None where it names no host.

    >>> site_address(" Acme.com "), site_address("http://acme.com/uk/")
    ('https://acme.com/', 'http://acme.com/uk/')
    """
    text = website.strip().split()[0] if website.strip() else ""
    host, stated = host_of(text), bool(re.match(r"(?i)https?://", text))
    if host is None or (registrable_domain(text) is None and not stated):
        return None
    if not stated:
        text = "https://" + text.split("://")[-1].lstrip("/")
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    return urlunsplit((parts.scheme.lower(), host + port, parts.path or "/", parts.query, ""))


class Visitor:
    """Visits sites through a `Web` under settings `pages_per_site` and `seconds_per_site`."""

    def __init__(self, web: Web, settings: Mapping[str, Any], timer: Timer | None = None) -> None:
        self._web = web
        self._pages = int(settings.get("pages_per_site", PAGES_PER_SITE))
        self._seconds = float(settings.get("seconds_per_site", SECONDS_PER_SITE))
        self._timer = timer or SystemTimer()

    def visit(self, url: str, country: str | None = None, language: str | None = None) -> Visit:
        """Reads a site from its home page; where it has one in `language`, goes on from there.

        Never raises for what the world does.
        """
        visit = Visit(url)
        started = self._timer.seconds()
        response = self._home(visit)
        if response is None:
            return visit
        self._take(visit, response, country)
        if not visit.reads:
            return visit
        self._follow(visit, country)
        self._note_move(visit)
        if not any(finding.condition in _SAID_BROKEN for finding in visit.findings):
            self._more(visit, country, started, self._in_language(visit, country, language))
        visit.error = visit.error[:500]
        return visit

    def _get(self, visit: Visit, url: str) -> Response:
        visit.requests += 1
        return self._web.get(url)

    def _home(self, visit: Visit) -> Response | None:
        """The answer of the first spelling of the address that answers: https, http, with www."""
        for url in _spellings(visit.asked):
            try:
                response = self._get(visit, url)
            except SourceError as error:
                visit.error = visit.error or error.what
            else:
                visit.error = ""
                return response
        return None

    def _take(self, visit: Visit, response: Response, country: str | None) -> None:
        """Reads a home page's answer into the visit, or says why it cannot be read."""
        status = response.status
        if is_page(response):
            read = read_page(decode(response.body, response.headers), response.final_url, country)
            broken = read.finding is not None and read.finding.condition in _SAID_BROKEN
            if response.ok or broken:
                visit.outcome = Outcome.ROWS
                visit.reads.append(read)
                visit.responses.append(response)
                if read.finding:
                    visit.findings.append(read.finding)
                return
        if status in _GONE:
            visit.outcome, visit.error = Outcome.NOT_FOUND, f"{response.final_url} answered {status}"
        elif response.ok:
            kind = response.content_type or "no content type"
            visit.outcome, visit.error = (
                Outcome.ZERO_ROWS,
                f"{response.final_url} is no page ({kind}, {len(response.body)} bytes)",
            )
        else:
            visit.outcome, visit.error = Outcome.FAILED, f"{response.final_url} answered {status}"

    def _follow(self, visit: Visit, country: str | None) -> None:
        """Goes where the home page sends its reader: a meta refresh, or the frames it is made of."""
        home = visit.reads[0].page
        target = refresh_target(home)
        targets = [target] if target else [url for url in frame_targets(home) if _is_shown(url, home)]
        for url in targets:
            if not url.startswith("http") or url.rstrip("/") == (home.url or "").rstrip("/"):
                continue
            read = self._page(visit, url, country)
            if read and target:
                visit.reads.insert(0, visit.reads.pop())
                visit.responses.insert(0, visit.responses.pop())
            if read and not read.finding:
                visit.findings = [
                    f for f in visit.findings if f.condition not in (Condition.EMPTY, Condition.SCRIPT_ONLY)
                ]

    def _page(self, visit: Visit, url: str, country: str | None) -> PageRead | None:
        """One more page; what went wrong is added to the visit's error."""
        try:
            response = self._get(visit, url)
        except SourceError as error:
            self._add_error(visit, error.what)
            return None
        if not response.ok or not is_page(response):
            if response.status not in _GONE and not response.ok:
                self._add_error(visit, f"{url} answered {response.status}")
            return None
        read = read_page(decode(response.body, response.headers), response.final_url, country)
        visit.reads.append(read)
        visit.responses.append(response)
        return read

    @staticmethod
    def _add_error(visit: Visit, what: str) -> None:
        visit.error = f"{visit.error}; {what}" if visit.error else what

    def _note_move(self, visit: Visit) -> None:
        """Says that the site now lives on another registrable domain."""
        final = visit.responses[0].final_url
        asked, landed = site_of(visit.asked), site_of(final)
        if landed is None or landed == asked:
            return
        if _MARKETS.search(landed):
            visit.findings.append(Finding(Condition.FOR_SALE, f"{visit.asked} leads to {final}", 0.9))
            return
        visit.moved_to = final
        visit.findings.append(Finding(Condition.MOVED, f"{visit.asked} leads to {final}", 0.95))

    def _in_language(self, visit: Visit, country: str | None, language: str | None) -> Page:
        """The page to go on from: the home page, or its variant in the account's language, which is read for it."""
        home = visit.reads[0].page
        url = variant_for(home, language) if language and len(visit.reads) < self._pages else None
        read = self._page(visit, url, country) if url else None
        if read is None or read.finding or read.page.language != language or _seen_before(visit):
            if read is not None:
                visit.reads.pop()
                visit.responses.pop()
            return home
        return read.page

    def _more(self, visit: Visit, country: str | None, started: float, home: Page) -> None:
        """The other pages worth reading, within the site's budget of pages and seconds; `home` links to them."""
        left = self._pages - len(visit.reads)
        urls = choose_pages(home, left, [response.final_url for response in visit.responses])
        if not urls and left > 0 and home.url:
            urls = self._from_sitemap(visit, home.url, left)
        for url in urls:
            if self._timer.seconds() - started > self._seconds:
                self._add_error(
                    visit, f"stopped after {self._seconds:.0f} s with {len(visit.reads)} pages read"
                )
                return
            read = self._page(visit, url, country)
            if read and (_seen_before(visit) or site_of(read.page.url or "") != site_of(home.url or "")):
                visit.reads.pop()
                visit.responses.pop()

    def _from_sitemap(self, visit: Visit, home: str, limit: int) -> list[str]:
        """Pages by the sitemap, where the home page links to none."""
        try:
            response = self._get(visit, urljoin(home, "/sitemap.xml"))
        except SourceError:
            return []
        return choose_from_sitemap(response.body, home, limit) if response.ok else []


def _is_shown(url: str, home: Page) -> bool:
    """True for a frame that is the page itself, as where a domain is forwarded in a frame; not for a map beside a few words."""
    return site_of(url) == site_of(home.url or "") or len(home.text.strip()) < _FRAMED_TEXT


def _seen_before(visit: Visit) -> bool:
    """True where the last answer is one that was read already: the same address, or the same bytes under another."""
    last = visit.responses[-1]
    return any(
        r.final_url == last.final_url or r.body_sha256 == last.body_sha256 for r in visit.responses[:-1]
    )


def _spellings(url: str) -> list[str]:
    """The stated address, then the other ways one host is commonly spelt."""
    spellings = [url]
    if url.startswith("https://"):
        spellings.append("http://" + url[8:])
    host = host_of(url) or ""
    if host == registrable_domain(host):
        spellings.append(url.replace(f"//{host}", f"//www.{host}", 1))
    return spellings


def is_page(response: Response) -> bool:
    """True for what looks like a page; content types lie, so the first bytes count for more."""
    head = response.body[:2048].lstrip()
    if not head or _BINARY.match(head):
        return False
    if re.match(
        rb"(?i)(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|meta|title|\?xml|!--|div|script|frameset)",
        head,
    ):
        return not re.match(rb"(?is).{0,200}<(?:rss|feed|urlset|sitemapindex)\b", head)
    return response.content_type in ("text/html", "application/xhtml+xml", "") and b"<" in head

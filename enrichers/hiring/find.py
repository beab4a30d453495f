"""Which job boards a company's own site leads to: by links, frames and scripts of its home and careers pages, and redirects.

A board is never guessed from a company's name: the same slug is not the same company.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from accounts.errors import SourceError
from accounts.values.web import registrable_domain
from enrichers.base import Web
from enrichers.firmographic.name_parts import domain_label, domain_likeness
from enrichers.firmographic.page import parse_page
from enrichers.firmographic.site_links import links
from enrichers.hiring.board import Board
from enrichers.hiring.boards import board_named, boards
from enrichers.hiring.job_posting import roles_in
from enrichers.web.charset import decode
from enrichers.web.once import get_home, get_once
from enrichers.web.response import Response

PAGES = 4
_MOST_BOARDS = 3
_MOST_TEXT = 2_000_000
_ADDRESS = re.compile(
    r"//((?:[\w-]+\.){1,6}(?:greenhouse\.io|lever\.co|ashbyhq\.com|smartrecruiters\.com|workable\.com|recruitee\.com|teamtailor\.com"
    r"|personio\.(?:de|com)|bamboohr\.com|myworkdayjobs\.com|myworkdaysite\.com|pinpointhq\.com|icims\.com|oraclecloud\.com|jobvite\.com"
    r"|rippling\.com|eightfold\.ai|paylocity\.com|mokahr\.com|zhiye\.com|italent\.cn|feishu\.cn)[^\s\"'<>\\)]{0,500})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundBoard:
    """A board, the slug that names the company's own, and the address that led to it."""

    board: Board
    slug: str
    linked: str

    @property
    def name(self) -> str:
        """The board's stable name: `greenhouse:acme`."""
        return f"{self.board.kind}:{self.slug}"


@dataclass
class Search:
    """What looking for boards came to; `home` is None where the site did not answer."""

    home: Response | None = None
    found: list[FoundBoard] = field(default_factory=list)
    requests: int = 0
    errors: list[str] = field(default_factory=list)


def find_boards(web: Web, site: str, name: str, today: date, pages: int = PAGES) -> Search:
    """The boards a site leads to. Raises SourceError where the home page cannot be had."""
    search = Search()
    home, search.requests = get_home(web, site)
    search.home = home
    if not home.ok:
        return search
    todo = _take(search, home, today, site=site)
    seen = {home.final_url, site}
    while todo and not search.found and len(seen) <= pages:
        url = todo.pop(0)
        if url in seen:
            continue
        seen.add(url)
        try:
            response, requests = get_once(web, url)
        except SourceError as error:
            search.requests += 1
            search.errors.append(error.what)
            continue
        search.requests += requests
        if response.ok:
            todo += _take(search, response, today, site=site, careers=True)
    search.found = _trusted(search.found, name, site)
    return search


def parse_named(named: str) -> FoundBoard | None:
    """A board as configuration names it: `greenhouse:acme`; None where there is no such board."""
    kind, _, slug = named.partition(":")
    board = board_named(kind)
    return FoundBoard(board, slug, slug if slug.startswith("http") else "") if board and slug else None


def _take(search: Search, response: Response, today: date, *, site: str, careers: bool = False) -> list[str]:
    """Takes the boards a page names into the search; gives the careers pages it leads to."""
    led = [_recognise(url) for url in (response.final_url,)]
    text = decode(response.body, response.headers)[:_MOST_TEXT]
    found = [board for board in led if board] or list(_named_in(text))
    page = parse_page(text, response.final_url)
    if careers and not found:
        found = list(_own_boards(text, response.final_url, page.root, today))
    for board in found:
        if board.name not in {known.name for known in search.found}:
            search.found.append(board)
    leads = links(page, ())
    home = registrable_domain(site)
    return [url for url in leads["careers"] if registrable_domain(url) == home]


def _named_in(text: str) -> Iterator[FoundBoard]:
    """Boards whose addresses stand anywhere in a page: links, frames, scripts, settings in JSON."""
    for match in _ADDRESS.finditer(html.unescape(text.replace("\\/", "/"))):
        board = _recognise("https://" + match[1])
        if board is not None:
            yield board


def _recognise(url: str) -> FoundBoard | None:
    for board in boards():
        slug = board.slug_of(url)
        if slug is not None:
            return FoundBoard(board, slug, url)
    return None


def _own_boards(text: str, url: str, root: object, today: date) -> Iterator[FoundBoard]:
    """A board system on the company's own domain, known by its marks; else a page that marks its roles up."""
    host = url.partition("://")[2].partition("/")[0]
    for board in boards():
        if any(mark in text for mark in board.marks):
            yield FoundBoard(board, url if board.kind == "phenom" else host, url)
            return
    page = board_named("page")
    if page is not None and any(True for _ in roles_in(root, url, today)):
        yield FoundBoard(page, url, url)


def _trusted(found: list[FoundBoard], name: str, site: str) -> list[FoundBoard]:
    """The boards that may be the company's: where a page names many, it lists others' too, and only kin are kept."""
    if len(found) <= _MOST_BOARDS:
        return found
    label = domain_label(site) or ""
    kin = [board for board in found if _is_kin(board.slug, label, name)]
    return kin[:_MOST_BOARDS]


def _is_kin(slug: str, label: str, name: str) -> bool:
    bare = re.sub(r"[^a-z0-9]", "", slug.lower().partition("/")[0].partition(".")[0])
    return bool(bare) and (
        bare in label or (len(label) >= 3 and label in bare) or domain_likeness(name, bare) >= 0.85
    )

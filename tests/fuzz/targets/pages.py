"""Pages and what hangs on them: the HTML reader whole, technologies, careers pages, articles, charsets, robots.txt."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path

from enrichers.firmographic.page import parse_page
from enrichers.firmographic.read import read_page, settle
from enrichers.firmographic.saved import firmographics, technologies
from enrichers.hiring.find import Search, _take
from enrichers.hiring.html_page import parse_html
from enrichers.hiring.job_posting import roles_in
from enrichers.news.article import read_article
from enrichers.news.newsroom import listed_entries, newsroom_links
from enrichers.technographic.words import find_mentions
from enrichers.web.charset import decode
from enrichers.web.decompress import decompress
from enrichers.web.plain import plain
from enrichers.web.response import Response
from enrichers.web.robots import Robots
from enrichers.web.target import parse_target
from enrichers.web.timing import StillTimer
from enrichers.web.transport import Hop
from tests.enrichers.contract import NOW
from tests.enrichers.hiring.answers import rows
from tests.enrichers.news import world as news
from tests.fuzz.mutate import markup, sized
from tests.fuzz.target import Target, answered, envelope, opened

ROOT = Path(__file__).resolve().parents[3]
URL = "https://www.kettleworks.test/kontakt/"


@cache
def pages() -> Sequence[bytes]:
    """Our pages: the fixtures of the site reader, the demo's sample, newsrooms and careers pages."""
    saved = [
        *(ROOT / "tests/enrichers/firmographic/fixtures").glob("*.html"),
        *(ROOT / "demo/sample/bodies").glob("*.html"),
    ]
    told = [
        news.PLANT.encode(),
        news.ROOM_ZH.encode(),
        *(rows(kind) for kind in ("icims", "jobvite", "phenom", "paylocity", "page")),
    ]
    return [*(path.read_bytes() for path in sorted(saved)), *told]


def _enveloped() -> Sequence[bytes]:
    return [envelope(body, type="text/html; charset=utf-8") for body in pages()]


def _response(data: bytes) -> Response:
    _, status, kind, body = opened(data)
    return Response(URL, URL, status, {"content-type": kind}, body, "0" * 64, NOW)


def _text(data: bytes) -> str:
    response = _response(data)
    return decode(response.body, response.headers)


def read_site(data: bytes) -> None:
    """A site's page, read whole and settled, as told."""
    read = read_page(_text(data), URL)
    for facts in firmographics(settle([read, read])).values():
        for fact in facts:
            repr(fact).encode()


def read_technologies(data: bytes) -> None:
    """The technologies of a page."""
    response = _response(data)
    technologies(
        decode(response.body, response.headers),
        URL,
        {**response.headers, "server": response.content_type, "x-powered-by": "PHP/8.1"},
    )


def read_careers(data: bytes) -> None:
    """Boards, roles, articles and news on a page."""
    response, today = _response(data), date(2026, 11, 22)
    _take(Search(), response, today, site=URL, careers=True)
    text = decode(response.body, response.headers)
    page = parse_page(text, URL)
    newsroom_links(page)
    listed_entries(page)
    read_article(text, URL)
    find_mentions(plain(text)[:20_000])
    list(roles_in(parse_html(response.body), URL, today))


def read_body(data: bytes) -> None:
    """A body that lies about its encoding, as text."""
    _, status, kind, body = opened(data)
    decode(body, {"content-type": kind}).encode()
    decompress(body, ("gzip", "deflate", "gzip, gzip", kind)[status % 4], 1_000_000)


def read_robots(data: bytes) -> None:
    """The rules of a robots.txt, asked about a page."""
    robots = Robots(lambda _: Hop(200, {}, data), "evergreen-crm/1.0", StillTimer())
    for path in ("/kontakt/", "/" + "a" * 1500, "/a/b/c?d=e&f=%C3%A9"):
        robots.check(parse_target("https://www.kettleworks.test" + path))


def read_address(data: bytes) -> None:
    """A web address, and where a redirect to it leads."""
    text = data.decode("utf-8", "replace")
    with suppress(ValueError):  # what `join` raises for nonsense
        parse_target("https://www.kettleworks.test/a/").join(data.decode("latin-1"))
    parse_target(text)


ROBOTS = (
    b"User-agent: *\nDisallow: /*a*a*a*a*a*a*a*b$\nCrawl-delay: 5\nAllow: /kontakt\n\nUser-agent: evergreen-crm\nDisallow: /x\nRequest-rate: 1/5 0900-1700\nSitemap: http://x\n",
    b"\xef\xbb\xbfuser-agent: evergreen-crm\r\ndisallow: /*.php$\r\nvisit-time: 0100-0200\r\n",
)  # fmt: skip
ADDRESSES = tuple(
    text.encode()
    for text in (
        "https://www.kettleworks.test/a?b=c#d", "//user:pw@[::ffff:169.254.169.254]:80/x", "http://0x7f.1/", "http://2130706433/", "HTTP://例え.テスト/ü?é=1", "../..//x", "http://www.a.test.:443",
    )
)  # fmt: skip

TARGETS = (
    Target("page", _enveloped, answered(markup), lambda: read_site, 14_000),
    Target("technologies", _enveloped, answered(markup), lambda: read_technologies, 6_000),
    Target("careers and news pages", _enveloped, answered(markup), lambda: read_careers, 6_000),
    Target("bodies and charsets", _enveloped, answered(sized), lambda: read_body, 6_000),
    Target("robots", lambda: ROBOTS, sized, lambda: read_robots, 3_000),
    Target("addresses", lambda: ADDRESSES, sized, lambda: read_address, 5_000),
)

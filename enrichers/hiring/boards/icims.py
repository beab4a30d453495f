"""iCIMS: the search page inside its frame. Recorded answers; HTML, so a new look of theirs may break it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from lxml import html as lxml_html

from accounts.errors import SourceBroken
from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses
from enrichers.hiring.html_page import parse_html, shown
from enrichers.shapes import day, join_url

_NUMBER = re.compile(r"/jobs/(\d+)/")
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2}")
_PAGE = 20


def _ask(slug: str, offset: int) -> Ask:
    return Ask(f"https://{slug}/jobs/search?ss=1&pr={offset // _PAGE}&in_iframe=1")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    root = parse_html(body)
    roles = tuple(_roles(slug, root))
    if not roles and b"icims" not in body.lower():
        raise SourceBroken("The answer is not an iCIMS search page.")
    return Listing(roles)


def _roles(slug: str, root: lxml_html.HtmlElement) -> Iterator[Role]:
    for link in root.iter("a"):
        match = _NUMBER.search(link.get("href") or "")
        heading = link.find(".//h3") if match else None
        if match is None or (heading is None and "iCIMS_Anchor" not in (link.get("class") or "")):
            continue
        title = shown(heading) if heading is not None else shown(link).removeprefix("Job Title").strip()
        card = next((a for a in link.iterancestors() if "iCIMS_JobCardItem" in (a.get("class") or "")), None)
        places = (
            card.xpath(".//*[contains(@class,'header')]//span[not(contains(@class,'sr-only'))]")
            if card is not None
            else []
        )
        when = (
            _DATE.search(" ".join(e.get("title") or "" for e in card.iter("span")))
            if card is not None
            else None
        )
        if title:
            url = join_url(f"https://{slug}/", link.get("href").partition("?")[0])
            yield Role(
                match[1],
                title,
                url,
                day(when.group()) if when else None,
                "",
                "; ".join(filter(None, map(shown, places))),
            )


BOARD = Board(
    kind="icims",
    certainty=Certainty.RECORDED,
    addresses=addresses(r"([\w-]+\.icims\.com)(?:/jobs|/?$|/\?)"),
    ask=_ask,
    parse=_parse,
    page_size=_PAGE,
)

"""Phenom: the search page of a careers site on the company's own domain. Recorded answers.

The page carries its first rows as JSON (`phApp.ddo`), or marks them up (`data-ph-at-…`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date

from accounts.errors import SourceBroken
from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role
from enrichers.hiring.html_page import parse_html, shown
from enrichers.shapes import day, dig, join_url, objects, text, whole
from enrichers.web.charset import decode

_DATA = re.compile(r"phApp\.ddo\s*=\s*(?=\{)")
_MARK = "data-ph-at-job-"
_PAGE = 10


def _ask(slug: str, offset: int) -> Ask:
    url = slug.rstrip("/")
    url = url if "search-results" in url else f"{url}/search-results"
    return Ask(f"{url}?from={offset}&s=1" if offset else url)


def _parse(slug: str, body: bytes, today: date) -> Listing:
    page = decode(body, {})
    found = _embedded(page)
    if found is not None:
        rows = objects(dig(found, "data", "jobs"))
        return Listing(
            tuple(_role(slug, row) for row in rows if text(row.get("title"))), whole(dig(found, "totalHits"))
        )
    roles = {role.id: role for role in _marked(slug, body, today)}
    if not roles and "phApp" not in page and "data-ph-" not in page:
        raise SourceBroken("The answer is not a Phenom search page.")
    return Listing(tuple(roles.values()))


def _embedded(page: str) -> object:
    match = _DATA.search(page)
    if match is None:
        return None
    try:
        data, _ = json.JSONDecoder().raw_decode(page, match.end())
    except (ValueError, RecursionError):
        return None
    return dig(data, "eagerLoadRefineSearch")


def _role(slug: str, row: object) -> Role:
    number = text(dig(row, "jobId")) or text(dig(row, "jobSeqNo"))
    return Role(
        id=number,
        title=text(dig(row, "title")),
        url=_job_url(slug, text(dig(row, "jobSeqNo")) or number, text(dig(row, "applyUrl"))),
        posted_on=day(dig(row, "postedDate")),
        department=text(dig(row, "category")),
        place=text(dig(row, "cityStateCountry")) or text(dig(row, "location")),
        text=text(dig(row, "descriptionTeaser")),
    )


def _job_url(slug: str, number: str, applying: str) -> str:
    if slug.startswith("http") and number:
        return join_url(slug.rstrip("/") + "/", f"job/{number}")
    return applying or slug


def _marked(slug: str, body: bytes, today: date) -> Iterator[Role]:
    for node in parse_html(body).iter("a"):
        number = node.get(f"{_MARK}id-text")
        title = text(node.get(f"{_MARK}title-text")) or shown(node)
        if not number or not title:
            continue
        yield Role(
            id=text(number),
            title=title,
            url=join_url(
                slug if slug.startswith("http") else "https://careers.invalid/", node.get("href") or ""
            ),
            posted_on=day(node.get(f"{_MARK}post-date-text"), today),
            department=text(node.get(f"{_MARK}category-text")),
            place=text(node.get(f"{_MARK}location-text")),
        )


BOARD = Board(
    kind="phenom",
    certainty=Certainty.RECORDED,
    addresses=(),
    ask=_ask,
    parse=_parse,
    page_size=_PAGE,
    marks=("phApp.ddo", "cdn.phenompeople.com"),
)

"""Workday: the careers site's own search (CXS), a POST of at most twenty rows. Recorded answers; dates are words."""

from __future__ import annotations

import json
from datetime import date

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses
from enrichers.shapes import day, dig, listed, load_object, objects, text, whole

_PAGE = 20


def _ask(slug: str, offset: int) -> Ask:
    host, _, site = slug.partition("/")
    tenant, _, name = site.rpartition("/")
    tenant = tenant or host.partition(".")[0]
    question = {"appliedFacets": {}, "limit": _PAGE, "offset": offset, "searchText": ""}
    return Ask(f"https://{host}/wday/cxs/{tenant}/{name}/jobs", json.dumps(question).encode())


def _parse(slug: str, body: bytes, today: date) -> Listing:
    data = load_object(body, "a Workday list")
    rows = objects(listed(data, "jobPostings", "a Workday list"))
    roles = tuple(_role(slug, row, today) for row in rows if text(row.get("title")))
    return Listing(roles, whole(data.get("total")))


def _role(slug: str, row: object, today: date) -> Role:
    host, _, site = slug.partition("/")
    path = text(dig(row, "externalPath"))
    return Role(
        id=path.rpartition("_")[2] or text(dig(row, "bulletFields", 0)) or path,
        title=text(dig(row, "title")),
        url=f"https://{host}/{site}{path}",
        posted_on=day(dig(row, "postedOn"), today),
        place=text(dig(row, "locationsText")),
    )


BOARD = Board(
    kind="workday",
    certainty=Certainty.RECORDED,
    addresses=addresses(
        r"([\w-]+\.wd\d+\.myworkdayjobs\.com)/wday/cxs/[\w-]+/([\w-]+)",
        r"([\w-]+\.wd\d+\.myworkdayjobs\.com)/(?:[a-z]{2}-[A-Z]{2}/)?(?!wday)([\w-]+)",
        r"(wd\d+\.myworkdaysite\.com)/(?:[a-z]{2}-[A-Z]{2}/)?recruiting/([\w-]+/[\w-]+)",
    ),
    ask=_ask,
    parse=_parse,
    page_size=_PAGE,
)

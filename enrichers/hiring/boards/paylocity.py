"""Paylocity: the list page of a careers site, which carries its rows as JSON. Recorded answers."""

from __future__ import annotations

import json
import re
from datetime import date

from accounts.errors import SourceBroken
from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses, joined
from enrichers.shapes import day, dig, objects, text
from enrichers.web.charset import decode
from enrichers.web.plain import plain

_DATA = re.compile(r"window\.pageData\s*=\s*(?=\{)")


def _ask(slug: str, _: int) -> Ask:
    return Ask(f"https://recruiting.paylocity.com/recruiting/jobs/All/{slug}")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    page = decode(body, {})
    match = _DATA.search(page)
    try:
        data = json.JSONDecoder().raw_decode(page, match.end())[0] if match else None
    except (ValueError, RecursionError):
        data = None
    rows = dig(data, "Jobs")
    if not isinstance(rows, list):
        raise SourceBroken("The answer is not a Paylocity list.")
    return Listing(
        tuple(_role(row) for row in objects(rows) if text(row.get("JobId")) and text(row.get("JobTitle")))
    )


def _role(row: object) -> Role:
    place = dig(row, "JobLocation")
    told = dig(row, "Description")
    number = text(dig(row, "JobId"))
    return Role(
        id=number,
        title=text(dig(row, "JobTitle")),
        url=f"https://recruiting.paylocity.com/Recruiting/Jobs/Details/{number}",
        posted_on=day(dig(row, "PublishedDate")),
        department=text(dig(row, "HiringDepartment")),
        place=joined(text(dig(place, "City")), text(dig(place, "State")), text(dig(place, "Country")))
        or text(dig(row, "LocationName")),
        text=plain(told) if isinstance(told, str) else "",
    )


BOARD = Board(
    kind="paylocity",
    certainty=Certainty.RECORDED,
    addresses=addresses(r"recruiting\.paylocity\.com/recruiting/jobs/all/([\w-]+)"),
    ask=_ask,
    parse=_parse,
)

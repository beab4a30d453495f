"""Rippling: a board's jobs as a list, or page by page in the newer interface. Recorded answers."""

from __future__ import annotations

from datetime import date

from accounts.errors import SourceBroken
from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses
from enrichers.shapes import day, dig, load, objects, text, whole


def _ask(slug: str, _: int) -> Ask:
    return Ask(f"https://api.rippling.com/platform/api/ats/v1/board/{slug}/jobs")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    data = load(body, "a Rippling list")
    rows = data if isinstance(data, list) else dig(data, "items")
    if not isinstance(rows, list):
        raise SourceBroken("The answer is not a Rippling list.")
    found = [row for row in objects(rows) if text(row.get("name"))]
    if rows and not found:
        raise SourceBroken("The answer is not a Rippling list.")
    roles = {role.id: role for role in reversed([_role(slug, row) for row in found])}
    return Listing(tuple(reversed(roles.values())), whole(dig(data, "totalItems")))


def _role(slug: str, row: object) -> Role:
    number = text(dig(row, "uuid")) or text(dig(row, "id"))
    places = [
        text(dig(row, "workLocation", "label")),
        *(text(dig(p, "name")) for p in objects(dig(row, "locations"))),
    ]
    return Role(
        id=number or text(dig(row, "url")),
        title=text(dig(row, "name")),
        url=text(dig(row, "url")) or f"https://ats.rippling.com/{slug}/jobs/{number}",
        posted_on=day(dig(row, "createdOn")) or day(dig(row, "publishedAt")),
        department=text(dig(row, "department", "label")) or text(dig(row, "department", "name")),
        place="; ".join(filter(None, places)),
    )


BOARD = Board(
    kind="rippling",
    certainty=Certainty.RECORDED,
    addresses=addresses(
        r"ats\.rippling\.com/(?:[a-z]{2}-[A-Z]{2}/)?([\w-]+)/jobs",
        r"api\.rippling\.com/platform/api/ats/v\d/board/([\w-]+)",
    ),
    ask=_ask,
    parse=_parse,
)

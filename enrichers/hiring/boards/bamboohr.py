"""BambooHR: the list of a careers page. Recorded answers; it has neither dates nor texts."""

from __future__ import annotations

from datetime import date

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses, joined
from enrichers.shapes import dig, listed, load_object, objects, text, whole


def _ask(slug: str, _: int) -> Ask:
    return Ask(f"https://{slug}.bamboohr.com/careers/list")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    data = load_object(body, "a BambooHR list")
    rows = objects(listed(data, "result", "a BambooHR list"))
    roles = tuple(_role(slug, row) for row in rows if text(row.get("id")) and text(row.get("jobOpeningName")))
    return Listing(roles, whole(dig(data, "meta", "totalCount")))


def _role(slug: str, row: object) -> Role:
    near = joined(text(dig(row, "location", "city")), text(dig(row, "location", "state")))
    stated = joined(
        *(text(dig(row, "atsLocation", part)) for part in ("city", "state", "province", "country"))
    )
    number = text(dig(row, "id"))
    return Role(
        id=number,
        title=text(dig(row, "jobOpeningName")),
        url=f"https://{slug}.bamboohr.com/careers/{number}",
        department=text(dig(row, "departmentLabel")),
        place=near or stated,
    )


BOARD = Board(
    kind="bamboohr",
    certainty=Certainty.RECORDED,
    addresses=addresses(r"([\w-]+)\.bamboohr\.com/(?:careers|jobs)"),
    ask=_ask,
    parse=_parse,
)

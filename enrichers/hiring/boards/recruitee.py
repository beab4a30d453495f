"""Recruitee: the Careers Site API. Source: https://docs.recruitee.com/reference/intro-to-careers-site-api; own domains answer alike."""

from __future__ import annotations

from datetime import date

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses, joined
from enrichers.shapes import day, dig, listed, load_object, objects, text
from enrichers.web.plain import plain


def _ask(slug: str, _: int) -> Ask:
    host = slug if "." in slug else f"{slug}.recruitee.com"
    return Ask(f"https://{host}/api/offers/")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    offers = objects(listed(load_object(body, "a Recruitee board"), "offers", "a Recruitee board"))
    open_ones = [o for o in offers if text(o.get("status")) in ("", "published") and text(o.get("title"))]
    return Listing(tuple(map(_role, open_ones)))


def _role(offer: object) -> Role:
    told = [dig(offer, part) for part in ("description", "requirements")]
    return Role(
        id=text(dig(offer, "id")) or text(dig(offer, "slug")),
        title=text(dig(offer, "title")),
        url=text(dig(offer, "careers_url")),
        posted_on=day(dig(offer, "published_at")) or day(dig(offer, "created_at")),
        department=text(dig(offer, "department")),
        place=joined(*(text(dig(offer, part)) for part in ("city", "state_name", "country_code"))),
        text=plain("\n".join(part for part in told if isinstance(part, str))),
    )


BOARD = Board(
    kind="recruitee",
    certainty=Certainty.DOCUMENTED,
    addresses=addresses(r"([\w-]+)\.recruitee\.com(?:/|$|\?)"),
    ask=_ask,
    parse=_parse,
    marks=("recruiteecdn.com", "careers-analytics.recruitee.com"),
)

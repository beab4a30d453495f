"""Teamtailor: a careers site's JSON Feed, each item with a schema.org JobPosting. Recorded answers; paging by `next_url` is unconfirmed."""

from __future__ import annotations

from datetime import date

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses
from enrichers.hiring.job_posting import role_of
from enrichers.shapes import day, dig, listed, load_object, objects, text
from enrichers.web.plain import plain


def _ask(slug: str, _: int) -> Ask:
    host = slug if "." in slug else f"{slug}.teamtailor.com"
    return Ask(f"https://{host}/jobs.json")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    data = load_object(body, "a Teamtailor feed")
    rows = objects(listed(data, "items", "a Teamtailor feed"))
    return Listing(
        tuple(_role(item) for item in rows if text(item.get("title"))), None, text(data.get("next_url"))
    )


def _role(item: object) -> Role:
    marked = role_of(dig(item, "_jobposting"), text(dig(item, "url")))
    told = dig(item, "content_html")
    return Role(
        id=text(dig(item, "id")) or text(dig(item, "url")),
        title=text(dig(item, "title")),
        url=text(dig(item, "url")),
        posted_on=day(dig(item, "date_published")) or (marked.posted_on if marked else None),
        department=marked.department if marked else "",
        place=marked.place if marked else "",
        text=plain(told) if isinstance(told, str) else marked.text if marked else "",
    )


BOARD = Board(
    kind="teamtailor",
    certainty=Certainty.RECORDED,
    addresses=addresses(r"([\w-]+(?:\.na)?)\.teamtailor\.com(?:/|$|\?)"),
    ask=_ask,
    parse=_parse,
    marks=("teamtailor-cdn.com",),
)

"""Pinpoint: `postings.json` of a careers site. Recorded answers."""

from __future__ import annotations

from datetime import date

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses
from enrichers.shapes import dig, listed, load_object, objects, text
from enrichers.web.plain import plain

_PARTS = ("description", "key_responsibilities", "skills_knowledge_expertise")


def _ask(slug: str, _: int) -> Ask:
    return Ask(f"https://{slug}.pinpointhq.com/postings.json")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    rows = objects(listed(load_object(body, "a Pinpoint list"), "data", "a Pinpoint list"))
    return Listing(tuple(_role(slug, row) for row in rows if text(row.get("id")) and text(row.get("title"))))


def _role(slug: str, row: object) -> Role:
    path = text(dig(row, "path"))
    told = [dig(row, part) for part in _PARTS]
    return Role(
        id=text(dig(row, "id")),
        title=text(dig(row, "title")),
        url=text(dig(row, "url")) or f"https://{slug}.pinpointhq.com{path}",
        department=text(dig(row, "job", "department", "name")),
        place=text(dig(row, "location", "name")),
        text=plain("\n".join(part for part in told if isinstance(part, str))),
    )


BOARD = Board(
    kind="pinpoint",
    certainty=Certainty.RECORDED,
    addresses=addresses(r"([\w-]+)\.pinpointhq\.com(?:/|$|\?)"),
    ask=_ask,
    parse=_parse,
)

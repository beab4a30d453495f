"""Personio: the XML feed. Source: https://developer.personio.de/docs/retrieving-open-job-positions; one id repeats over languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lxml import etree

from accounts.errors import SourceBroken
from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses
from enrichers.shapes import day, text
from enrichers.web.plain import plain


def _ask(slug: str, _: int) -> Ask:
    return Ask(f"https://{slug}/xml?language=en")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceBroken("The answer is not a Personio feed.") from error
    if root is None or root.tag != "workzag-jobs":
        raise SourceBroken("The answer is not a Personio feed.")
    try:
        roles = {role.id: role for role in reversed(list(_roles(slug, root)))}
    except (
        UnicodeDecodeError
    ) as error:  # a reference to half of a surrogate pair, which lxml keeps and cannot read
        raise SourceBroken("The answer is not a Personio feed.") from error
    return Listing(tuple(reversed(roles.values())))


def _roles(slug: str, root: etree._Element) -> Iterator[Role]:
    for position in root.iter("position"):
        number, title = text(position.findtext("id")), text(position.findtext("name"))
        if not number or not title:
            continue
        places = [
            position.findtext("office"),
            *(e.text for e in position.iterfind("additionalOffices/office")),
        ]
        told = [v.text or "" for v in position.iterfind("jobDescriptions/jobDescription/value")]
        yield Role(
            id=number,
            title=title,
            url=f"https://{slug}/job/{number}",
            posted_on=day(position.findtext("createdAt")),
            department=text(position.findtext("department")),
            place="; ".join(dict.fromkeys(t for t in map(text, places) if t)),
            text=plain("\n".join(told)),
        )


BOARD = Board(
    kind="personio",
    certainty=Certainty.DOCUMENTED,
    addresses=addresses(r"([\w-]+\.jobs\.personio\.(?:de|com))(?:/|$|\?)"),
    ask=_ask,
    parse=_parse,
)

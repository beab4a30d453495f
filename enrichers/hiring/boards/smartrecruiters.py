"""SmartRecruiters: the Posting API. Source: https://developers.smartrecruiters.com/docs/posting-api; recorded answers.

An unknown company is answered with zero postings, so zero says nothing. The list has no advertisement texts.
"""

from __future__ import annotations

from datetime import date

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses, joined
from enrichers.shapes import day, dig, listed, load_object, objects, text, whole

_PAGE = 100


def _ask(slug: str, offset: int) -> Ask:
    return Ask(f"https://api.smartrecruiters.com/v1/companies/{slug}/postings?limit={_PAGE}&offset={offset}")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    data = load_object(body, "a list of SmartRecruiters postings")
    rows = objects(listed(data, "content", "a list of SmartRecruiters postings"))
    return Listing(
        tuple(_role(slug, row) for row in rows if text(row.get("id"))), whole(data.get("totalFound"))
    )


def _role(slug: str, row: object) -> Role:
    place = dig(row, "location")
    spoken = joined(text(dig(place, "city")), text(dig(place, "region")), text(dig(place, "country")).upper())
    company, number = text(dig(row, "company", "identifier")) or slug, text(dig(row, "id"))
    return Role(
        id=number,
        title=text(dig(row, "name")),
        url=f"https://jobs.smartrecruiters.com/{company}/{number}",
        posted_on=day(dig(row, "releasedDate")),
        department=text(dig(row, "department", "label")) or text(dig(row, "function", "label")),
        place=text(dig(place, "fullLocation")) or spoken,
    )


BOARD = Board(
    kind="smartrecruiters",
    certainty=Certainty.DOCUMENTED,
    addresses=addresses(
        r"(?:careers|jobs)\.smartrecruiters\.com/([\w-]+)",
        r"api\.smartrecruiters\.com/v1/companies/([\w-]+)/postings",
    ),
    ask=_ask,
    parse=_parse,
    page_size=_PAGE,
    vague_zero=True,
)

"""Oracle Recruiting Cloud: the candidate site's own search. Recorded answers."""

from __future__ import annotations

from datetime import date

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses
from enrichers.shapes import day, dig, listed, load_object, objects, text, whole
from enrichers.web.plain import plain

_PAGE = 25
_QUESTION = "onlyData=true&expand=requisitionList.secondaryLocations&finder=findReqs;siteNumber={site},limit={limit},offset={offset},sortBy=POSTING_DATES_DESC"


def _ask(slug: str, offset: int) -> Ask:
    host, _, site = slug.partition("/")
    question = _QUESTION.format(site=site, limit=_PAGE, offset=offset)
    return Ask(f"https://{host}/hcmRestApi/resources/latest/recruitingCEJobRequisitions?{question}")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    found = objects(listed(load_object(body, "an Oracle list"), "items", "an Oracle list"))
    rows = [row for item in found for row in objects(item.get("requisitionList"))]
    roles = tuple(_role(slug, row) for row in rows if text(row.get("Id")) and text(row.get("Title")))
    return Listing(roles, whole(dig(found, 0, "TotalJobsCount")))


def _role(slug: str, row: object) -> Role:
    host, _, site = slug.partition("/")
    more = [text(dig(place, "Name")) for place in objects(dig(row, "secondaryLocations"))]
    told = dig(row, "ShortDescriptionStr")
    number = text(dig(row, "Id"))
    return Role(
        id=number,
        title=text(dig(row, "Title")),
        url=f"https://{host}/hcmUI/CandidateExperience/en/sites/{site}/job/{number}",
        posted_on=day(dig(row, "PostedDate")),
        place="; ".join(filter(None, [text(dig(row, "PrimaryLocation")), *more])),
        text=plain(told) if isinstance(told, str) else "",
    )


BOARD = Board(
    kind="oracle",
    certainty=Certainty.RECORDED,
    addresses=addresses(r"([\w.-]+\.oraclecloud\.com)/hcmUI/CandidateExperience/\w+/sites/([\w-]+)"),
    ask=_ask,
    parse=_parse,
    page_size=_PAGE,
)

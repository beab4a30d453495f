"""Eightfold: the careers site's own search. Recorded answers; `domain` names the company on a shared host."""

from __future__ import annotations

from datetime import date

from accounts.errors import SourceBroken
from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses
from enrichers.shapes import day, dig, load_object, objects, text, texts, whole
from enrichers.web.plain import plain

_PAGE = 10


def _ask(slug: str, offset: int) -> Ask:
    host, _, domain = slug.partition("/")
    asked = f"domain={domain}&" if domain else ""
    return Ask(f"https://{host}/api/apply/v2/jobs?{asked}start={offset}&num={_PAGE}&sort_by=timestamp")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    data = load_object(body, "an Eightfold list")
    data = data["data"] if isinstance(data.get("data"), dict) else data
    if not isinstance(data.get("positions"), list):
        raise SourceBroken("The answer is not an Eightfold list.")
    rows = [row for row in objects(data["positions"]) if text(row.get("name"))]
    return Listing(tuple(_role(slug, row) for row in rows), whole(data.get("count")))


def _role(slug: str, row: object) -> Role:
    host = slug.partition("/")[0]
    number = text(dig(row, "id")) or text(dig(row, "display_job_id"))
    told = dig(row, "job_description")
    path = text(dig(row, "canonicalPositionUrl")) or text(dig(row, "positionUrl"))
    return Role(
        id=number,
        title=text(dig(row, "name")),
        url=path if path.startswith("http") else f"https://{host}{path or '/careers/job/' + number}",
        posted_on=day(dig(row, "t_create")) or day(dig(row, "postedTs")),
        department=text(dig(row, "department")),
        place="; ".join(texts(dig(row, "locations"))) or text(dig(row, "location")),
        text=plain(told) if isinstance(told, str) else "",
    )


BOARD = Board(
    kind="eightfold",
    certainty=Certainty.RECORDED,
    addresses=addresses(
        r"([\w-]+\.eightfold\.ai)/(?:careers|api/apply)[^?]*\?(?:[^#]*&)?domain=([\w.-]+)",
        r"([\w-]+\.eightfold\.ai)/careers",
    ),
    ask=_ask,
    parse=_parse,
    page_size=_PAGE,
)

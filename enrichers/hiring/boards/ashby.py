"""Ashby: the public job posting API. Source: https://developers.ashbyhq.com/docs/public-job-posting-api; board names keep their case."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses, joined
from enrichers.shapes import day, dig, listed, load_object, objects, text
from enrichers.web.plain import plain


def _ask(slug: str, _: int) -> Ask:
    return Ask(f"https://api.ashbyhq.com/posting-api/job-board/{quote(slug)}?includeCompensation=false")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    jobs = objects(listed(load_object(body, "an Ashby board"), "jobs", "an Ashby board"))
    return Listing(
        tuple(_role(job) for job in jobs if job.get("isListed") is not False and text(job.get("title")))
    )


def _role(job: object) -> Role:
    more = [text(dig(place, "location")) for place in objects(dig(job, "secondaryLocations"))]
    told = dig(job, "descriptionPlain") or dig(job, "descriptionHtml")
    return Role(
        id=text(dig(job, "id")) or text(dig(job, "jobUrl")),
        title=text(dig(job, "title")),
        url=text(dig(job, "jobUrl")),
        posted_on=day(dig(job, "publishedAt")),
        department=text(dig(job, "department")) or text(dig(job, "team")),
        place=joined(text(dig(job, "location")), *more),
        text=plain(told) if isinstance(told, str) else "",
    )


BOARD = Board(
    kind="ashby",
    certainty=Certainty.DOCUMENTED,
    addresses=addresses(
        r"jobs\.ashbyhq\.com/([\w.%+ -]+)", r"api\.ashbyhq\.com/posting-api/job-board/([\w.%+ -]+)"
    ),
    ask=_ask,
    parse=_parse,
)

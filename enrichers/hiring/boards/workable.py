"""Workable: the widget of careers pages, whole where other lists are cut. Recorded answers."""

from __future__ import annotations

from datetime import date

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses, joined
from enrichers.shapes import day, dig, listed, load_object, objects, text
from enrichers.web.plain import plain


def _ask(slug: str, _: int) -> Ask:
    return Ask(f"https://apply.workable.com/api/v1/widget/accounts/{slug}?details=true")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    jobs = objects(listed(load_object(body, "a Workable board"), "jobs", "a Workable board"))
    return Listing(
        tuple(_role(slug, job) for job in jobs if text(job.get("title")) and text(job.get("shortcode")))
    )


def _role(slug: str, job: object) -> Role:
    code = text(dig(job, "shortcode"))
    told = dig(job, "description")
    places = [
        joined(*(text(dig(p, part)) for part in ("city", "region", "country")))
        for p in objects(dig(job, "locations"))
        if not dig(p, "hidden")
    ]
    one = joined(*(text(dig(job, part)) for part in ("city", "state", "country")))
    return Role(
        id=code,
        title=text(dig(job, "title")),
        url=text(dig(job, "url")) or f"https://apply.workable.com/{slug}/j/{code}/",
        posted_on=day(dig(job, "published_on")) or day(dig(job, "created_at")),
        department=text(dig(job, "department")),
        place="; ".join(dict.fromkeys(place for place in places if place)) or one,
        text=plain(told) if isinstance(told, str) else "",
    )


BOARD = Board(
    kind="workable",
    certainty=Certainty.RECORDED,
    addresses=addresses(
        r"apply\.workable\.com/api/v\d/(?:widget/)?accounts/([\w-]+)",
        r"apply\.workable\.com/(?!api/|j/)([\w-]+)",
        r"workable\.com/api/accounts/([\w-]+)",
        r"([\w-]+)\.workable\.com/(?:jobs|j/|$)",
    ),
    ask=_ask,
    parse=_parse,
)

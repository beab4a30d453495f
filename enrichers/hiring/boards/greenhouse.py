"""Greenhouse: the Job Board API. Source: https://developers.greenhouse.io/job-board.html (the EU host is unconfirmed)."""

from __future__ import annotations

from datetime import date

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses
from enrichers.shapes import day, dig, listed, load_object, objects, text, whole
from enrichers.web.plain import plain

_EU = ".eu"


def _ask(slug: str, _: int) -> Ask:
    token, eu, _region = slug.partition("/")
    host = f"boards-api{_EU if eu else ''}.greenhouse.io"
    return Ask(f"https://{host}/v1/boards/{token}/jobs?content=true")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    data = load_object(body, "a Greenhouse board")
    jobs = objects(listed(data, "jobs", "a Greenhouse board"))
    roles = tuple(
        Role(
            id=text(job.get("id")),
            title=text(job.get("title")),
            url=text(job.get("absolute_url")),
            posted_on=day(job.get("first_published")),  # updated_at moves with every bulk edit
            department=text(dig(job, "departments", 0, "name")),
            place=text(dig(job, "location", "name")),
            text=plain(job["content"]) if isinstance(job.get("content"), str) else "",
        )
        for job in jobs
        if text(job.get("id")) and text(job.get("title")) and not _is_prospect_post(job)
    )
    total = whole(dig(data, "meta", "total"))
    return Listing(roles, None if total is None else total - (len(jobs) - len(roles)))


def _is_prospect_post(job: object) -> bool:
    """True for a post that collects applications and is no open role."""
    return isinstance(job, dict) and "internal_job_id" in job and job["internal_job_id"] is None


BOARD = Board(
    kind="greenhouse",
    certainty=Certainty.DOCUMENTED,
    addresses=addresses(
        r"(?:job-)?boards(?:\.(eu))?\.greenhouse\.io/embed/job_(?:board|app)(?:/js)?\?(?:[^#]*&)?for=([\w-]+)",
        r"boards-api(?:\.(eu))?\.greenhouse\.io/v1/boards/([\w-]+)",
        r"(?:job-)?boards(?:\.(eu))?\.greenhouse\.io/(?!embed|v1)([\w-]+)",
    ),
    ask=lambda slug, offset: _ask(_region_last(slug), offset),
    parse=_parse,
)


def _region_last(slug: str) -> str:
    """The region an address names before the token, behind it."""
    region, slash, token = slug.partition("/")
    return f"{token}/{region}" if slash else slug

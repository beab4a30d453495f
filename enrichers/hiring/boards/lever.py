"""Lever: the Postings API. Source: https://github.com/lever/postings-api; `createdAt` in milliseconds is from clients of others."""

from __future__ import annotations

from datetime import date

from accounts.errors import SourceBroken
from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses, joined
from enrichers.shapes import day, dig, load, objects, text, texts
from enrichers.web.plain import plain

_PAGE = 100


def _ask(slug: str, offset: int) -> Ask:
    region, slash, site = slug.partition("/")
    host, site = ("api.eu.lever.co", site) if slash else ("api.lever.co", region)
    return Ask(f"https://{host}/v0/postings/{site}?mode=json&skip={offset}&limit={_PAGE}")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    data = load(body, "a list of Lever postings")
    if not isinstance(data, list) or (data and not any(isinstance(p, dict) and "text" in p for p in data)):
        raise SourceBroken("The answer is not a list of Lever postings.")
    return Listing(
        tuple(_role(post) for post in objects(data) if text(post.get("id")) and text(post.get("text")))
    )


def _role(post: object) -> Role:
    lists = [
        f"{text(dig(part, 'text'))}\n{text(dig(part, 'content'), 20_000)}"
        for part in objects(dig(post, "lists"))
    ]
    told = [dig(post, "descriptionPlain") or dig(post, "description"), *lists, dig(post, "additionalPlain")]
    return Role(
        id=text(dig(post, "id")),
        title=text(dig(post, "text")),
        url=text(dig(post, "hostedUrl")),
        posted_on=day(dig(post, "createdAt")),
        department=text(dig(post, "categories", "department")) or text(dig(post, "categories", "team")),
        place=joined(*texts(dig(post, "categories", "allLocations")))
        or text(dig(post, "categories", "location")),
        text=plain("\n".join(part for part in told if isinstance(part, str))),
    )


BOARD = Board(
    kind="lever",
    certainty=Certainty.DOCUMENTED,
    addresses=addresses(
        r"jobs\.(?:(eu)\.)?lever\.co/([\w.-]+)", r"api\.(?:(eu)\.)?lever\.co/v0/postings/([\w.-]+)"
    ),
    ask=_ask,
    parse=_parse,
    page_size=_PAGE,
)

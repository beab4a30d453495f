"""schema.org JobPosting in JSON-LD, as careers pages carry it for search engines. Source: https://schema.org/JobPosting"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from accounts.errors import SourceBroken
from accounts.json_text import load_json
from enrichers.hiring.board import Listing, Role, joined
from enrichers.hiring.html_page import parse_html
from enrichers.shapes import day, dig, join_url, text
from enrichers.web.plain import plain

_CONTROL = re.compile(r"[\x00-\x1f]")
_MOST_NODES = 5000
_ADDRESS = ("addressLocality", "addressRegion", "addressCountry")


def parse_page(slug: str, body: bytes, today: date) -> Listing:
    """The roles a page marks up. Raises SourceBroken where it marks up none: that is not an empty board."""
    roles = tuple(roles_in(parse_html(body), slug, today))
    if not roles:
        raise SourceBroken("The page marks up no JobPosting.")
    return Listing(roles)


def roles_in(root: Any, url: str, today: date) -> Iterator[Role]:
    """The roles marked up in a page's tree, each once, without those whose time is over."""
    seen = set()
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        for node in _nodes(_loads(script.text)):
            role = role_of(node, url, today)
            if role is not None and role.id not in seen:
                seen.add(role.id)
                yield role


def role_of(node: Any, url: str, today: date | None = None) -> Role | None:
    """The role a JSON-LD node describes, or None where it is no JobPosting or is past its `validThrough`."""
    kinds = dig(node, "@type")
    if "JobPosting" not in (kinds if isinstance(kinds, list) else [kinds]) or not text(dig(node, "title")):
        return None
    until = day(dig(node, "validThrough"))
    if today is not None and until is not None and until < today:
        return None
    own = join_url(url, text(dig(node, "url")))
    number = dig(node, "identifier")
    told = dig(node, "description")
    return Role(
        id=text(dig(number, "value")) or text(number) or f"{own}#{text(dig(node, 'title'))}",
        title=text(dig(node, "title")),
        url=own,
        posted_on=day(dig(node, "datePosted")),
        department=text(dig(node, "occupationalCategory")) or text(dig(node, "industry")),
        place=_place(node),
        text=plain(told) if isinstance(told, str) else "",
        until=until,
    )


def _place(node: Any) -> str:
    where = dig(node, "jobLocation")
    places = []
    for one in where if isinstance(where, list) else [where]:
        address = dig(one, "address")
        parts = [text(dig(address, part)) or text(dig(address, part, "name")) for part in _ADDRESS]
        places.append(joined(*parts) or text(address) or text(dig(one, "name")))
    if dig(node, "jobLocationType") == "TELECOMMUTE":
        places.append("remote")
    return "; ".join(dict.fromkeys(place for place in places if place))


def _loads(script: str) -> Any:
    script = script.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    for attempt in (script, _CONTROL.sub(" ", script)):
        try:
            return load_json(attempt)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(thing: Any) -> Iterator[Any]:
    """All objects of a document, at any depth."""
    todo = [thing]
    for _ in range(_MOST_NODES):
        if not todo:
            return
        here = todo.pop()
        if isinstance(here, list):
            todo += reversed(here)
        elif isinstance(here, dict):
            yield here
            todo += [value for value in reversed(here.values()) if isinstance(value, list | dict)]

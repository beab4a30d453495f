"""Jobvite: the list page of a careers site. Recorded answers; HTML, so a new look of theirs may break it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from lxml import html as lxml_html

from accounts.errors import SourceBroken
from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses
from enrichers.hiring.html_page import parse_html, shown
from enrichers.shapes import join_url

_JOB = re.compile(r"/job/(\w+)")


def _ask(slug: str, _: int) -> Ask:
    return Ask(f"https://jobs.jobvite.com/{slug}/jobs/alljobs")


def _parse(slug: str, body: bytes, today: date) -> Listing:
    roles = {role.id: role for role in _roles(parse_html(body))}
    if not roles and b"jobvite" not in body.lower() and b"jv-" not in body:
        raise SourceBroken("The answer is not a Jobvite list.")
    return Listing(tuple(roles.values()))


def _roles(root: lxml_html.HtmlElement) -> Iterator[Role]:
    department = ""
    for node in root.iter("h2", "h3", "a"):
        if node.tag != "a":
            department = shown(node)
            continue
        match = _JOB.search(node.get("href") or "")
        if match is None:
            continue
        row = next((a for a in node.iterancestors("tr", "li")), node)
        named = [e for e in row.iter() if "jv-job-list-name" in (e.get("class") or "")]
        where = [e for e in row.iter() if "jv-job-list-location" in (e.get("class") or "")]
        title = shown(named[0]) if named else shown(node)
        if title:
            url = join_url("https://jobs.jobvite.com/", node.get("href"))
            yield Role(match[1], title, url, None, department, shown(where[0]) if where else "")


BOARD = Board(
    kind="jobvite",
    certainty=Certainty.RECORDED,
    addresses=addresses(r"jobs\.jobvite\.com/(?:careers/)?([\w-]+)", r"app\.jobvite\.com/.*[?&]c=([\w-]+)"),
    ask=_ask,
    parse=_parse,
)

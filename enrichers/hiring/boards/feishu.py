"""飞书招聘 (Feishu Hire): the careers site's own search. Unconfirmed: it may want a token of its page, and refuse us then."""

from __future__ import annotations

import json
from datetime import date

from enrichers.hiring.board import Ask, Board, Certainty, Listing, Role, addresses, joined
from enrichers.shapes import day, dig, listed, load_object, objects, text, whole
from enrichers.web.plain import plain

_PAGE = 100


def _ask(slug: str, offset: int) -> Ask:
    question = {
        "keyword": "",
        "limit": _PAGE,
        "offset": offset,
        "job_category_id_list": [],
        "location_code_list": [],
    }
    return Ask(f"https://{slug}.jobs.feishu.cn/api/v1/search/job/posts", json.dumps(question).encode())


def _parse(slug: str, body: bytes, today: date) -> Listing:
    data = dig(load_object(body, "a Feishu list"), "data")
    rows = objects(listed(data, "job_post_list", "a Feishu list"))
    return Listing(
        tuple(_role(slug, row) for row in rows if text(row.get("id")) and text(row.get("title"))),
        whole(dig(data, "count")),
    )


def _role(slug: str, row: object) -> Role:
    cities = [text(dig(city, "name")) for city in objects(dig(row, "city_list"))]
    told = [dig(row, part) for part in ("description", "requirement")]
    return Role(
        id=text(dig(row, "id")),
        title=text(dig(row, "title")),
        url=f"https://{slug}.jobs.feishu.cn/index/position/{text(dig(row, 'id'))}/detail",
        posted_on=day(dig(row, "publish_time")),
        department=text(dig(row, "job_category", "name")),
        place=joined(*cities) or text(dig(row, "city_info", "name")),
        text=plain("\n".join(part for part in told if isinstance(part, str))),
    )


BOARD = Board(
    kind="feishu",
    certainty=Certainty.UNCONFIRMED,
    addresses=addresses(r"([\w-]+)\.jobs\.feishu\.cn(?:/|$|\?)"),
    ask=_ask,
    parse=_parse,
    page_size=_PAGE,
)

"""The review queue: one question at a time, one key an answer, the next one at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from accounts.change import ReviewAction
from console.grounds import grounds_of
from console.pages.queue import ACTIONS, all_questions, decide, filtered, open_questions, withdraw
from console.rendering import NotFound, Page, Reads, StewardWrites, query

router = APIRouter(include_in_schema=False)
_FILTERS = ("field", "kind", "code")
_KINDS = ("value", "link")
#: Questions listed beside the one in hand.
_LISTED = 60


@router.get("/review")
def queue(page: Reads) -> Response:
    """The queue, with its first question."""
    return _stage(page, None)


@router.get("/review/{item_id}")
def question(page: Reads, item_id: str) -> Response:
    """One question."""
    return _stage(page, item_id)


@router.post("/review/undo")
def undo(page: StewardWrites) -> Response:
    """Takes a person's own last word back."""
    mine = [
        d for d in page.site.said().history if d.by == page.person.name and d.extras.get("kind") in _KINDS
    ]
    if mine and mine[-1].action is ReviewAction.UNSURE:
        return _answered(page, mine[-1].item_id, None)
    open_ = [d for d in page.site.decisions.all() if d in mine and not d.carried_out_by]
    if not open_:
        return _answered(page, None, None)
    withdraw(page.site, open_[-1], page.person.name)
    return _answered(page, open_[-1].item_id, ("withdrawn", open_[-1].item_id))


@router.post("/review/{item_id}")
def answer(page: StewardWrites, item_id: str) -> Response:
    """Keeps an answer and shows the next question."""
    asked = next((q for q in all_questions(page) if q["id"] == item_id), None)
    action = ACTIONS.get(page.given("action"))
    if asked is None or action is None:
        raise NotFound
    following = _after(page, item_id)
    decide(page.site, asked, action, page.person.name, note=page.given("note"))
    return _answered(page, following, (action.value, item_id))


def _filters(page: Page) -> dict[str, str]:
    return {name: page.given(name) for name in _FILTERS}


def _after(page: Page, item_id: str) -> str | None:
    """The question that comes after one, wrapping round to the first that is left."""
    ids = [q["id"] for q in filtered(open_questions(page), _filters(page))]
    if item_id in ids:
        at = ids.index(item_id)
        rest = ids[at + 1 :] + ids[:at]
        return rest[0] if rest else None
    return ids[0] if ids else None


def _answered(page: Page, item_id: str | None, done: tuple[str, str] | None) -> Response:
    given = query(_filters(page))
    path = (f"/review/{item_id}" if item_id else "/review") + (f"?{given}" if given else "")
    if not page.is_part:
        return page.go(path)
    shown = _stage(page, item_id, done)
    shown.headers["HX-Push-Url"] = path
    return shown


def _stage(page: Page, item_id: str | None, done: tuple[str, str] | None = None) -> Response:
    wanted = _filters(page)
    left = filtered(open_questions(page), wanted)
    chosen = _chosen(page, left, item_id)
    ids = [q["id"] for q in left]
    at = ids.index(chosen["id"]) if chosen and chosen["id"] in ids else -1
    told = None
    if done:
        about = next((q for q in all_questions(page) if q["id"] == done[1]), None)
        told = {"action": done[0], "name": about["account_name"] if about else ""}
    everything = all_questions(page)
    return page.show(
        "review_stage" if page.is_part else "review",
        questions=left[max(0, at - 4) : max(0, at - 4) + _LISTED], total=len(left), position=at + 1, chosen=chosen,
        grounds=grounds_of(page, chosen) if chosen else None, wanted=wanted, done=told,
        before=ids[at - 1] if at > 0 else None, after=ids[at + 1] if -1 < at < len(ids) - 1 else None,
        answered=chosen is not None and at < 0, choices={name: _choices(everything, name) for name in _FILTERS},
        labels={q["field"]: page.words.label(q) for q in everything},
    )  # fmt: skip


def _choices(questions: Sequence[dict[str, Any]], name: str) -> list[str]:
    return sorted({q[name] for q in questions if q[name]})


def _chosen(page: Page, left: Sequence[dict[str, Any]], item_id: str | None) -> dict[str, Any] | None:
    if item_id is None:
        return left[0] if left else None
    found = next((q for q in all_questions(page) if q["id"] == item_id), None)
    if found is None:
        raise NotFound
    return found

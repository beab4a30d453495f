"""Bulk accept: a rule, what it would accept, and then all of it at once, as one batch that can be taken back."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from accounts.change import ReviewAction
from console.pages.queue import all_questions, decide, filtered, open_questions
from console.rendering import Page, Steward, StewardWrites

router = APIRouter(include_in_schema=False)
_RULE = ("field", "kind", "code", "source", "confidence")
_SHOWN = 100


def _rule(page: Page) -> dict[str, str]:
    return {name: page.given(name) for name in _RULE}


def _fitting(page: Page) -> list[dict[str, Any]]:
    rule = _rule(page)
    return filtered(open_questions(page), rule) if any(rule.values()) else []


@router.get("/rules")
def preview(page: Steward) -> Response:
    """The rule and what it would accept."""
    found, everything = _fitting(page), all_questions(page)
    return page.show(
        "rules", rule=_rule(page), found=found[:_SHOWN], total=len(found), ids=[q["id"] for q in found],
        choices={
            "field": sorted({q["field"] for q in everything if q["field"]}),
            "kind": sorted({q["kind"] for q in everything}),
            "code": sorted({q["code"] for q in everything}),
            "source": sorted({s for q in everything for s in q["sources"] or ()}),
        },
        labels={q["field"]: page.words.label(q) for q in everything},
    )  # fmt: skip


@router.post("/rules")
def accept(page: StewardWrites) -> Response:
    """Accepts what was shown: only questions that fit the rule and were in the preview."""
    shown = set(page.given_list("item"))
    batch = secrets.token_hex(6)
    rule = ", ".join(f"{k}={v}" for k, v in _rule(page).items() if v)
    for question in _fitting(page):
        if question["id"] in shown:
            decide(
                page.site, question, ReviewAction.ACCEPT, page.person.name, note=f"rule: {rule}", batch=batch
            )
    return page.go(f"/decisions?batch={batch}")

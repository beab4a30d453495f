"""Who decided what: the audit trail of review, and the place to take a word back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from accounts.change import ReviewDecision
from console.pages.queue import all_questions, withdraw
from console.rendering import NotFound, Page, Reads, StewardWrites

router = APIRouter(include_in_schema=False)
_SHOWN = 200


def told(page: Page, decisions: Sequence[ReviewDecision]) -> list[dict[str, Any]]:
    """Decisions with what they were about; `open` where they can still be taken back."""
    questions = {q["id"]: q for q in all_questions(page)}
    standing = {_key(d) for d in page.site.decisions.all()}
    return [
        {
            "decision": d, "question": questions.get(d.item_id), "stands": _key(d) in standing,
            "open": _key(d) in standing and not d.carried_out_by,
        }
        for d in decisions
    ]  # fmt: skip


def _key(decision: ReviewDecision) -> tuple[str, str, str]:
    return (decision.item_id, decision.action.value, decision.at.isoformat())


@router.get("/decisions")
def decisions(page: Reads) -> Response:
    """What people have said, newest first."""
    wanted = {name: page.given(name) for name in ("by", "batch", "account")}
    history = [
        d for d in reversed(page.site.said().history)
        if wanted["by"] in ("", d.by) and wanted["batch"] in ("", d.extras.get("batch", ""))
        and wanted["account"] in ("", d.account_id)
    ]  # fmt: skip
    people = sorted({d.by for d in page.site.said().history})
    return page.show(
        "decisions", rows=told(page, history[:_SHOWN]), total=len(history), wanted=wanted, people=people,
        names=_names(page, {d.account_id for d in history[:_SHOWN]}), labels=page.field_labels(),
    )  # fmt: skip


def _names(page: Page, ids: set[str]) -> dict[str, str]:
    rows = page.reading.rows(
        "SELECT account_id, name FROM crm_account WHERE list_contains($ids::VARCHAR[], account_id)",
        {"ids": sorted(ids)},
    )
    return {row["account_id"]: row["name"] for row in rows}


@router.post("/decisions/withdraw")
def take_back(page: StewardWrites) -> Response:
    """Takes one word back, or all of a batch."""
    item, batch = page.given("item"), page.given("batch")
    taken = [
        d for d in page.site.decisions.all()
        if not d.carried_out_by and (d.item_id == item if item else bool(batch) and d.extras.get("batch") == batch)
    ]  # fmt: skip
    if not taken:
        raise NotFound
    for decision in taken if batch else taken[-1:]:
        withdraw(page.site, decision, page.person.name)
    return page.go(f"/decisions?batch={batch}" if batch else "/decisions")

"""The review queue as the pages use it: open questions, ranked, and what a steward's word does to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.change import ReviewAction, ReviewDecision
from console.rendering import Page
from console.site import Site

#: What each key says; the order is that of the buttons.
ACTIONS = {
    "accept": ReviewAction.ACCEPT, "reject": ReviewAction.REJECT, "keep": ReviewAction.KEEP,
    "lock": ReviewAction.LOCK, "unsure": ReviewAction.UNSURE,
}  # fmt: skip

Question = Mapping[str, Any]


def all_questions(page: Page) -> list[dict[str, Any]]:
    """Every question of the snapshot, answered or not, what matters most first."""
    reading = page.reading
    return reading.once("queue", lambda: reading.ask("queue"))


def open_questions(page: Page) -> list[dict[str, Any]]:
    """The questions nobody has answered; those somebody was not sure about come last."""
    return page.site.open_questions(page.reading)


def filtered(questions: Iterable[dict[str, Any]], wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """The questions of a field, kind and reason, at least so confident, from a source; blanks ask for nothing."""
    bar = _share(wanted.get("confidence", ""))
    return [
        q for q in questions
        if wanted.get("field", "") in ("", q["field"]) and wanted.get("kind", "") in ("", q["kind"])
        and wanted.get("code", "") in ("", q["code"]) and (bar is None or (q["confidence"] or 0) >= bar)
        and (not wanted.get("source") or wanted["source"] in (q["sources"] or ()))
    ]  # fmt: skip


def _share(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def decide(
    site: Site, question: Question, action: ReviewAction, by: str, *, note: str = "", batch: str = ""
) -> ReviewDecision:
    """Keeps a person's word on a question; the next run or `apply` carries it out."""
    extras = {"kind": str(question["kind"]), "via": "console"} | ({"batch": batch} if batch else {})
    decision = ReviewDecision(
        question["id"], action, by, site.clock.now(), question["account_id"], question["field"] or "",
        question["proposed_key"] or "", note[:1000], extras=extras,
    )  # fmt: skip
    site.decisions.add(decision)
    return decision


def withdraw(site: Site, decision: ReviewDecision, by: str) -> None:
    """Takes back the newest word on an item."""
    site.decisions.add(
        ReviewDecision(
            decision.item_id, ReviewAction.WITHDRAW, by, site.clock.now(), decision.account_id, decision.field,
            decision.proposed_key, extras={"via": "console"},
        )
    )  # fmt: skip

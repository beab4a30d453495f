"""One account: the golden record explained, its timeline, and what the world tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from accounts.change import ReviewAction, ReviewDecision
from console.access import Role
from console.pages.queue import open_questions
from console.record import read_record
from console.rendering import AdminWrites, NotFound, Page, Reads, StewardWrites
from flows.feedback import give_feedback
from flows.identity import ALSO, FORMER, NOT, as_row, say_alias
from warehouse.standing import WHOLE_ACCOUNT

router = APIRouter(include_in_schema=False)


def require_account(page: Page, account_id: str) -> None:
    """Raises NotFound for an account the CRM does not have."""
    found = page.reading.value("SELECT 1 FROM crm_account WHERE account_id = $a", {"a": account_id})
    if found is None:
        raise NotFound


@router.get("/accounts/{account_id:path}/timeline")
def timeline(page: Reads, account_id: str) -> Response:
    """What happened to an account; loaded when it is looked for."""
    require_account(page, account_id)
    rows = grouped(page.reading.ask("timeline", {"account": account_id}))
    labels = page.field_labels()
    said = [d for d in reversed(page.site.said().history) if d.account_id == account_id][:30]
    return page.show(
        "timeline" if page.is_part else "timeline_page",
        rows=rows,
        labels=labels,
        said=said,
        account_id=account_id,
    )


def grouped(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What one hand did at one time as one entry, with all its `fields`."""
    entries: list[dict[str, Any]] = []
    for row in rows:
        same = entries and all(entries[-1][k] == row[k] for k in ("what", "told_at", "who"))
        if same and row["what"] != "signal":
            entries[-1]["fields"].append(row["field"])
        else:
            entries.append({**row, "fields": [row["field"]]})
    return entries


@router.get("/accounts/{account_id:path}/embed")
def embed_link(page: Reads, account_id: str) -> Response:
    """A signed link for a frame in the CRM."""
    require_account(page, account_id)
    base = str(page.request.base_url).rstrip("/")
    return page.show(
        "embed_link",
        account_id=account_id,
        link=base + page.site.embeds.link(account_id),
        hours=page.site.embeds.hours,
    )


@router.get("/accounts/{account_id:path}")
def account(page: Reads, account_id: str) -> Response:
    """The account."""
    require_account(page, account_id)
    record = read_record(page.reading, account_id, page.words)
    decided = page.site.said().decided
    locks = {f["field"]: decided.said(account_id, f["field"]) for f in record.fields}
    waiting = {q["field"]: q["id"] for q in open_questions(page) if q["account_id"] == account_id}
    return page.show(
        "account", record=record, locks=locks, whole=decided.said(account_id, WHOLE_ACCOUNT), waiting=waiting,
        account_id=account_id, feedback=page.person.may(Role.STEWARD), given=_given(page, account_id),
        names=_names(page, account_id), said_names=[as_row(d) for d in decided.named(account_id)],
    )  # fmt: skip


def _names(page: Page, account_id: str) -> list[dict[str, Any]]:
    """What accepted records call an account beside what the CRM does, each name once, surest first."""
    return page.reading.rows(
        "SELECT n.kind, n.text, n.valid_from, n.valid_to, n.source, n.url, n.confidence FROM alias n "
        "WHERE n.account_id = $a AND n.kind IN ('former', 'legal', 'other') AND NOT EXISTS ("
        "FROM crm_value v WHERE v.account_id = $a AND v.field IN ('name', 'legal_name') AND lower(v.value) = lower(n.text)) "
        "QUALIFY row_number() OVER (PARTITION BY lower(n.text) ORDER BY n.confidence DESC, n.source) = 1 "
        "ORDER BY n.confidence DESC, n.text",
        {"a": account_id},
    )


@router.post("/accounts/{account_id:path}/name")
def name_account(page: StewardWrites, account_id: str) -> Response:
    """Keeps what a steward says the account is also called, was called, or is not."""
    require_account(page, account_id)
    what, until = page.given("what"), page.given("until")
    if what not in (ALSO, FORMER, NOT):
        raise NotFound
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        raise NotFound from None
    say_alias(
        page.site.config.path,
        account_id,
        page.given("name"),
        what,
        page.person.name,
        until=last,
        clock=page.site.clock,
    )
    return page.go(f"/accounts/{quote(account_id)}#names")


def _given(page: Page, account_id: str) -> dict[str, str]:
    """What people have said of the account's stories, by story."""
    return {
        d.proposed_key: d.extras["what"]
        for d in page.site.decisions.all()
        if d.account_id == account_id and d.extras.get("kind") == "feedback"
    }


@router.post("/accounts/{account_id:path}/feedback")
def feedback(page: StewardWrites, account_id: str) -> Response:
    """Keeps what a person says of a story; the next run heeds it."""
    require_account(page, account_id)
    story = page.given("story")
    if (
        page.reading.value(
            "SELECT 1 FROM story WHERE id = $s AND account_id = $a", {"s": story, "a": account_id}
        )
        is None
    ):
        raise NotFound
    give_feedback(page.site.config.path, story, page.given("what"), page.person.name, clock=page.site.clock)
    return page.go(f"/accounts/{quote(account_id)}")


@router.post("/accounts/{account_id:path}/lock")
def lock(page: StewardWrites, account_id: str) -> Response:
    """Locks a field, or the whole account (`*`), or lifts the lock."""
    require_account(page, account_id)
    field = page.given("field")
    if field != WHOLE_ACCOUNT:
        field = page.site.catalogue[field].name
    action = ReviewAction.UNLOCK if page.given("action") == "unlock" else ReviewAction.LOCK
    page.site.decisions.add(
        ReviewDecision(
            f"{account_id}:{field}", action, page.person.name, page.site.clock.now(), account_id, field, "",
            page.given("note")[:1000], extras={"via": "console"},
        )
    )  # fmt: skip
    return page.go(f"/accounts/{quote(account_id)}#field-{field}")


@router.post("/accounts/{account_id:path}/refresh")
def refresh(page: AdminWrites, account_id: str) -> Response:
    """Starts a look at one account now; a night under way serves it between two shards."""
    require_account(page, account_id)
    apply = ["--apply"] if page.given("apply") == "yes" else []
    job = page.site.jobs.start("refresh", [*apply, "--", account_id], page.person.name)
    return page.go(f"/jobs/{job.id}")

"""Proposals: accounts that may be one company, and who belongs to whom. We propose; merging is done in the CRM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from console.rendering import NotFound, Page, Reads, StewardWrites
from flows.identity import VERDICTS, say_pair
from flows.proposed import grouped, to_merge
from warehouse.store import sql

router = APIRouter(include_in_schema=False)
#: Accounts that may share a value before it is nobody's own (a switchboard, a free host).
MOST_SHARING = 5
#: The strength from which a group of `console_duplicates.sql` is the matcher's own.
_MATCHED = 100


def proposals(page: Page) -> list[dict[str, Any]]:
    """The groups of accounts that may be one company."""
    reading = page.reading
    return reading.once("duplicates", lambda: reading.ask("duplicates", {"most": MOST_SHARING}))


@router.get("/duplicates")
def duplicates(page: Reads) -> Response:
    """Duplicates and hierarchy."""
    reading, decided = page.reading, page.site.said().decided
    judged = decided.pairs.keys()
    rows = reading.once("merges", lambda: reading.rows(sql("proposals")))
    here = {
        row["account_id"]
        for row in reading.rows(
            "SELECT account_id FROM crm_account WHERE list_contains($ids::VARCHAR[], account_id)",
            {"ids": sorted({one for pair in judged for one in pair})},
        )
    }
    return page.show(
        "duplicates", groups=grouped(rows, decided), shared=[g for g in proposals(page) if _is_open(g, judged)],
        to_merge=to_merge(decided, here), edges=reading.once("parents", lambda: reading.ask("parents")),
        verdicts=tuple(VERDICTS), labels=page.field_labels(),
    )  # fmt: skip


def _is_open(group: Mapping[str, Any], judged: Any) -> bool:
    """A group that merely shares a value, unless its two accounts were judged."""
    return (
        group["strength"] < _MATCHED and frozenset(a["account_id"] for a in group["accounts"]) not in judged
    )


@router.post("/duplicates/judge")
def judge(page: StewardWrites) -> Response:
    """Keeps a steward's word on two accounts."""
    one, other, verdict = (page.given(name) for name in ("one", "other", "verdict"))
    known = page.reading.value(
        "SELECT count(*) FROM crm_account WHERE account_id IN ($one, $other)", {"one": one, "other": other}
    )
    if known != 2 or verdict not in VERDICTS:
        raise NotFound
    say_pair(
        page.site.config.path,
        one,
        other,
        verdict,
        page.person.name,
        note=page.given("note"),
        clock=page.site.clock,
    )
    return page.go("/duplicates")

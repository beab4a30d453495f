"""The list of accounts, and finding one."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from console.rendering import Reads

router = APIRouter(include_in_schema=False)
_ROWS = 50


@router.get("/accounts")
def accounts(page: Reads) -> Response:
    """Accounts by name, id or website."""
    words = page.given("q")
    at = int(page.given("at")) if page.given("at").isdigit() else 0
    rows = page.reading.ask("accounts", {"words": words or None, "limit": _ROWS + 1, "offset": at})
    if words and len(rows) == 1 and not at and rows[0]["account_id"].casefold() == words.casefold():
        return page.go(f"/accounts/{rows[0]['account_id']}")
    template = "accounts_rows" if page.is_part else "accounts"
    return page.show(template, rows=rows[:_ROWS], more=len(rows) > _ROWS, words=words, at=at, size=_ROWS)

"""Proposals: accounts that may be one company, and parents. We propose; merging is done in the CRM."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from console.rendering import Page, Reads

router = APIRouter(include_in_schema=False)
#: Accounts that may share a value before it is nobody's own (a switchboard, a free host).
MOST_SHARING = 5


def proposals(page: Page) -> list[dict[str, object]]:
    """The groups of accounts that may be one company."""
    reading = page.reading
    return reading.once("duplicates", lambda: reading.ask("duplicates", {"most": MOST_SHARING}))


@router.get("/duplicates")
def duplicates(page: Reads) -> Response:
    """Duplicates and hierarchy."""
    reading = page.reading
    labels = page.field_labels()
    return page.show(
        "duplicates", groups=proposals(page), parents=reading.once("parents", lambda: reading.ask("parents")),
        labels=labels,
    )  # fmt: skip

"""Sources and rules: what is on, how reliable it has proved, what a kept value costs, and every field's policy."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from console.rendering import Page, Reads

router = APIRouter(include_in_schema=False)


@router.get("/sources")
def sources(page: Reads) -> Response:
    """Sources with their record on the user's own data, then the catalogue."""
    reading = page.reading
    specs = reading.once(
        "specs", lambda: reading.rows("SELECT * FROM field_spec ORDER BY category, weight DESC, name")
    )
    ranks = reading.once("ranks", lambda: _ranks(page))
    return page.show(
        "sources",
        sources=reading.once("sources", lambda: reading.ask("sources")), specs=specs, ranks=ranks,
        settings=page.site.config.sources, overridden=page.site.config.fields,
        audits=reading.once(
            "audits", lambda: reading.rows("SELECT * FROM audit_result ORDER BY noted_at DESC, field, source LIMIT 60")
        ),
    )  # fmt: skip


def _ranks(page: Page) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in page.reading.rows(
        "SELECT field, source, weight FROM authority WHERE weight > 0.3 ORDER BY field, weight DESC, source"
    ):
        found.setdefault(row["field"], []).append(row)
    return found

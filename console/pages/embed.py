"""One account inside a frame of the CRM: no sign-in, a signed link that expires."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from accounts.errors import EvergreenError
from console.embeds import LinkExpired
from console.record import read_record
from console.rendering import environment, site_of, words_for

router = APIRouter(include_in_schema=False)


@router.get("/embed/{token}")
def embed(request: Request, token: str) -> Response:
    """The compact account."""
    site, words = site_of(request), words_for(request)
    theme = request.query_params.get("theme", "auto")
    around = {
        "t": words,
        "lang": words.lang,
        "theme": theme if theme in ("light", "dark") else "auto",
        "token": token,
    }
    try:
        account_id = site.embeds.account(token)
    except LinkExpired:
        return _show("embed_closed", 410, **around, expired=True)
    if account_id is None:
        return _show("embed_closed", 404, **around, expired=False)
    try:
        record = read_record(site.snapshots.newest(), account_id, words)
    except EvergreenError:
        return _show("embed_closed", 404, **around, expired=False)
    return _show("embed", 200, **around, record=record, account_id=account_id)


def _show(template: str, status: int, **context: object) -> Response:
    return HTMLResponse(environment().get_template(f"{template}.html.j2").render(**context), status)

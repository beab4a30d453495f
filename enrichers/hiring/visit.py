"""One look at one board: page by page, with what became of it told apart (rows, zero rows, not found, failed)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from accounts.errors import SourceBroken, SourceError
from accounts.observation import Outcome
from enrichers.base import Web
from enrichers.hiring.board import Ask, Board, Listing, Role
from enrichers.hiring.find import FoundBoard
from enrichers.web.response import Response

MOST_PAGES = 60
_GONE = (404, 410)
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
_HTML = re.compile(rb"(?i)^\s*<(?:!doctype html|html)")


@dataclass
class BoardVisit:
    """What a look at a board came to. `sheets` pairs each role with the answer it stood in; `renamed_to` names the board's
    new address where the old one leads there."""

    found: FoundBoard
    outcome: Outcome = Outcome.FAILED
    sheets: list[tuple[Role, Response]] = field(default_factory=list)
    complete: bool = False
    error: str = ""
    requests: int = 0
    renamed_to: FoundBoard | None = None


def visit_board(web: Web, found: FoundBoard, today: date, most_pages: int = MOST_PAGES) -> BoardVisit:
    """Reads a board from its first page to its last. Never raises for what the world does."""
    visit = BoardVisit(found)
    board = found.board
    ask: Ask | None = board.ask(found.slug, 0)
    seen: set[str] = set()
    while ask is not None:
        try:
            response = _send(web, ask, visit)
            listing = _read(board, found.slug, response, today)
        except _Missing as error:
            visit.error = error.what
            if not visit.sheets:
                visit.outcome = Outcome.NOT_FOUND
            return visit
        except SourceError as error:
            visit.error = f"{found.name}: {error.what}"
            visit.outcome = Outcome.ROWS if visit.sheets else Outcome.FAILED
            return visit
        fresh = [role for role in listing.roles if role.id not in seen]
        seen.update(role.id for role in fresh)
        visit.sheets += [(role, response) for role in {role.id: role for role in fresh}.values()]
        if visit.requests >= most_pages:
            visit.error = f"{found.name}: stopped after {visit.requests} pages"
            visit.outcome = Outcome.ROWS
            return visit
        ask, visit.complete = _next(board, found.slug, listing, len(seen), bool(fresh))
    visit.outcome = Outcome.ROWS if visit.sheets else Outcome.ZERO_ROWS
    if not visit.sheets and board.vague_zero:
        visit.complete = False
        visit.error = f"{found.name}: no roles, or no such company; the board does not tell these apart"
    return visit


class _Missing(SourceError):
    """The board is not there: never was, closed, or under another name now."""


def _send(web: Web, ask: Ask, visit: BoardVisit) -> Response:
    visit.requests += 1
    if ask.body is not None:
        return web.post(ask.url, ask.body, headers=_JSON)
    return web.get(ask.url)


def _read(board: Board, slug: str, response: Response, today: date) -> Listing:
    if response.status in _GONE:
        raise _Missing(f"{board.kind}:{slug}: there is no such board ({response.status}).")
    if not response.ok:
        raise SourceBroken(f"the board answers {response.status}.")
    try:
        return board.parse(slug, response.body, today)
    except SourceBroken:
        led_away = bool(response.hops) or response.final_url != response.url
        if led_away and _HTML.match(response.body):
            raise _Missing(
                f"{board.kind}:{slug}: there is no such board; it leads to {response.final_url}."
            ) from None
        raise


def _next(board: Board, slug: str, listing: Listing, count: int, any_new: bool) -> tuple[Ask | None, bool]:
    """The next page to ask for, or None and whether the board was read whole."""
    if listing.onward and any_new:
        return Ask(listing.onward), False
    whole = listing.total is None or count >= listing.total
    if board.page_size is None or not listing.roles:
        return None, whole
    if listing.total is None and len(listing.roles) < board.page_size:
        return None, True
    if whole and listing.total is not None:
        return None, True
    return (board.ask(slug, count), False) if any_new else (None, whole)

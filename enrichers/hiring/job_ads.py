"""The source `job_ads`: the open roles of a company on the job boards its own site leads to."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from accounts.account import Account
from accounts.catalogue import shipped_catalogue
from accounts.errors import SourceError, WarehouseError
from accounts.link import Candidate
from accounts.observation import Outcome
from accounts.telling import BoardLook
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.firmographic.own_website import own_website
from enrichers.hiring.find import PAGES, FoundBoard, find_boards, parse_named
from enrichers.hiring.told import Told, observe_technologies, tell_roles
from enrichers.hiring.visit import MOST_PAGES, BoardVisit, visit_board

_log = logging.getLogger(__name__)
_ADS_READ = 80
_GONE = (404, 410)


@dataclass
class _Round:
    """The boards of one account, looked at one after the other."""

    requests: int = 0
    errors: list[str] = field(default_factory=list)
    visits: list[BoardVisit] = field(default_factory=list)


@source
class JobAds:
    """Hands over postings and looks at boards, and what the advertisements say of technologies. Threads may share it.

    Settings: `pages` (careers pages looked at, 4), `board_pages` (pages of one board, 60), `ads_read` (texts read a board
    and night, 80), `boards` (account id → `greenhouse:acme`, where the site does not lead there).
    """

    name = "job_ads"
    provides = frozenset(
        ["technologies", "crm_suite", "erp_suite", "marketing_suite", "hiring_trend", "business_needs"]
    )
    needs = frozenset({"website"})
    cost = 0.0
    every_days = 1
    repeatable = True
    looks_again = True
    licence = "facts from job advertisements the company publishes"

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._catalogue = shipped_catalogue()
        settings = context.settings
        self._pages = int(settings.get("pages", PAGES))
        self._board_pages = int(settings.get("board_pages", MOST_PAGES))
        self._ads_read = int(settings.get("ads_read", _ADS_READ))
        boards = settings.get("boards", {})
        self._stated = {str(k): str(v) for k, v in boards.items()} if isinstance(boards, dict) else {}

    def search(self, account: Account) -> Answer[Candidate]:
        """The account's own website as the one candidate, stated; no request is made."""
        return own_website(self.name, account)

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """The boards the site leads to: not found where the site is gone, zero rows where it leads to none, failed where
        none of them could be read."""
        try:
            return self._read(account, candidate)
        except WarehouseError:
            raise
        except SourceError as error:
            return Answer.failed(error.what, requests=1)
        except Exception as error:  # one hostile page must not cost the shard its other accounts
            _log.exception("looking for the boards of %s failed", candidate.url)
            return Answer.failed(f"{candidate.url}: {type(error).__name__}: {error}"[:300])

    def _read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        going = _Round()
        today = self._context.clock.now().date()
        stated = parse_named(self._stated.get(account.id, ""))
        if stated is None:
            name = account.get("name") or ""
            search = find_boards(self._context.web, candidate.url, name, today, self._pages)
            going.requests, going.errors = search.requests, search.errors
            if search.home is not None and not search.home.ok:
                told = f"{search.home.final_url} answered {search.home.status}"
                gone = search.home.status in _GONE
                return (
                    Answer.not_found(told, requests=going.requests)
                    if gone
                    else Answer.failed(told, requests=going.requests)
                )
            found = search.found
        else:
            found = [stated]
        for board in found:
            self._look(board, going)
        return self._answer(account, candidate, going)

    def _look(self, board: FoundBoard, going: _Round) -> None:
        """One board; one that is gone is asked where it went, by the address that was linked."""
        today = self._context.clock.now().date()
        visit = visit_board(self._context.web, board, today, self._board_pages)
        going.requests += visit.requests
        if visit.outcome is Outcome.NOT_FOUND and board.linked:
            going.requests += 1
            visit.renamed_to = self._moved_to(board)
        going.visits.append(visit)
        if visit.renamed_to is not None:
            visit.error = f"{board.name} is now {visit.renamed_to.name}"
            onward = visit_board(self._context.web, visit.renamed_to, today, self._board_pages)
            going.requests += onward.requests
            going.visits.append(onward)

    def _moved_to(self, board: FoundBoard) -> FoundBoard | None:
        try:
            response = self._context.web.get(board.linked)
        except SourceError:
            return None
        slug = board.board.slug_of(response.final_url) if response.ok else None
        if slug is None or slug.lower() == board.slug.lower():
            return None
        return FoundBoard(board.board, slug, response.final_url)

    def _answer(self, account: Account, candidate: Candidate, going: _Round) -> Answer[Reading]:
        errors = "; ".join([*going.errors, *(v.error for v in going.visits if v.error)])[:500]
        outcomes = {visit.outcome for visit in going.visits}
        if not going.visits:
            if going.errors:
                return Answer.failed(errors, requests=going.requests)
            return Answer(Outcome.ZERO_ROWS, requests=going.requests)
        if not outcomes & {Outcome.ROWS, Outcome.ZERO_ROWS}:
            worst = Outcome.FAILED if Outcome.FAILED in outcomes else Outcome.NOT_FOUND
            return Answer(worst, (), errors, going.requests)
        at = self._context.clock.now()
        told: list[Told] = []
        looks: list[BoardLook] = []
        for visit in going.visits:
            if visit.outcome in (Outcome.ROWS, Outcome.ZERO_ROWS):
                board = visit.found.name
                told += tell_roles(account.id, self.name, board, visit.sheets, at, self._ads_read)
                looks.append(
                    BoardLook(
                        account.id, self.name, board, at, len(visit.sheets), visit.found.board.collector,
                        visit.complete,
                    )
                )  # fmt: skip
        made = observe_technologies(self._catalogue, self.name, candidate.company.id, told, at)
        reading = Reading(
            observations=tuple(made), postings=tuple(t.posting for t in told), looks=tuple(looks)
        )
        return Answer.of((reading,), requests=going.requests, error=errors, until=_first_end(going.visits))


def _first_end(visits: Iterable[BoardVisit]) -> datetime | None:
    """When the first of the roles runs out by its own word, its page unchanged; None where none says."""
    ends = [role.until for visit in visits for role, _ in visit.sheets if role.until is not None]
    return datetime.combine(min(ends) + timedelta(days=1), time(), UTC) if ends else None

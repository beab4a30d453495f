"""The source `technographics`: what shows on the pages of a company's own site.

It asks for no page that this run has already read: the site's own source comes first, and its pages are remembered.
"""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import urlsplit

from accounts.account import Account
from accounts.catalogue import shipped_catalogue
from accounts.errors import SourceError, WarehouseError
from accounts.link import Candidate
from accounts.observation import Evidence, Outcome
from accounts.values.web import host_of, registrable_domain
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.firmographic.condition import Condition, condition_of
from enrichers.firmographic.name_parts import domain_label
from enrichers.firmographic.own_website import own_website
from enrichers.firmographic.page import parse_page
from enrichers.firmographic.visit import is_page
from enrichers.technographic.database import detector_for
from enrichers.technographic.facts import MAIN, SUBDOMAIN, Sighting, evidence_passage, observations
from enrichers.technographic.public import installed_path
from enrichers.technographic.surface import read_surface
from enrichers.web.charset import decode
from enrichers.web.recent import Recent, Remembers, site_of
from enrichers.web.response import Response

_log = logging.getLogger(__name__)
_NOT_THEIRS = frozenset({Condition.FOR_SALE, Condition.PARKED, Condition.SUSPENDED})
MOST_PAGES = 12


@source
class Stack:
    """Reads technologies off the pages of an account's site; setting `fingerprints` names a public set to use."""

    name = "technographics"
    provides = frozenset({"technologies", "email_suite", "cdn", "crm_suite", "erp_suite", "marketing_suite"})
    needs = frozenset({"website"})
    cost = 0.0
    every_days = 7
    repeatable = True
    looks_again = True
    licence = "facts from the company's own public site"

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._catalogue = shipped_catalogue()
        path = context.settings.get("fingerprints")
        self._fingerprints = Path(str(path)) if path else None

    @property
    def basis(self) -> str:
        """Which fingerprints are in force."""
        path = self._fingerprints or installed_path()
        return f"{path.name} {path.stat().st_mtime_ns}" if path and path.exists() else ""

    def search(self, account: Account) -> Answer[Candidate]:
        """The account's own website as the one candidate, stated; no request is made."""
        return own_website(self.name, account)

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """The technologies of the site's pages; `pages` of the reading are those that were read in full."""
        try:
            return self._read(account, candidate)
        except WarehouseError:
            raise
        except Exception as error:  # one hostile site must not cost the shard its other accounts
            _log.exception("reading the technologies of %s failed", candidate.url)
            return Answer.failed(f"{candidate.url} could not be read: {type(error).__name__}: {error}"[:300])

    def _read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        known, requests = self._pages(candidate.url)
        pages = sorted((r for r in known.responses if r.ok and is_page(r)), key=_is_inner)[:MOST_PAGES]
        if not pages:
            return _without_pages(candidate.url, known, requests)
        elsewhere = _not_their_site(candidate.url, pages[0])
        if elsewhere:
            return Answer(Outcome.ZERO_ROWS, (), elsewhere, requests)
        own = site_of(pages[0].final_url)
        pages = [page for page in pages if site_of(page.final_url) == own]
        sightings = [sighting for page in pages for sighting in self._sightings(page)]
        said = observations(
            sightings, catalogue=self._catalogue, account_id=account.id, source=self.name, record_id=candidate.company.id,
            clock=self._context.clock,
        )  # fmt: skip
        reading = Reading(said, pages=tuple(dict.fromkeys(page.final_url for page in pages)))
        return Answer(Outcome.ROWS if said else Outcome.ZERO_ROWS, (reading,), "", requests)

    def _pages(self, url: str) -> tuple[Recent, int]:
        """What this run has read of the site; the home page is asked for where that is nothing."""
        web = self._context.web
        known = web.recent(url) if isinstance(web, Remembers) else Recent()
        if known.responses or known.failure is not None:
            return known, 0
        try:
            return Recent([web.get(url)]), 1
        except SourceError as error:
            return Recent([], error), 1

    def _sightings(self, page: Response) -> list[Sighting]:
        host, domain = host_of(page.final_url) or "", registrable_domain(page.final_url) or ""
        place = MAIN if host.removeprefix("www.") == domain or not domain else SUBDOMAIN
        surface = read_surface(
            decode(page.body, page.headers),
            page.final_url,
            page.headers,
            certificate_issuer=page.certificate_issuer,
        )
        return [
            Sighting(found, _evidence(page, evidence_passage(found), found.where), place)
            for found in detector_for(self._fingerprints).detect(surface)
        ]


def _is_inner(page: Response) -> bool:
    """True for any page but the home page, which counts first."""
    return urlsplit(page.final_url).path not in ("", "/")


def _evidence(page: Response, shown: str, where: str) -> Evidence:
    return Evidence(page.final_url, shown, page.fetched_at, where, page.body_sha256)


def _without_pages(url: str, known: Recent, requests: int) -> Answer[Reading]:
    """What a site without a readable page comes to."""
    if not known.responses:
        return Answer.failed(
            known.failure.what if known.failure else f"{url} did not answer", requests=requests
        )
    last = known.responses[0]
    told = f"{last.final_url} answered {last.status}"
    if last.status in (404, 410):
        return Answer.not_found(told, requests=requests)
    if last.ok:
        return Answer(Outcome.ZERO_ROWS, (), f"{last.final_url} is no page", requests)
    return Answer.failed(told, requests=requests)


def _not_their_site(asked: str, home: Response) -> str:
    """Why what the home page shows says nothing about the account, or an empty text."""
    if site_of(asked) != site_of(home.final_url) and domain_label(asked) != domain_label(home.final_url):
        return f"{asked} leads to {home.final_url}, which may be somebody else's"
    finding = condition_of(parse_page(decode(home.body, home.headers), home.final_url))
    if finding is not None and finding.condition in _NOT_THEIRS:
        return f"{home.final_url}: {finding.passage}"[:300]
    return ""

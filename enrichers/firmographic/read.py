"""Everything pages say about their company: each page is read once, then a site's pages are settled together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from accounts.values import Hints
from enrichers.firmographic.about import about
from enrichers.firmographic.address import Address, settle_addresses
from enrichers.firmographic.addresses import address_facts, addresses
from enrichers.firmographic.condition import Finding, condition_of
from enrichers.firmographic.country import hints_of
from enrichers.firmographic.executives import executives
from enrichers.firmographic.fact import Fact
from enrichers.firmographic.identifiers import identifiers
from enrichers.firmographic.industry import industry
from enrichers.firmographic.mailboxes import mailboxes, settle_mailboxes
from enrichers.firmographic.name_witnesses import Witness, name_witnesses, named_by
from enrichers.firmographic.names import settle_names
from enrichers.firmographic.page import Page, parse_page
from enrichers.firmographic.parents import parents
from enrichers.firmographic.phones import Sighting, settle_phones, sight_phones
from enrichers.firmographic.profile import profile
from enrichers.firmographic.prose import Prose, doubted
from enrichers.firmographic.site_links import links
from enrichers.firmographic.social import social
from enrichers.firmographic.structured import Organisation, organisations

_log = logging.getLogger(__name__)
T = TypeVar("T")
_AGAIN = 0.02
"""What a value gains in confidence for every further page that prints it."""
_MOST = 60
"""Values kept of one field: a staff directory is no list of company lines."""


@dataclass(frozen=True, slots=True)
class PageRead:
    """What one page says, before it is settled with its site's other pages."""

    page: Page
    hints: Hints
    witnesses: tuple[Witness, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    addresses: tuple[Address, ...] = ()
    facts: tuple[Fact, ...] = ()
    links: dict[str, list[str]] = field(default_factory=dict)
    finding: Finding | None = None


def read_page(html: str, url: str | None = None, country: str | None = None) -> PageRead:
    """What a decoded page says. `country` is where the account is known to be. Never raises for what a page holds."""
    return read_parsed(parse_page(html, url), country)


def read_parsed(page: Page, country: str | None = None) -> PageRead:
    """What a page that is parsed already says."""
    marked: list[Organisation] = _guarded(lambda: organisations(page), page, [])
    hints = _guarded(lambda: hints_of(page, country), page, Hints(country, None))
    none: list[Fact] = []
    prose = Prose(page)
    table = _guarded(lambda: profile(page), page, none)
    profiles = _guarded(lambda: social(page, marked), page, none)
    facts = [
        *_guarded(lambda: doubted(page, mailboxes(page, marked), prose), page, none),
        *_guarded(lambda: identifiers(page), page, none),
        *_guarded(lambda: about(page, marked), page, none),
        *_guarded(lambda: industry(page, marked), page, none),
        *_guarded(lambda: parents(page, marked), page, none),
        *_guarded(lambda: executives(page, marked), page, none),
        *(fact for fact in table if fact.field != "legal_name"),
        *profiles,
    ]
    nobody: list[Witness] = []
    names = _guarded(lambda: [*name_witnesses(page, marked), *named_by(table, page)], page, nobody)
    return PageRead(
        page=page,
        hints=hints,
        witnesses=tuple(names),
        sightings=tuple(_guarded(lambda: sight_phones(page, marked, hints, prose), page, [])),
        addresses=tuple(_guarded(lambda: addresses(page, marked, hints, country), page, [])),
        facts=tuple(replace(fact, page=page) for fact in facts),
        links=_guarded(lambda: links(page, profiles), page, {}),
        finding=_guarded(lambda: condition_of(page), page, None),
    )


def settle(reads: Sequence[PageRead]) -> dict[str, list[Fact]]:
    """The facts of a site by field, best first, from the pages that were read of it, the home page first."""
    facts = [
        *settle_names([w for read in reads for w in read.witnesses], reads[0].page.url if reads else None),
        *settle_phones([s for read in reads for s in read.sightings]),
        *address_facts(settle_addresses([a for read in reads for a in read.addresses])),
        *(fact for read in reads for fact in read.facts),
    ]
    fields: dict[str, dict[str, Fact]] = {}
    for fact in facts:
        known = fields.setdefault(fact.field, {})
        key = fact.canonical or fact.value.casefold()
        if fact.group is not None:
            key = f"{fact.group}:{key}"
        before = known.get(key)
        if before is None:
            known[key] = fact
        else:
            best = max(before, fact, key=lambda f: f.confidence)
            known[key] = replace(best, confidence=min(0.97, best.confidence + _AGAIN))
    settled = {name: _ordered(name, list(known.values()))[:_MOST] for name, known in fields.items()}
    if "email" in settled:
        settled["email"] = settle_mailboxes(settled["email"], reads[0].page.url)
    return settled


def _ordered(name: str, facts: list[Fact]) -> list[Fact]:
    """Names, phones, addresses and mailboxes come ordered; the rest goes by confidence."""
    if name in ("name", "legal_name", "phone", "address", "email") or any(
        fact.group is not None for fact in facts
    ):
        return facts
    return sorted(facts, key=lambda fact: -fact.confidence)


def _guarded(extract: Callable[[], T], page: Page, otherwise: T) -> T:
    """What an extractor says; a page that breaks one costs that one's facts and a line in the log."""
    try:
        return extract()
    except Exception:  # hostile pages break assumptions nobody wrote down; the other extractors go on
        _log.exception("an extractor failed on %s", page.url or "a page without an address")
        return otherwise

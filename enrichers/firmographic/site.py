"""The source `site`: what a company's own web site says about it."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urljoin

from accounts.account import Account, Company
from accounts.catalogue import shipped_catalogue
from accounts.errors import WarehouseError
from accounts.link import Candidate
from accounts.observation import Evidence, Observation, Outcome, Signal
from accounts.values import Hints, no_hints, value_type
from accounts.values.place import country_code
from accounts.values.web import host_of, registrable_domain
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.firmographic.condition import Condition, Finding
from enrichers.firmographic.fact import Fact
from enrichers.firmographic.mailboxes import stated_domains
from enrichers.firmographic.name_parts import domain_label, domain_likeness, squeezed, without_legal_form
from enrichers.firmographic.own_website import own_website
from enrichers.firmographic.read import settle
from enrichers.firmographic.visit import Visit, Visitor
from enrichers.observe import observe, passage
from enrichers.web.response import Response

_log = logging.getLogger(__name__)
EXTRACTOR = "site/1"
_SIGNALS = frozenset(condition.value for condition in Condition)
_HAN = re.compile(r"[\u4e00-\u9fff]{3}")
_NOT_THE_FIRST = 0.3
"""What a part of an address other than the company's first loses: it may confirm, it may not replace."""
_CONTRADICTING = frozenset({Condition.MOVED, Condition.FOR_SALE, Condition.PARKED, Condition.SUSPENDED})
_TITLES = {
    Condition.FOR_SALE: "The website's domain is for sale",
    Condition.PARKED: "The website is parked",
    Condition.SUSPENDED: "The website is suspended",
    Condition.EMPTY: "The website is empty",
    Condition.SCRIPT_ONLY: "The website shows nothing without a browser's scripts",
}


@source
class Site:
    """Reads an account's own web site: home, contact, about, imprint; four outcomes kept apart."""

    name = "site"
    provides = frozenset(
        ["name", "legal_name", "phone", "email", "street", "city", "region", "postcode", "country", "website", "domain", "icp", "uscc", "social", "founded", "employees", "industry", "description", "logo", "industry_code", "industry_scheme", "parent", "registered_capital", "legal_representative", "business_scope", "lei", "key_executives"]
    ) | _SIGNALS  # fmt: skip
    needs = frozenset({"website"})
    cost = 0.0
    every_days = 1
    repeatable = True
    licence = "facts from the company's own public site"

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._visitor = Visitor(context.web, context.settings)
        self._catalogue = shipped_catalogue()

    def search(self, account: Account) -> Answer[Candidate]:
        """The account's own website as the one candidate, stated; no request is made."""
        return own_website(self.name, account)

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """What the site says: observations, facts about the site as signals, and the company it describes."""
        try:
            return self._read(account, candidate)
        except WarehouseError:  # no room for the evidence: that is the run's trouble, not the site's
            raise
        except Exception as error:  # one hostile site must not cost the shard its other accounts
            _log.exception("reading %s failed", candidate.url)
            return Answer.failed(f"{candidate.url} could not be read: {type(error).__name__}: {error}"[:300])

    def _read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        visit = self._visitor.visit(
            candidate.url, country_code(account.get("country") or ""), _language_of(account)
        )
        if visit.outcome is not Outcome.ROWS:
            return Answer(visit.outcome, (), visit.error, visit.requests)
        fields = settle(visit.reads)
        signals = tuple(self._signal(account, candidate, visit, finding) for finding in visit.findings)
        observations: tuple[Observation, ...] = ()
        if not any(f.condition in _CONTRADICTING - {Condition.MOVED} for f in visit.findings):
            observations = tuple(self._observations(account, candidate, visit, fields))
        if visit.moved_to and not _kin(account, visit, fields):
            observations = ()  # somebody else's site, or nobody knows: what it says is in `company`, for the matcher
        if not observations and not signals:
            return Answer(Outcome.ZERO_ROWS, (), visit.error, visit.requests)
        reading = Reading(observations, signals, _company(candidate, visit, fields))
        return Answer.of((reading,), requests=visit.requests, error=visit.error)

    def _observations(
        self, account: Account, candidate: Candidate, visit: Visit, fields: dict[str, list[Fact]]
    ) -> list[Observation]:
        """Observations of every fact the catalogue has a field for, each once; the address itself where it says anything."""
        hints = visit.reads[0].hints
        facts = [fact for found in fields.values() for fact in found]
        made: dict[str, Observation] = {}
        for fact in facts:
            seen = self._observation(account, candidate, visit, fact, hints)
            if seen and (seen.id not in made or made[seen.id].confidence < seen.confidence):
                made[seen.id] = seen
        if not made:
            return []
        home = visit.responses[0].final_url
        sure = 0.7 if visit.moved_to else 0.9
        for field, text in (("website", urljoin(home, "/")), ("domain", registrable_domain(home) or "")):
            fact = Fact(field, text, sure, f"{candidate.url} answered at {home}", f"{field}.answered")
            seen = self._observation(account, candidate, visit, fact, no_hints)
            if seen:
                made[seen.id] = seen
        return list(made.values())

    def _observation(
        self, account: Account, candidate: Candidate, visit: Visit, fact: Fact, hints: Hints
    ) -> Observation | None:
        if fact.field not in self._catalogue:
            return None
        response = _response_of(visit, fact)
        further = fact.group is not None and fact.group > 0
        return observe(
            self._catalogue, account.id, fact.field, fact.canonical or fact.value,
            source=self.name, record_id=candidate.company.id,
            evidence=Evidence(response.final_url, passage(fact.passage or fact.value), response.fetched_at, fact.selector, response.body_sha256),
            confidence=max(0.05, fact.confidence - (_NOT_THE_FIRST if further else 0.0)) * (0.9 if visit.moved_to else 1.0),
            extractor=f"{EXTRACTOR} {fact.rule}", at=self._context.clock.now(), hints=hints, kind=fact.kind, display=fact.value,
        )  # fmt: skip

    def _signal(self, account: Account, candidate: Candidate, visit: Visit, finding: Finding) -> Signal:
        response = visit.responses[0]
        return Signal(
            account_id=account.id, signal_class=finding.condition.value, title=_title(candidate.url, visit, finding.condition),
            source=self.name, record_id=candidate.company.id,
            evidence=Evidence(response.final_url, passage(finding.passage), response.fetched_at, None, response.body_sha256),
            confidence=finding.confidence, extractor=EXTRACTOR, observed_at=self._context.clock.now(),
            contradicts=("website",),
            slots={"from": candidate.url, "to": visit.moved_to} if visit.moved_to and finding.condition is Condition.MOVED else {},
        )  # fmt: skip


def _title(asked: str, visit: Visit, condition: Condition) -> str:
    """What a person reads of a finding: which address, and for one that moved, where to."""
    if condition is Condition.MOVED and visit.moved_to:
        return f"{host_of(asked) or asked} now leads to {host_of(visit.moved_to) or visit.moved_to}"
    return f"{_TITLES[condition]}: {asked}"


def _response_of(visit: Visit, fact: Fact) -> Response:
    """The answer a fact was read from."""
    for read, response in zip(visit.reads, visit.responses, strict=True):
        if fact.page is read.page:
            return response
    return visit.responses[0]


def _kin(account: Account, visit: Visit, fields: dict[str, list[Fact]]) -> bool:
    """True where a site on another domain still goes by the account's name, or by the old domain's, or has its phone."""
    old, new = domain_label(visit.asked), domain_label(visit.moved_to)
    if old and old == new:
        return True
    if _same_line(account, fields.get("phone", ())):
        return True
    name = account.get("name") or ""
    bare = squeezed(without_legal_form(name))
    said = [
        squeezed(without_legal_form(fact.value))
        for field in ("name", "legal_name")
        for fact in fields.get(field, ())[:2]
    ]
    alike = bare in said or (_HAN.match(bare) is not None and any(own.endswith(bare) for own in said))
    return len(bare) >= 3 and (alike or domain_likeness(name, new) >= 0.9)


def _same_line(account: Account, phones: Sequence[Fact]) -> bool:
    """True where the site prints the account's phone as a line of its own."""
    kind, text = value_type("phone"), account.get("phone")
    hints = Hints(country_code(account.get("country") or ""))
    if not text or kind.problem(text, hints):
        return False
    mine = kind.key(text, hints)
    return any(fact.canonical == mine for fact in phones if fact.kind not in ("fax", "mobile", "person"))


def _language_of(account: Account) -> str | None:
    """The language to read a site in where it has several: that of the account's name, else its country's; None for neither."""
    if re.search(r"[\u4e00-\u9fff]", account.get("name") or ""):
        return "zh"
    country = country_code(account.get("country") or "")
    return {"CN": "zh", "TW": "zh", "US": "en", "GB": "en", "IE": "en", "AU": "en", "NZ": "en"}.get(
        country or ""
    )


def _company(candidate: Candidate, visit: Visit, fields: dict[str, list[Fact]]) -> Company:
    """The company as its site describes it, for the matcher."""
    names = [
        fact.value
        for field in ("legal_name", "name", "former_names")
        for fact in fields.get(field, ())[:2]
        if fact.confidence >= 0.4
    ]
    phones = [
        fact.canonical
        for fact in fields.get("phone", ())
        if fact.canonical and fact.kind not in ("fax", "mobile", "person")
    ]
    address = {
        part: fields[part][0].value
        for part in ("street", "city", "region", "postcode", "country")
        if fields.get(part) and not fields[part][0].group
    }
    mailboxes = fields.get("email", [])
    own = replace(
        candidate.company, websites=tuple(dict.fromkeys((visit.responses[0].final_url, candidate.url)))
    )
    return replace(
        own,
        names=tuple(dict.fromkeys(names)),
        email_domains=stated_domains(mailboxes),
        phones=tuple(phones[:10]),
        address=address,
        identifiers={"uscc": fields["uscc"][0].value} if fields.get("uscc") else {},
        industry=fields["industry"][0].value if fields.get("industry") else None,
        description=fields["description"][0].value if fields.get("description") else None,
    )

"""The source `edgar_facts`: revenue with its currency and year, and headcount, from what registrants tagged in their reports.

Source: https://www.sec.gov/search-filings/edgar-application-programming-interfaces (companyfacts). A fact repeats in many filings:
the one filed last for a period holds. `fy` and `fp` are the filing's, so a period is known by its days alone, and a
year is called by the one it ends in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from accounts.account import Account, Company
from accounts.catalogue import shipped_catalogue
from accounts.errors import SourceBroken, SourceError
from accounts.link import Candidate
from accounts.observation import Evidence, Observation, Outcome
from accounts.values import value_type
from enrichers.base import Answer, Reading, SourceContext, source
from enrichers.observe import observe
from enrichers.readers import reader
from enrichers.registry.edgar import Edgar
from enrichers.registry.edgar_desk import Counter, EdgarDesk
from enrichers.shapes import day, dig, load_object, objects, text, whole
from enrichers.web.response import Response

FACTS = "https://data.sec.gov/api/xbrl/companyfacts/CIK{cik:0>10}.json"
_REVENUE = (
    "RevenueFromContractWithCustomerExcludingAssessedTax", "Revenues", "RevenueFromContractWithCustomerIncludingAssessedTax",
    "RevenuesNetOfInterestExpense", "SalesRevenueNet", "Revenue",
)  # fmt: skip
_EMPLOYEES = "EntityNumberOfEmployees"
_EXTRACTOR = "edgar-facts/1"
_OLDEST_DAYS = 800


@dataclass(frozen=True, slots=True)
class Fact:
    """One tagged figure: its tag, unit, value, the period's days, and when it was filed in which filing."""

    tag: str
    unit: str
    value: int
    start: date | None
    end: date
    filed: date
    filing: str


@source
class EdgarFacts:
    """Offers registrants as `edgar` does, by CIK or name, and reads their companyfacts. Threads may share one instance."""

    name = "edgar_facts"
    provides = frozenset({"revenue", "revenue_currency", "revenue_year", "employees"})
    needs = Edgar.needs
    cost = 0.0
    licence = "public domain (U.S. government work)"

    def __init__(self, context: SourceContext) -> None:
        self._edgar = Edgar(context)
        self._desk = EdgarDesk(context)
        self._catalogue = shipped_catalogue()

    def search(self, account: Account) -> Answer[Candidate]:
        """The registrant the account names by its CIK, stated and without a request, else those of a like name."""
        cik = value_type("cik").canonical(account.get("cik") or "")
        if cik:
            company = Company(cik, (), identifiers={"cik": cik})
            return Answer.of((Candidate(self.name, company, FACTS.format(cik=cik), stated=True),))
        answer = self._edgar.search(account)
        rows = (replace(c, source=self.name, url=FACTS.format(cik=c.company.id)) for c in answer.rows)
        return replace(answer, rows=tuple(rows))

    def read(self, account: Account, candidate: Candidate) -> Answer[Reading]:
        """Revenue of the last full year, and headcount where it is tagged."""
        requests = Counter()
        try:
            response = self._desk.get(FACTS.format(cik=candidate.company.id), requests)
            if response is None:
                return Answer.not_found(
                    f"EDGAR has no facts of CIK {candidate.company.id}.", requests=requests.count
                )
            facts = load_facts(response.body)
            found = [f for f in (annual_revenue(facts), headcount(facts)) if f is not None]
            recent = [f for f in found if (response.fetched_at.date() - f.end).days <= _OLDEST_DAYS]
            made = tuple(o for fact in recent for o in self._observations(account, candidate, fact, response))
            if not made:
                return Answer(Outcome.ZERO_ROWS, requests=requests.count)
            return Answer.of((Reading(made),), requests=requests.count)
        except SourceError as error:
            return Answer.failed(str(error), requests=requests.count)

    def _observations(
        self, account: Account, candidate: Candidate, fact: Fact, response: Response
    ) -> Iterator[Observation]:
        if fact.tag == _EMPLOYEES:
            told = {"employees": str(fact.value)}
        else:
            told = {
                "revenue": str(fact.value),
                "revenue_currency": fact.unit,
                "revenue_year": str(fact.end.year),
            }
        shown = f"{fact.tag} {fact.value} {fact.unit}, {fact.start or ''} to {fact.end}, filed {fact.filed} in {fact.filing}"
        evidence = Evidence(
            response.final_url, shown, response.fetched_at, f"/facts/{fact.tag}", response.body_sha256
        )
        for field, value in told.items():
            made = observe(
                self._catalogue, account.id, field, value, source=self.name, record_id=candidate.company.id,
                evidence=evidence, confidence=0.95, extractor=_EXTRACTOR, at=response.fetched_at,
            )  # fmt: skip
            if made is not None:
                yield made


def load_facts(body: bytes) -> Mapping[str, Any]:
    """The facts of a companyfacts file by taxonomy. Raises SourceBroken where the body is none."""
    facts = load_object(body, "a companyfacts file").get("facts")
    if not isinstance(facts, dict):
        raise SourceBroken("The answer is not a companyfacts file: it has no facts.")
    return facts


def facts_of(facts: Mapping[str, Any], tag: str) -> list[Fact]:
    """All figures under a tag, of each period the one filed last."""
    newest: dict[tuple[str, date | None, date], Fact] = {}
    for taxonomy in ("us-gaap", "ifrs-full", "dei"):
        units = dig(facts, taxonomy, tag, "units")
        for unit, rows in units.items() if isinstance(units, dict) else ():
            for row in objects(rows):
                end, filed, value = day(row.get("end")), day(row.get("filed")), whole(row.get("val"))
                if end is None or filed is None or value is None:
                    continue
                fact = Fact(tag, str(unit), value, day(row.get("start")), end, filed, text(row.get("accn")))
                key = (fact.unit, fact.start, fact.end)
                if key not in newest or newest[key].filed < filed:
                    newest[key] = fact
    return list(newest.values())


def annual_revenue(facts: Mapping[str, Any]) -> Fact | None:
    """The revenue of the last period of about a year; of tags that end the same day the one that stands first."""
    years = [
        (f.end, -rank, f)
        for rank, tag in enumerate(_REVENUE)
        for f in facts_of(facts, tag)
        if len(f.unit) == 3 and f.start is not None and 350 <= (f.end - f.start).days <= 380
    ]
    return max(years, key=lambda y: y[:2])[2] if years else None


def headcount(facts: Mapping[str, Any]) -> Fact | None:
    """The last number of employees; most registrants do not tag it."""
    return max(facts_of(facts, _EMPLOYEES), key=lambda f: (f.end, f.filed), default=None)


@reader("edgar-facts")
def read_facts(body: bytes) -> Iterator[dict[str, Any]]:
    """The figures we take from a companyfacts file: one row each."""
    facts = load_facts(body)
    for fact in (annual_revenue(facts), headcount(facts)):
        if fact is not None:
            yield {
                "tag": fact.tag, "value": fact.value, "unit": fact.unit, "from": fact.start, "to": fact.end,
                "year": fact.end.year, "filed": fact.filed, "filing": fact.filing,
            }  # fmt: skip

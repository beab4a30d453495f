"""Enrich and link one shard: for each account ask the sources, cheap first, until its needs are met.

The matcher stands between `search` and `read`, and once more after reading, when the record has spoken for itself.
A shard touches no database: it returns rows, which the one writer loads.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from accounts.account import Account, Company
from accounts.catalogue import Catalogue
from accounts.errors import SourceError, WarehouseError
from accounts.golden import Freshness
from accounts.link import Candidate, Link, LinkDecision
from accounts.observation import Observation, Outcome, Signal
from accounts.protocols import Judgements
from accounts.run import SourceCall, WorkItem
from accounts.telling import Article, BoardLook, Posting
from enrichers.base import Answer, Reading, Source
from enrichers.taped import is_repeatable, read_or_recognise
from flows.company import company_of
from flows.judging import Judge, Judged
from flows.knowing import Memory
from flows.readings import Known, Recognition, Remembered, Sight, filled_by, link_basis
from flows.spending import Spending
from intelligence.contradictions import with_doubts
from matchers import link_account

log = logging.getLogger("evergreen")


@dataclass(frozen=True, slots=True)
class Task:
    """One account to look at, with what it needs, and the newest readings of its records by source."""

    account: Account
    item: WorkItem
    known: Mapping[str, Known] = field(default_factory=dict)


@dataclass(slots=True)
class Findings:
    """What looking at accounts brought. `judged` is what was made of the articles; the texts themselves go no further."""

    observations: list[Observation] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    links: list[tuple[Link, Candidate, datetime]] = field(default_factory=list)
    calls: list[SourceCall] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    looks: list[BoardLook] = field(default_factory=list)
    judged: Judged = field(default_factory=Judged)
    remembered: list[Remembered] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Takes another's findings in."""
        self.observations += other.observations
        self.signals += other.signals
        self.links += other.links
        self.calls += other.calls
        self.postings += other.postings
        self.looks += other.looks
        self.judged.judgements += other.judged.judgements
        self.judged.watched += other.judged.watched
        self.remembered += other.remembered
        self.sights += other.sights


@dataclass(frozen=True, slots=True)
class Enricher:
    """Asks the sources about accounts; `now` is the run's time, `told` the ids of dated signals that are known already.

    With `recognition`, a record whose pages are unchanged is not parsed again.
    """

    run_id: str
    sources: Sequence[Source]
    catalogue: Catalogue
    judgements: Judgements
    now: datetime
    judge: Judge = field(default_factory=Judge)
    told: frozenset[str] = frozenset()
    spending: Spending = field(default_factory=Spending)
    recognition: Recognition | None = None
    memory: Memory | None = None

    def enrich_all(
        self, tasks: Sequence[Task], threads: int, told: Callable[[int], None] = lambda _: None
    ) -> Findings:
        """The findings about all tasks, in their order; `told` hears of every account finished."""
        total = Findings()
        with ThreadPoolExecutor(max_workers=max(1, threads), thread_name_prefix="enrich") as pool:
            for findings in pool.map(self.enrich, tasks):
                total.add(findings)
                told(1)
        return total

    def enrich(self, task: Task) -> Findings:
        """The findings about one account: sources in order of cost, those that look again at others' pages after them, each only
        while a need it may fill is open."""
        findings = Findings()
        answered: set[str] = set()
        for source in sorted(self.sources, key=lambda s: (s.cost, bool(getattr(s, "looks_again", False)))):
            if not _is_wanted(source, task, answered) or not _has_needs(task.account, source):
                continue
            if not self.spending.reserve(source, task.account.id):
                continue
            started = time.monotonic()
            part = self._ask_safely(task, source)
            part.calls = [replace(c, seconds=round(time.monotonic() - started, 3)) for c in part.calls]
            findings.add(part)
            satisfied = self._satisfied(part)
            filled = bool(satisfied.intersection(need.field for need in task.item.needs) or part.signals)
            self.spending.settle(source, task.account.id, sum(c.cost for c in part.calls), filled=filled)
            answered |= satisfied
        return findings

    def _satisfied(self, findings: Findings) -> set[str]:
        """Fields an accepted record has answered above the bar."""
        sure = {(x.source, x.record_id) for x, _, _ in findings.links if x.decision is LinkDecision.ACCEPT}
        told = (o for o in findings.observations if (o.source, o.record_id) in sure)
        again = (s.known.fields for s in findings.sights if s.known.link_basis is not None)
        return {*filled_by(told, self.catalogue), *(name for fields in again for name in fields)}

    def _ask_safely(self, task: Task, source: Source) -> Findings:
        """What a source says of an account; a fault in it (a plug-in's, or ours) fails this one call and is logged."""
        account = task.account
        try:
            return self._ask(account, source, task.known.get(source.name))
        except WarehouseError:
            raise
        except SourceError as error:
            log.warning("source %s failed over account %s: %s", source.name, account.id, error.what)
            failed: Answer[Reading] = Answer.failed(error.what)
            return self._closed(Findings(), account, source, Outcome.FAILED, failed)
        except Exception as error:
            log.exception("source %s fell over account %s", source.name, account.id)
            fault: Answer[Reading] = Answer.failed(
                f"a fault in source {source.name}: {type(error).__name__}: {error}"
            )
            return self._closed(Findings(), account, source, Outcome.FAILED, fault)

    def _ask(self, account: Account, source: Source, known: Known | None) -> Findings:
        findings = Findings()
        found = self._search(account, source)
        if found.outcome is not Outcome.ROWS:
            return self._closed(findings, account, source, found.outcome, found)
        basis = self._link_basis(account, source, found.rows)
        chosen = known.settled_among(found.rows, basis) if known is not None else None
        if chosen is None:
            link = self._link(account, source, found.rows)
            if link is None:
                return self._closed(findings, account, source, Outcome.NOT_FOUND, found)
            chosen = next(c for c in found.rows if c.company.id == link.record_id)
            findings.links.append((link, chosen, self.now))
            if link.decision is not LinkDecision.ACCEPT:
                outcome = Outcome.ZERO_ROWS if link.decision is LinkDecision.REVIEW else Outcome.NOT_FOUND
                return self._closed(findings, account, source, outcome, found)
        known = known if known is not None and known.record_id == chosen.company.id else None
        answer = self._read(findings, account, source, chosen, known, basis)
        return self._closed(findings, account, source, answer.outcome, found, answer)

    def _search(self, account: Account, source: Source) -> Answer[Candidate]:
        """A source's candidates: by the numbers former links taught where the matcher accepts what they find, else as the CRM has it."""
        known = self.memory.with_numbers(account) if self.memory else account
        if known is account:
            return source.search(account)
        found = source.search(known)
        rows = tuple(replace(c, stated=False) for c in found.rows)
        link = self._link(account, source, rows)
        if link is not None and link.decision is LinkDecision.ACCEPT:
            return replace(found, rows=rows)
        again = source.search(account)
        return replace(again, requests=again.requests + found.requests, cost=again.cost + found.cost)

    def _heard(self, source: Source) -> Judgements:
        return self.memory.heard_by(source.name) if self.memory else self.judgements

    def _company(self, account: Account, source: Source) -> Company:
        return self.memory.as_company(account, source.name) if self.memory else company_of(account)

    def _link_basis(self, account: Account, source: Source, candidates: Sequence[Candidate]) -> str:
        """What a link of this record rests on; empty where the source's readings are not recognised."""
        if self.recognition is None or not is_repeatable(source):
            return ""
        learned = (
            (*self.memory.denied(account.id), "|", *self._company(account, source).websites)
            if self.memory
            else ()
        )
        return link_basis(account, source.name, candidates, self._heard(source), learned)

    def _read(
        self, findings: Findings, account: Account, source: Source, chosen: Candidate, known: Known | None, basis: str
    ) -> Answer[Reading]:  # fmt: skip
        """Reads a record into the findings, or recognises it as unchanged."""
        if self.recognition is None or not basis:
            answer = source.read(account, chosen)
            self._take(findings, account, source, chosen, answer)
            return answer
        before = known.trace if known is not None else None
        answer, trace = read_or_recognise(
            source, account, chosen, self.recognition.web, before, self.now, self.recognition.bars
        )
        if known is not None and answer.rows and answer.rows[0].same:
            if findings.links and known.company is not None:
                self._link_again(findings, account, source, chosen, known.company)
            accepted = not findings.links or findings.links[-1][0].decision is LinkDecision.ACCEPT
            known = replace(known, link_basis=basis if accepted else None)
            findings.sights.append(Sight(account.id, source.name, known, self.now))
            return known.answer(answer.requests)
        reading = next(iter(answer.rows), Reading())
        if not findings.links and (link := self._link(account, source, (chosen,))) is not None:
            findings.links.append((link, chosen, self.now))
        self._take(findings, account, source, chosen, answer)
        if trace is not None:
            accepted = findings.links[-1][0].decision is LinkDecision.ACCEPT
            signals = tuple(signal.id for signal in reading.signals)
            rows = len(findings.observations) + len(findings.postings) + len(signals)
            new = Known(
                self.run_id, chosen.company.id, trace, answer.outcome, rows,
                filled_by(findings.observations, self.catalogue), reading.pages, answer.error,
                reading.company, basis if accepted else None, signals,
            )  # fmt: skip
            findings.remembered.append(Remembered(account.id, source.name, new, self.now))
        return answer

    def _take(
        self, findings: Findings, account: Account, source: Source, chosen: Candidate, answer: Answer[Reading]
    ) -> None:
        for reading in answer.rows:
            findings.observations += reading.observations
            findings.signals += [with_doubts(s) for s in reading.signals if self._is_news(s)]
            findings.postings += reading.postings
            findings.looks += reading.looks
            findings.judged = self._judge(account, reading.articles)
            findings.signals += findings.judged.signals
            if reading.company is not None:
                self._link_again(findings, account, source, chosen, reading.company)

    def _link_again(
        self, findings: Findings, account: Account, source: Source, chosen: Candidate, company: Company
    ) -> None:
        """Asks the matcher once more, now that the record has spoken for itself."""
        again = replace(chosen, company=replace(company, id=chosen.company.id))
        link = self._link(account, source, [again])
        if link is not None:
            findings.links[-1] = (link, again, self.now)

    def _is_news(self, signal: Signal) -> bool:
        """False for a dated happening that is known already; what has no date is said anew by every reading."""
        return signal.id not in self.told or (signal.published_at is None and signal.happened_on is None)

    def _judge(self, account: Account, articles: Sequence[Article]) -> Judged:
        if not articles:
            return Judged()
        return self.judge.judge(
            self.memory.with_names(account) if self.memory else account, articles, self.now
        )

    def _link(self, account: Account, source: Source, candidates: Iterable[Candidate]) -> Link | None:
        return link_account(
            self._company(account, source), tuple(candidates), account_id=account.id, source=source.name,
            judgements=self._heard(source), denied=self.memory.denied(account.id) if self.memory else (),
        )  # fmt: skip

    def _closed(
        self, findings: Findings, account: Account, source: Source, outcome: Outcome,
        *answers: Answer[Candidate] | Answer[Reading],
    ) -> Findings:  # fmt: skip
        findings.calls.append(
            SourceCall(
                run_id=self.run_id, account_id=account.id, source=source.name, outcome=outcome,
                rows=_rows_in(findings),
                requests=sum(a.requests for a in answers), cost=sum(a.cost for a in answers), seconds=0.0,
                at=self.now, error="; ".join(a.error for a in answers if a.error), pages=_pages(answers),
            )
        )  # fmt: skip
        return findings


def _rows_in(findings: Findings) -> int:
    counts = (len(findings.observations), len(findings.signals), len(findings.judged.judgements))
    return sum(counts) + len(findings.postings) + sum(sight.known.rows for sight in findings.sights)


def _pages(answers: Iterable[Answer[Candidate] | Answer[Reading]]) -> tuple[str, ...]:
    """The addresses read in full."""
    rows = (row for answer in answers for row in answer.rows)
    return tuple(page for row in rows if isinstance(row, Reading) for page in row.pages)


def _is_wanted(source: Source, task: Task, answered: set[str]) -> bool:
    """True while a need is open that the source may fill and is due for; of what is contradicted all free ones are heard."""
    return any(
        need.field in source.provides
        and (need.field not in answered or (need.status is Freshness.CONTRADICTED and source.cost == 0))
        and (not need.sources or source.name in need.sources)
        for need in task.item.needs
    )


def _has_needs(account: Account, source: Source) -> bool:
    return not source.needs or any(account.get(name) for name in source.needs)

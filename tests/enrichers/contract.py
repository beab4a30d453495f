"""What every source must do, whoever wrote it. A plug-in's author runs it on their own class:

class TestMine(SourceContract):
    source_class = Mine
    pages = {"https://api.mine.test/acme": Page(b"{...}", content_type="application/json")}
    account = Account("A1", {"name": "Acme Ltd"})
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from accounts.account import Account
from accounts.catalogue import shipped_catalogue
from accounts.clock import FixedClock
from accounts.errors import SourceBroken, SourceUnavailable
from accounts.link import Candidate
from accounts.observation import Outcome
from enrichers.base import Answer, Reading, Source, SourceContext
from enrichers.web.response import Response

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
JUNK = {
    "nothing": b"",
    "html": b"<html><body>Please enable JavaScript</body></html>",
    "xml": b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>",
    "null": b"null",
    "a list": b"[]",
    "an empty object": b"{}",
    "a list of lists": b"[[[]], null, 1, {}]",
    "broken json": b'{"a": ',
    "deep json": b"[" * 20_000,
    "bytes": bytes(range(256)) * 20,
    "a long line": b"x" * 300_000,
}


@dataclass(frozen=True, slots=True)
class Page:
    """A saved answer of the world."""

    body: bytes
    status: int = 200
    content_type: str = "text/html"
    final_url: str = ""


@dataclass
class SavedWeb:
    """A `Web` of saved pages. `default` answers every other address; where it is None, nothing there can be reached."""

    pages: Mapping[str, Page] = field(default_factory=dict)
    default: Page | None = None
    asked: list[str] = field(default_factory=list)

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None
    ) -> Response:
        self.asked.append(url)
        return self._answer(url, self.pages.get(url, self.default))

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Response:
        """The page saved under `url body`, else the one of the address alone."""
        self.asked.append(url)
        return self._answer(url, self.pages.get(f"{url} {body.decode()}", self.pages.get(url, self.default)))

    @staticmethod
    def _answer(url: str, page: Page | None) -> Response:
        if page is None:
            raise SourceUnavailable(f"{url} cannot be reached.", url=url)
        return Response(
            url, page.final_url or url, page.status, {"content-type": page.content_type}, page.body,
            hashlib.sha256(page.body).hexdigest(), NOW,
        )  # fmt: skip


class BrokenWeb:
    """A `Web` whose every answer is unreadable."""

    def get(self, url: str, **_: object) -> Response:
        raise SourceBroken(f"{url} sent more than we read.", url=url)

    def post(self, url: str, body: bytes, **_: object) -> Response:
        raise SourceBroken(f"{url} sent more than we read.", url=url)


class SourceContract:
    """The shared tests; a subclass names its source, an account it finds, and the pages that answer for it."""

    source_class: ClassVar[type[Source]]
    pages: ClassVar[Mapping[str, Page]]
    account: ClassVar[Account]
    settings: ClassVar[Mapping[str, Any]] = {}

    def make(self, web: Any) -> Source:
        return self.source_class(SourceContext(web, FixedClock(NOW), self.settings))

    def found(self, web: Any = None) -> tuple[Source, Candidate]:
        source = self.make(web or SavedWeb(self.pages))
        answer = source.search(self.account)
        assert answer.outcome is Outcome.ROWS, answer
        return source, answer.rows[0]

    def reading(self) -> Reading:
        source, candidate = self.found()
        answer = source.read(self.account, candidate)
        assert answer.outcome is Outcome.ROWS, answer
        [reading] = answer.rows
        return reading

    def test_says_what_it_provides_needs_and_costs(self):
        cls = self.source_class
        assert re.fullmatch(r"[a-z][a-z0-9_]{1,30}", cls.name)
        assert cls.provides
        assert cls.needs
        assert cls.needs <= set(shipped_catalogue().names())
        assert cls.cost >= 0
        assert cls.licence

    def test_asks_the_world_only_when_it_is_asked(self):
        web = SavedWeb(self.pages)
        self.make(web)
        assert web.asked == []

    def test_offers_candidates_best_first(self):
        answer = self.make(SavedWeb(self.pages)).search(self.account)
        assert answer.outcome is Outcome.ROWS
        assert len({c.company.id for c in answer.rows}) == len(answer.rows)
        for candidate in answer.rows:
            assert candidate.source == self.source_class.name
            assert candidate.company.id
            assert candidate.url.startswith("http")

    def test_reads_one_record_with_evidence_for_every_value(self):
        reading = self.reading()
        told = (*reading.articles, *reading.postings, *reading.looks)
        assert reading.observations or reading.signals or told
        for teller in told:
            assert (teller.account_id, teller.source) == (self.account.id, self.source_class.name)
        for article in reading.articles:
            assert article.title
            assert article.record_id
            assert article.evidence.url.startswith("http")
            assert article.evidence.body_sha256
            assert article.published_at is None or article.published_at.tzinfo is not None
        for posting in reading.postings:
            assert posting.board
            assert posting.posting_id
            assert posting.title
            assert posting.url.startswith("http")
            assert posting.seen_at.tzinfo is not None
        for look in reading.looks:
            assert look.collector
            assert look.open_roles >= 0
            assert not look.complete or look.open_roles == sum(
                p.board == look.board for p in reading.postings
            )
        for said in (*reading.observations, *reading.signals):
            assert said.account_id == self.account.id
            assert said.source == self.source_class.name
            assert said.record_id
            assert said.extractor
            assert 0 < said.confidence <= 1
            assert said.observed_at.tzinfo is not None
            assert said.evidence.url.startswith("http")
            assert said.evidence.passage
            assert len(said.evidence.passage) <= 2000
            assert said.evidence.body_sha256

    def test_says_nothing_it_has_not_promised(self):
        reading = self.reading()
        assert {o.field for o in reading.observations} <= self.source_class.provides
        assert {s.signal_class for s in reading.signals} <= self.source_class.provides

    def test_values_are_in_canonical_form(self):
        catalogue = shipped_catalogue()
        for said in self.reading().observations:
            value_type = catalogue[said.field].value_type
            assert value_type.canonical(said.value) == said.value
            assert said.key

    def test_reading_twice_says_the_same(self):
        once, twice = self.reading(), self.reading()
        assert [o.id for o in once.observations] == [o.id for o in twice.observations]
        assert [s.id for s in once.signals] == [s.id for s in twice.signals]
        assert len({o.id for o in once.observations}) == len(once.observations)
        assert [a.id for a in once.articles] == [a.id for a in twice.articles]
        assert once.postings == twice.postings

    def test_an_unreachable_world_is_failed_and_never_empty(self):
        for web in (SavedWeb(), BrokenWeb()):
            answer = self.make(web).search(self.account)
            assert answer.outcome in (Outcome.FAILED, Outcome.ROWS), (
                "what could not be asked was called empty"
            )
            if answer.outcome is Outcome.ROWS:
                answer = self.make(web).read(self.account, answer.rows[0])
            self._failed(answer)

    def test_a_world_that_goes_away_between_search_and_read_is_failed(self):
        _, candidate = self.found()
        self._failed(self.make(SavedWeb()).read(self.account, candidate))

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503])
    def test_an_error_page_yields_no_values(self, status):
        _, candidate = self.found()
        source = self.make(SavedWeb(default=Page(JUNK["html"], status)))
        answer = source.read(self.account, candidate)
        assert answer.outcome in (Outcome.FAILED, Outcome.NOT_FOUND)
        assert answer.outcome is Outcome.FAILED or status in (404, 410)

    @pytest.mark.parametrize("junk", JUNK)
    def test_junk_is_no_error_and_no_value(self, junk):
        _, candidate = self.found()
        source = self.make(SavedWeb(default=Page(JUNK[junk])))
        assert isinstance(source.search(self.account), Answer)
        answer = source.read(self.account, candidate)
        assert isinstance(answer, Answer)
        assert not any(r.observations or r.articles or r.postings for r in answer.rows)

    def test_an_account_without_anything_to_go_by_is_no_error(self):
        answer = self.make(SavedWeb(default=Page(b"", 404))).search(Account("EMPTY", {}))
        assert isinstance(answer, Answer)
        assert not answer.rows

    def test_threads_may_share_it(self):
        source = self.make(SavedWeb(self.pages))
        answers: list[Answer[Candidate]] = []
        threads = [
            threading.Thread(target=lambda: answers.append(source.search(self.account))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({(a.outcome, tuple(c.company.id for c in a.rows)) for a in answers}) == 1
        assert len(answers) == 8

    @staticmethod
    def _failed(answer: Answer[Any]) -> None:
        assert answer.outcome is Outcome.FAILED
        assert answer.error
        assert answer.rows == ()

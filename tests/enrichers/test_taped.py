"""A reading is taken for the same only where everything it rested on is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.account import Account
from accounts.clock import FixedClock
from accounts.errors import SourceUnavailable
from accounts.observation import Outcome
from enrichers.base import Answer, Reading, SourceContext
from enrichers.firmographic.site import Site
from enrichers.hiring.job_ads import JobAds
from enrichers.news.company_news import CompanyNews
from enrichers.taped import Taped, Trace, is_repeatable, read_or_recognise, said_by
from enrichers.technographic.stack import Stack
from enrichers.web.recent import Memory, Recent
from enrichers.web.response import Response

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOME = "<html><head><title>Fernhollow Pumps Ltd</title></head><body><h1>Fernhollow Pumps Ltd</h1>{}<a href='/contact'>Contact</a></body></html>"
CONTACT = "<html><body><h1>Contact</h1><p>Fernhollow Pumps Ltd<br>Tel: +44 113 496 0{}</p></body></html>"


class Pages:
    """A web of some pages; an absent one is a host that does not answer."""

    def __init__(self, pages: Mapping[str, str], headers: Mapping[str, str] | None = None) -> None:
        self.pages, self.headers, self.asked = dict(pages), dict(headers or {}), 0
        self._memory = Memory()

    def get(self, url: str, **_: object) -> Response:
        self.asked += 1
        if url not in self.pages:
            raise SourceUnavailable(f"{url} does not answer.", url=url)
        body = self.pages[url].encode()
        status = 404 if not body else 200
        headers = {"content-type": "text/html", **self.headers}
        sha = hashlib.sha256(body).hexdigest()
        response = Response(url, url, status, headers, body, sha, NOW)
        self._memory.keep(url, response)
        return response

    def recent(self, url: str) -> Recent:
        return self._memory.of(url)

    def post(self, url: str, body: bytes, **_: object) -> Response:
        raise AssertionError


ACCOUNT = Account("A1", {"name": "Fernhollow Pumps", "website": "https://fernhollow.example/"})
URL = "https://fernhollow.example/"


def look(
    pages: Pages,
    before: Trace | None,
    account: Account = ACCOUNT,
    kind: Callable[[SourceContext], Site | Stack | JobAds | CompanyNews] = Site,
    now: datetime = NOW,
) -> tuple[Answer[Reading], Trace | None]:
    web = Taped(pages)
    source = kind(SourceContext(web, FixedClock(now)))
    candidate = source.search(account).rows[0]
    return read_or_recognise(source, account, candidate, web, before, now)


def world(home: str = "", phone: str = "187") -> dict[str, str]:
    return {URL: HOME.format(home), URL + "contact": CONTACT.format(phone)}


def test_unchanged_pages_are_asked_for_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    first, trace = look(Pages(world()), None)
    assert trace is not None
    assert {o.field for o in first.rows[0].observations} >= {"name", "phone"}
    monkeypatch.setattr(Site, "read", lambda *_: pytest.fail("it was read"))
    again = Pages(world())
    answer, kept = look(again, trace)
    assert answer.rows[0].same
    assert (answer.outcome, answer.requests, again.asked) == (Outcome.ROWS, first.requests, first.requests)
    assert kept == trace


def test_a_page_that_changed_is_read_and_nothing_is_asked_twice() -> None:
    _, trace = look(Pages(world()), None)
    new = Pages(world(phone="188"))
    answer, kept = look(new, trace)
    assert not answer.rows[0].same
    assert any(o.value.endswith("0188") for o in answer.rows[0].observations)
    assert answer.requests == new.asked
    assert kept is not None
    assert kept.fingerprint != (trace.fingerprint if trace else "")


def test_pages_no_longer_linked_are_counted_as_asked() -> None:
    _, trace = look(Pages(world()), None)
    new = Pages({URL: HOME.format("").replace("<a href='/contact'>Contact</a>", "")})
    answer, _ = look(new, trace)
    assert answer.requests == new.asked


def test_what_of_the_account_was_looked_at_counts_and_nothing_else() -> None:
    _, trace = look(Pages(world()), None)
    other = replace(ACCOUNT, values={**ACCOUNT.values, "employees": "12"})
    assert look(Pages(world()), trace, other)[0].rows[0].same
    moved = replace(ACCOUNT, values={**ACCOUNT.values, "country": "GB"})
    assert not look(Pages(world()), trace, moved)[0].rows[0].same


def test_what_tells_a_signal_is_recognised_as_well() -> None:
    parked = {
        URL: "<html><body><h1>This domain is for sale</h1><p>Buy this domain fernhollow.example today.</p></body></html>"
    }
    answer, trace = look(Pages(parked), None)
    assert answer.rows[0].signals
    assert look(Pages(parked), trace)[0].rows[0].same
    assert not look(Pages(world()), trace)[0].rows[0].same


def test_what_time_changes_is_read_again_in_time() -> None:
    """Advertisements run out, and news dated ahead come due, though their pages stay as they are."""
    board = '<script type=\'application/ld+json\'>{"@type": "JobPosting", "title": "Fitter", "validThrough": "2026-11-30"}</script>'
    pages = {URL: HOME.format("<a href='/jobs'>Jobs</a>"), URL + "jobs": f"<html><body>{board}</body></html>"}
    first, trace = look(Pages(pages), None, kind=JobAds)
    assert [p.title for p in first.rows[0].postings] == ["Fitter"]
    assert look(Pages(pages), trace, kind=JobAds, now=NOW + timedelta(days=8))[0].rows[0].same
    later, _ = look(Pages(pages), trace, kind=JobAds, now=NOW + timedelta(days=9))
    assert later.outcome is not Outcome.ROWS

    feed = "<rss version='2.0'><channel>{}</channel></rss>"
    item = "<item><title>Fernhollow Pumps opens a plant</title><link>https://fernhollow.example/n</link><pubDate>{}</pubDate></item>"
    link = "<link rel='alternate' type='application/rss+xml' href='/feed.xml'>"
    ahead = feed.format(item.format("Sat, 28 Nov 2026 08:00:00 GMT"))
    pages = {URL: HOME.format("").replace("</head>", f"{link}</head>"), URL + "feed.xml": ahead}
    first, trace = look(Pages(pages), None, kind=CompanyNews)
    assert first.outcome is Outcome.ZERO_ROWS
    assert look(Pages(pages), trace, kind=CompanyNews, now=NOW + timedelta(days=5))[0].rows[0].same
    due, _ = look(Pages(pages), trace, kind=CompanyNews, now=NOW + timedelta(days=6))
    assert len(due.rows[0].articles) == 1


def test_a_failure_is_no_reading_and_a_failing_part_may_be() -> None:
    assert look(Pages({}), None)[1] is None
    only_home = {URL: world()[URL]}
    first, trace = look(Pages(only_home), None)
    assert first.error
    assert look(Pages(only_home), trace)[0].rows[0].same
    assert not look(Pages(world()), trace)[0].rows[0].same


def test_technologies_heed_headers_that_last_and_no_others() -> None:
    def tech(headers: Mapping[str, str], before: Trace | None) -> tuple[Answer[Reading], Trace | None]:
        return look(Pages(world(), headers), before, kind=Stack)

    first, trace = tech({"server": "nginx/1.25.1", "date": "Sun", "set-cookie": "sid=1; Path=/"}, None)
    assert {o.value for o in first.rows[0].observations if o.field == "technologies"} >= {"Nginx"}
    same = {"server": "nginx/1.25.1", "date": "Mon", "set-cookie": "sid="}
    assert tech(same, trace)[0].rows[0].same
    assert not tech(same | {"server": "nginx/1.27.0"}, trace)[0].rows[0].same
    assert not tech(same | {"set-cookie": "PHPSESSID=, sid="}, trace)[0].rows[0].same


def test_a_source_promises_before_it_is_recognised() -> None:
    assert is_repeatable(Site(SourceContext(Pages({}), FixedClock(NOW))))
    assert not is_repeatable(object())  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["server", "etag", "expires", "set-cookie", "x-powered-by", "age"]),
        st.text(max_size=20),
    ),
    st.binary(max_size=50),
)
def test_equal_answers_are_equal_and_another_body_is_another(headers: dict[str, str], body: bytes) -> None:
    def answer(body: bytes) -> Response:
        return Response(URL, URL, 200, headers, body, hashlib.sha256(body).hexdigest(), NOW)

    assert said_by(answer(body)) == said_by(answer(body))
    assert said_by(answer(body)) != said_by(answer(body + b"."))

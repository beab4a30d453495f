from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from accounts.account import Account
from accounts.clock import FixedClock
from accounts.errors import SourceBroken
from accounts.observation import Outcome, SignalStatus
from enrichers.base import SourceContext
from enrichers.registry.edgar_daily import index_address, parse_index, working_days
from enrichers.registry.edgar_facts import FACTS, EdgarFacts, annual_revenue, load_facts
from enrichers.registry.edgar_filings import EdgarFilings
from enrichers.registry.edgar_items import read_events, told_by
from enrichers.registry.edgar_parse import parse_filings
from tests.enrichers.contract import JUNK, NOW, Page, SavedWeb, SourceContract
from tests.enrichers.registry import registers
from tests.enrichers.registry.edgar_world import submissions, url

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sources" / "edgar"
DENIED = Page(b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", 403, "application/xml")
_FILINGS = {"recent": {
    "accessionNumber": ["0009000001-26-000007", "0009000001-26-000006", "0009000001-26-000001"], "form": ["8-K", "8-K/A", "8-K"],
    "filingDate": ["2026-11-20", "2026-11-19", "2026-01-05"], "reportDate": ["2026-11-18", "", ""],
    "acceptanceDateTime": ["2026-11-20T21:00:00.000Z", "", ""], "items": ["5.02,2.05,9.01", "5.02", "1.03"], "primaryDocument": ["k.htm", "", ""],
}}  # fmt: skip
DAYS = working_days(NOW.date(), 3)
PAGES = {
    index_address(DAYS[0]): Page(registers.INDEX), index_address(DAYS[1]): DENIED, index_address(DAYS[2]): Page(b"", 404),
    url(9000001): Page(submissions(filings=_FILINGS)),
}  # fmt: skip
MERIDIAN = Account("A1", {"name": "Meridian Kettle Works Inc", "cik": "9000001"})
_FACTS = {FACTS.format(cik="9000001"): Page(json.dumps(registers.FACTS).encode())}


class TestFilings(SourceContract):
    source_class, pages, account = EdgarFilings, PAGES, MERIDIAN


class TestFacts(SourceContract):
    source_class, pages, account = EdgarFacts, _FACTS, MERIDIAN


def filings(pages=PAGES):
    web = SavedWeb(pages)
    return EdgarFilings(SourceContext(web, FixedClock(NOW))), web


def test_items_become_signals_of_their_day():
    source, _ = filings()
    [reading] = source.read(MERIDIAN, source.search(MERIDIAN).rows[0]).rows
    assert [(s.signal_class, s.happened_on) for s in reading.signals] == [
        ("executive_change", date(2026, 11, 18)), ("layoff", date(2026, 11, 18)),
    ]  # fmt: skip
    first = reading.signals[0]
    assert first.contradicts == ("key_executives",)
    assert first.published_at.isoformat() == "2026-11-20T21:00:00+00:00"
    assert first.evidence.url == "https://www.sec.gov/Archives/edgar/data/9000001/000900000126000007/k.htm"


def test_one_index_serves_all_accounts():
    source, web = filings()
    for n in range(5):
        assert source.search(Account(f"X{n}", {"name": "Quilted Harbor Ltd."})).outcome is Outcome.ZERO_ROWS
    assert len(web.asked) == 3


def test_a_name_reaches_a_filer_too():
    source, _ = filings()
    [candidate] = source.search(Account("A", {"name": "Meridian Kettle Works Inc"})).rows
    assert (candidate.company.id, candidate.stated) == ("9000001", False)


def test_days_without_any_index_are_a_failure_and_a_refusal_is_one():
    assert filings({index_address(day): DENIED for day in DAYS})[0].search(MERIDIAN).outcome is Outcome.FAILED
    slow = Page(b"<html>Request Rate Threshold Exceeded</html>", 403)
    source, web = filings({index_address(day): slow for day in DAYS})
    assert source.search(MERIDIAN).outcome is Outcome.FAILED
    assert source.search(MERIDIAN).outcome is Outcome.FAILED
    assert len(web.asked) == 1


def test_the_index_is_read_and_an_empty_one_is_no_error():
    found = list(parse_index(registers.INDEX))
    assert [(f.form, f.cik, f.filed) for f in found][1] == ("8-K", "9000001", date(2026, 11, 20))
    assert list(parse_index(registers.INDEX.split(b"10-K")[0])) == []
    for junk in JUNK.values():
        with pytest.raises(SourceBroken):
            list(parse_index(junk))


def test_working_days_leave_out_the_weekend():
    assert working_days(date(2026, 11, 23), 2) == [date(2026, 11, 20), date(2026, 11, 19)]


@pytest.mark.parametrize(
    ("form", "items", "classes"),
    [
        ("8-K", "5.02,9.01", ["executive_change"]), ("8-K", "2.05", ["layoff"]), ("8-K", "1.01,2.03", ["partnership_or_contract"]),
        ("8-K", "2.01", ["m_and_a"]), ("8-K", "1.03", ["bankruptcy"]), ("8-K", "3.01", ["delisting"]), ("8-K", "2.02,7.01,9.01", ["financial_results"]),
        ("8-K", "7.01,8.01,9.01", []), ("8-K", "", []), ("8-K/A", "5.02", []), ("10-K", "", []), ("D", "", ["funding"]), ("S-1", "", ["ipo"]),
    ],
)  # fmt: skip
def test_what_filings_tell(form, items, classes):
    assert [told.signal_class for told in told_by(form, items)] == classes


def test_a_contract_that_ended_is_not_told_as_signed():
    assert told_by("8-K", "1.02")[0].status is SignalStatus.CANCELLED


def test_revenue_is_that_of_the_last_year_as_last_told():
    fact = annual_revenue(load_facts(json.dumps(registers.FACTS).encode()))
    assert (fact.value, fact.unit, fact.end.year) == (812_000_000, "USD", 2026)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded responses are not here")
def test_every_recorded_file_of_edgar_is_read():
    for file in sorted(SHARED.glob("200_submissions_*.json")):
        rows = list(parse_filings(file.read_bytes()))
        current = [r for r in rows if r["form"] == "8-K"]
        told = list(read_events(file.read_bytes()))
        mapped = {
            "1.01",
            "1.02",
            "1.03",
            "1.05",
            "2.01",
            "2.02",
            "2.05",
            "3.01",
            "3.02",
            "4.01",
            "4.02",
            "5.01",
            "5.02",
        }
        wanted = sum(bool(mapped & set(r["items"].split(","))) for r in current)
        assert len({t["filing"] for t in told if t["form"] == "8-K"}) == wanted
    for file in sorted(SHARED.glob("404_*")):
        with pytest.raises(SourceBroken):
            list(parse_filings(file.read_bytes()))
    for file in sorted(SHARED.glob("companyfacts_*")):
        assert annual_revenue(load_facts(file.read_bytes())).value > 0
    for file in sorted(SHARED.glob("*.idx")):
        assert (len(list(parse_index(file.read_bytes()))) > 1000) is ("empty" not in file.name)

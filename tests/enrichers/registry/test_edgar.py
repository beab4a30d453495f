from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from accounts.account import Account
from accounts.clock import FixedClock
from accounts.config import WebConfig
from accounts.errors import SourceBroken
from accounts.observation import Outcome
from enrichers.base import SourceContext
from enrichers.registry.edgar import TICKERS, Edgar
from enrichers.registry.edgar_names import RegistrantIndex, name_tokens
from enrichers.registry.edgar_parse import parse_filings, parse_submissions, parse_tickers
from enrichers.registry.edgar_places import place_of
from enrichers.web.client import WebClient
from tests.enrichers.contract import NOW, Page, SavedWeb, SourceContract
from tests.enrichers.registry.edgar_world import submissions, tickers, url, world

MERIDIAN = Account("A1", {"name": "Meridian Kettle Works Inc", "country": "US"})
SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sources" / "edgar"


def edgar(web) -> Edgar:
    return Edgar(SourceContext(web, FixedClock(NOW)))


class TestContract(SourceContract):
    source_class = Edgar
    pages = world()
    account = MERIDIAN


class TestContractByCik(SourceContract):
    source_class = Edgar
    pages = world()
    account = Account("A2", {"name": "翠湖", "cik": "CIK0009000001"})


class TestSearch:
    def test_by_name_offers_one_candidate_a_company(self):
        answer = edgar(SavedWeb(world())).search(MERIDIAN)
        assert [c.company.id for c in answer.rows] == ["9000001"]
        [candidate] = answer.rows
        assert candidate.company.names[0] == "Meridian Kettle Works, Inc."
        assert "MERIDIAN TEAPOT CO" in candidate.company.names
        assert candidate.company.address["country"] == "US"
        assert not candidate.stated
        assert answer.requests == 2

    def test_by_a_stated_cik_asks_no_names(self):
        web = SavedWeb(world())
        [candidate] = edgar(web).search(Account("A", {"cik": "9000001", "name": "whatever"})).rows
        assert candidate.stated
        assert web.asked == [url(9000001)]

    def test_a_stated_cik_that_does_not_exist_is_not_found(self):
        answer = edgar(SavedWeb(world())).search(Account("A", {"cik": "9000002"}))
        assert (answer.outcome, answer.rows) == (Outcome.NOT_FOUND, ())

    def test_a_name_nobody_bears_has_zero_rows(self):
        answer = edgar(SavedWeb(world())).search(Account("A", {"name": "Umbrella Repair GmbH"}))
        assert answer.outcome is Outcome.ZERO_ROWS

    def test_a_name_without_latin_letters_is_not_asked_for(self):
        web = SavedWeb(world())
        assert edgar(web).search(Account("A", {"name": "翠湖精密机械有限公司"})).outcome is Outcome.ZERO_ROWS
        assert web.asked == []

    def test_a_listed_company_whose_file_is_gone_still_stands_by_its_name(self):
        [candidate] = edgar(SavedWeb(world())).search(Account("A", {"name": "Hollow Pine Energy"})).rows
        assert candidate.company.names == ("HOLLOW PINE ENERGY CORP /DE/",)
        assert candidate.company.identifiers == {"cik": "9000002"}

    def test_namesakes_are_all_offered(self):
        answer = edgar(SavedWeb(world())).search(Account("A", {"name": "Acme Industries"}))
        assert {c.company.id for c in answer.rows} >= {"9000005"}
        assert answer.rows[0].company.id == "9000005"

    def test_the_list_of_names_is_fetched_once(self):
        web = SavedWeb(world())
        source = edgar(web)
        for _ in range(3):
            source.search(MERIDIAN)
        assert web.asked.count(TICKERS) == 1
        assert web.asked.count(url(9000001)) == 1


class TestFailing:
    @pytest.mark.parametrize("status", [403, 429])
    def test_a_refusal_for_asking_too_fast_ends_the_asking(self, status):
        web = SavedWeb({TICKERS: Page(b"<html>Request Rate Threshold Exceeded</html>", status)})
        source = edgar(web)
        first, second = source.search(MERIDIAN), source.search(MERIDIAN)
        assert (first.outcome, second.outcome) == (Outcome.FAILED, Outcome.FAILED)
        assert "ten requests a second" in second.error
        assert "contact" in second.error
        assert web.asked == [TICKERS]
        assert second.requests == 0

    def test_three_failures_are_enough(self):
        web = SavedWeb()
        source = edgar(web)
        assert {source.search(MERIDIAN).outcome for _ in range(6)} == {Outcome.FAILED}
        assert len(web.asked) == 3

    def test_one_failure_is_not(self):
        web = SavedWeb(world() | {TICKERS: Page(b"", 500)})
        source = edgar(web)
        assert source.search(MERIDIAN).outcome is Outcome.FAILED
        web.pages = world()
        assert source.search(MERIDIAN).outcome is Outcome.ROWS

    def test_a_404_in_xml_is_not_found(self):
        source = edgar(SavedWeb(world()))
        [candidate] = source.search(Account("A", {"name": "Quilted Harbor"})).rows
        answer = source.read(Account("A", {}), candidate)
        assert answer.outcome is Outcome.NOT_FOUND
        assert "9000004" in answer.error

    def test_without_a_contact_it_says_what_to_configure(self):
        live = WebClient(WebConfig(), FixedClock(NOW))
        answer = edgar(live).search(MERIDIAN)
        assert answer.outcome is Outcome.FAILED
        assert "contact" in answer.error
        assert "[web]" in answer.error


def said(**changes) -> dict[str, list]:
    source = edgar(SavedWeb(world(**changes)))
    [candidate] = source.search(Account("A", {"cik": "9000001"})).rows
    [reading] = source.read(Account("A", {}), candidate).rows
    found: dict[str, list] = {}
    for observation in reading.observations:
        found.setdefault(observation.field, []).append(observation)
    return found


class TestRead:
    def test_says_everything_the_file_does(self):
        found = said()
        assert {name: [o.value for o in several] for name, several in found.items()} == {
            "cik": ["9000001"], "legal_name": ["Meridian Kettle Works, Inc."], "sic": ["3630"],
            "industry": ["Household Appliances"], "ticker": ["MRDN", "MRDNW"], "exchange": ["Nasdaq"],
            "former_names": ["MERIDIAN TEAPOT CO", "KETTLE ACQUISITION CORP"],
            "street": ["77 Kettle Row, Suite 5th"], "city": ["Port Anselm"], "region": ["OH"],
            "postcode": ["44101"], "country": ["US"], "phone": ["+12165550142"],
        }  # fmt: skip

    def test_evidence_points_into_the_file(self):
        found = said()
        [industry] = found["industry"]
        assert industry.evidence.selector == "/sicDescription"
        assert industry.evidence.passage == "SIC 3630: Household Appliances"
        assert industry.evidence.url == url(9000001)
        assert found["former_names"][0].display == "MERIDIAN TEAPOT CO (from 1998-03-02 until 2011-06-30)"
        assert found["former_names"][1].evidence.selector == "/formerNames/1"
        assert found["city"][0].display == "PORT ANSELM"
        assert found["phone"][0].kind == "headquarters"

    def test_a_foreign_address_has_its_country_and_no_region(self):
        business = {"stateOrCountry": "F4", "stateOrCountryDescription": "China", "city": "HANGZHOU"}
        found = said(business=business, phone="86-571-8888-0000")
        assert [o.value for o in found["country"]] == ["CN"]
        assert "region" not in found
        assert [o.value for o in found["phone"]] == ["+8657188880000"]
        assert found["phone"][0].confidence > 0.5

    def test_an_agents_phone_in_another_country_counts_for_less(self):
        found = said(
            business={"stateOrCountry": "F4", "stateOrCountryDescription": "China"}, phone="302-738-6680"
        )
        assert all(o.confidence < 0.5 for o in found.get("phone", []))

    def test_nothing_is_said_where_nothing_is_told(self):
        business = dict.fromkeys(
            ("street1", "street2", "city", "zipCode", "stateOrCountry", "stateOrCountryDescription")
        )
        found = said(
            business=business, phone=None, sic="", sicDescription=None, tickers=None, exchanges=[None, ""],
            formerNames="none", website="None",
        )  # fmt: skip
        assert set(found) == {"cik", "legal_name"}


class TestParse:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"null",
            b"{}",
            b"\xff",
            b"<html>",
            b"[" * 50_000,
            b'{"cik": "x", "name": "y"}',
            b'{"cik": 1}',
        ],
    )
    def test_what_is_no_submissions_file_is_broken(self, body):
        with pytest.raises(SourceBroken):
            parse_submissions(body)

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"0": {"cik": 1}}', b'{"0": []}'])
    def test_what_is_no_list_of_tickers_is_broken(self, body):
        with pytest.raises(SourceBroken):
            parse_tickers(body)

    def test_rows_of_one_company_are_one_registrant(self):
        first = parse_tickers(tickers())[0]
        assert (first.cik, first.tickers) == ("9000001", ("MRDN", "MRDNW"))

    def test_former_names_have_days(self):
        former = parse_submissions(submissions()).former_names
        assert [(f.since, f.until) for f in former] == [
            (date(1998, 3, 2), date(2011, 6, 30)), (None, date(1998, 3, 1)),
        ]  # fmt: skip

    def test_filings_are_rows(self):
        [filing] = parse_filings(submissions())
        assert (filing["form"], filing["items"], filing["primaryDocument"]) == ("8-K", "5.02", "")


@pytest.mark.parametrize(
    ("code", "description", "country", "region"),
    [
        ("TX", "TX", "US", "TX"), ("A6", "Ontario, Canada", "CA", "Ontario"), ("X0", "United Kingdom", "GB", ""),
        ("K3", "Hong Kong", "HK", ""), ("E9", "Cayman Islands", "KY", ""), ("", "", "", ""),
        ("F4", "Japan", "", ""), ("??", "Israel", "IL", ""), ("XX", "Unknown", "", ""), ("ca", "CA", "US", "CA"),
        ("M5", "Korea, Republic of", "KR", ""), ("GA", "GEORGIA", "US", "GA"), ("NY", "NEW YORK", "US", "NY"),
    ],
)  # fmt: skip
def test_places(code, description, country, region):
    place = place_of(code, description)
    assert (place.country, place.region) == (country, region)


class TestNames:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("HOLLOW PINE ENERGY CORP /DE/", "Hollow Pine Energy"), ("L'Orchidée S.A.", "lorchidee sa"),
            ("Meridian Copper & Brass Corp", "Meridian Copper and Brass"), ("The Quilt Co.", "QUILT"),
        ],
    )  # fmt: skip
    def test_spellings_that_share_their_words(self, left, right):
        assert name_tokens(left) == name_tokens(right)

    def test_a_name_of_legal_forms_alone_keeps_them(self):
        assert name_tokens("The Company Inc") == ("the", "company", "inc")

    def test_spaces_do_not_matter(self):
        index = RegistrantIndex(parse_tickers(tickers([(1, "A", "IO SAFE INC")])))
        assert [r.cik for r in index.same("ioSafe")] == ["1"]

    def test_common_words_alone_bring_nobody(self):
        titles = [
            (i, f"T{i}", f"Global Metal {word}")
            for i, word in enumerate(["Anvil", "Bolt", "Chain", "Drill"], 1)
        ]
        index = RegistrantIndex(parse_tickers(tickers(titles)))
        assert index.near("Global Xylophone") == ()
        assert [r.title for r in index.near("Anvil Metal")] == ["Global Metal Anvil"]

    def test_never_more_than_ten(self):
        index = RegistrantIndex(parse_tickers(tickers([(i, f"T{i}", "Acme Corp") for i in range(1, 40)])))
        assert len(index.near("Acme")) == 10

    @pytest.mark.parametrize("name", ["", " ", "&&&", "a" * 100_000, "ſ\u0300" * 5000, "Inc."])
    def test_any_name_can_be_asked(self, name):
        assert isinstance(RegistrantIndex(parse_tickers(tickers())).near(name), tuple)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded responses are not here")
class TestRecorded:
    def test_the_recorded_submissions_are_read(self):
        found = parse_submissions((SHARED / "200_submissions_CIK0001318605.json").read_bytes())
        assert (found.place.country, found.place.region) == ("US", "TX")
        assert [f.until for f in found.former_names] == [date(2017, 1, 27)]

    def test_older_parts_have_filings_too(self):
        body = (SHARED / "200_submissions_CIK0001318605-submissions-001.json").read_bytes()
        assert len(list(parse_filings(body))) > 100

    def test_the_recorded_names_find_each_other(self):
        registrants = parse_tickers((SHARED / "company_tickers.json").read_bytes())
        index = RegistrantIndex(registrants)
        assert len(registrants) > 1000
        assert all(r in index.near(r.title) for r in registrants[::20])

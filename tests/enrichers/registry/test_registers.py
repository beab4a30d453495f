from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest

from accounts.account import Account
from accounts.clock import FixedClock
from accounts.errors import QuotaExhausted, SourceBroken
from accounts.observation import Outcome
from enrichers.base import SourceContext
from enrichers.registry import gleif, wikidata
from enrichers.registry.alpha_vantage import API as ALPHA
from enrichers.registry.alpha_vantage import AlphaVantage
from enrichers.registry.companies_house import API as HOUSE
from enrichers.registry.companies_house import CompaniesHouse
from enrichers.registry.gleif import Gleif
from enrichers.registry.opencorporates import API as OPEN
from enrichers.registry.opencorporates import OpenCorporates
from enrichers.registry.prices import large_moves, parse_alpha_vantage, parse_stooq
from enrichers.registry.qichacha import API as QCC_API
from enrichers.registry.qichacha import Qichacha
from enrichers.registry.stooq import API as STOOQ
from enrichers.registry.stooq import Stooq
from enrichers.registry.tianyancha import API as TYC_API
from enrichers.registry.tianyancha import Tianyancha
from enrichers.registry.wikidata import Wikidata
from enrichers.registry.wikidata_parse import parse_items
from tests.enrichers.contract import JUNK, NOW, Page, SavedWeb, SourceContract
from tests.enrichers.registry import registers as answers
from tests.enrichers.registry.registers import LEI, PARENT, USCC, page

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sources"
KETTLE = Account(
    "A1",
    {
        "name": "Kettle Works Limited",
        "country": "United Kingdom",
        "ticker": "KTL",
        "exchange": "London Stock Exchange",
    },
)
LANTING = Account("B1", {"name": "兰亭精密机械有限公司", "country": "中国"})

_RECORD = answers.lei_record(LEI, "Kettle Works Limited")
GLEIF = {
    f"{gleif.RECORDS}?{urlencode({'filter[entity.legalName]': 'Kettle Works Limited', 'page[size]': 10})}": page({"data": [_RECORD]}),
    f"{gleif.RECORDS}/{LEI}": page({"data": _RECORD}),
    f"{gleif.RECORDS}/{LEI}/direct-parent": page({"data": answers.lei_record(PARENT, "North Ridge Holdings plc")}),
    f"{gleif.RECORDS}/{LEI}/ultimate-parent": page({"errors": [{"status": "404"}]}, 404),
}  # fmt: skip
COMPANIES = {
    f"{HOUSE}/search/companies?{urlencode({'q': 'Kettle Works Limited', 'items_per_page': 10})}": page(
        {
            "items": [
                {
                    "title": "KETTLE WORKS LIMITED",
                    "company_number": "01234567",
                    "company_status": "active",
                    "address": {"locality": "Leeds"},
                }
            ]
        }
    ),
    f"{HOUSE}/company/01234567": page(answers.PROFILE),
    f"{HOUSE}/company/01234567/officers?items_per_page=35": page(answers.OFFICERS),
}
CORPORATES = {
    f"{OPEN}/companies/search?q=Kettle+Works+Limited&per_page=10&country_code=gb": page(
        {"results": {"companies": [{"company": answers.OPEN_COMPANY}]}}
    ),
    f"{OPEN}/companies/gb/01234567": page({"results": {"company": answers.OPEN_COMPANY}}),
}
QICHACHA = {f"{QCC_API}?{urlencode({'searchKey': '兰亭精密机械有限公司'})}": page(answers.QCC)}
_TYC = {
    f"{TYC_API}/{path}?{urlencode({'keyword': '兰亭精密机械有限公司'})}": page(body)
    for path, body in (("baseinfo/normal", answers.TYC), ("changeinfo/2.0", answers.TYC_CHANGES))
}
TIANYANCHA = _TYC


def _entities(ids, props, **entities):
    asked = {
        "action": "wbgetentities",
        "ids": ids,
        "props": props,
        "languages": "en|zh|zh-hans|zh-cn",
        "format": "json",
        "maxlag": 5,
    }
    return {f"{wikidata.API}?{urlencode(asked)}": page({"entities": entities})}


_SEARCH = {
    "action": "wbsearchentities",
    "search": "Kettle Works",
    "language": "en",
    "type": "item",
    "limit": 5,
    "format": "json",
}
_ALL = "labels|aliases|descriptions|claims"
_PLANT = {
    "id": "Q900009",
    "labels": {"en": {"value": "Kettle Works"}},
    "claims": {"P31": [answers.claim({"id": "Q5"})]},
}
WIKIDATA = {
    f"{wikidata.API}?{urlencode(_SEARCH)}": page({"search": [{"id": "Q900009"}, {"id": "Q900001"}]}),
    **_entities("Q900009|Q900001", _ALL, Q900009=_PLANT, Q900001=answers.KETTLE_ITEM),
    **_entities("Q900001", _ALL, Q900001=answers.KETTLE_ITEM),
    **_entities("Q900003|Q900004|Q900005|Q900006", "labels", **{q: {"id": q, "labels": {"en": {"value": name}}} for q, name in answers.LABELS.items()}),
}  # fmt: skip
PRICES = {f"{STOOQ}?s=ktl.uk&i=d": Page(answers.stooq_csv(80.0), content_type="text/csv")}
VANTAGE = {
    f"{ALPHA}?function=TIME_SERIES_DAILY&symbol=KTL&outputsize=compact": page(answers.alpha_json(125.0))
}


class TestGleif(SourceContract):
    source_class, pages, account = Gleif, GLEIF, KETTLE


class TestCompaniesHouse(SourceContract):
    source_class, pages, account = CompaniesHouse, COMPANIES, KETTLE


class TestOpenCorporates(SourceContract):
    source_class, pages, account = OpenCorporates, CORPORATES, KETTLE


class TestQichacha(SourceContract):
    source_class, pages, account = Qichacha, QICHACHA, LANTING


class TestTianyancha(SourceContract):
    source_class, pages, account = Tianyancha, TIANYANCHA, LANTING


class TestWikidata(SourceContract):
    source_class, pages, account = Wikidata, WIKIDATA, KETTLE


class TestStooq(SourceContract):
    source_class, pages, account = Stooq, PRICES, KETTLE


class TestAlphaVantage(SourceContract):
    source_class, pages, account = AlphaVantage, VANTAGE, KETTLE


def make(cls, pages, **settings):
    return cls(SourceContext(SavedWeb(pages), FixedClock(NOW), settings))


def read(cls, pages, account=KETTLE, **settings):
    source = make(cls, pages, **settings)
    [candidate] = source.search(account).rows
    return source.read(account, candidate)


def said(answer, field):
    return [o.value for reading in answer.rows for o in reading.observations if o.field == field]


class TestWhatIsRead:
    def test_gleif_names_parents_and_knows_a_lapsed_fee_from_a_dead_company(self):
        answer = read(Gleif, GLEIF)
        assert said(answer, "parent") == ["North Ridge Holdings plc"]
        assert said(answer, "ultimate_parent") == []
        assert said(answer, "registration_status") == ["ACTIVE"]
        assert said(answer, "former_names") == ["Teapot Works Ltd"]
        assert answer.requests == 3

    def test_gleif_by_a_stated_lei(self):
        source = make(Gleif, GLEIF)
        [candidate] = source.search(Account("A", {"lei": LEI})).rows
        assert candidate.stated
        assert (
            make(Gleif, {f"{gleif.RECORDS}/{LEI}": page({}, 404)}).search(Account("A", {"lei": LEI})).outcome
            is Outcome.NOT_FOUND
        )

    def test_companies_house_tells_officers_in_office(self):
        answer = read(CompaniesHouse, COMPANIES)
        assert said(answer, "key_executives") == ["Mara Jane Quill, Director"]
        assert said(answer, "industry_code") == ["27510"]

    def test_companies_house_is_not_asked_about_companies_elsewhere(self):
        web = SavedWeb(COMPANIES)
        source = CompaniesHouse(SourceContext(web, FixedClock(NOW)))
        assert source.search(Account("A", {"name": "Kettle", "country": "DE"})).outcome is Outcome.ZERO_ROWS
        assert web.asked == []

    def test_an_insolvent_company_is_a_signal(self):
        pages = COMPANIES | {
            f"{HOUSE}/company/01234567": page(answers.PROFILE | {"company_status": "liquidation"})
        }
        [signal] = read(CompaniesHouse, pages).rows[0].signals
        assert (signal.signal_class, signal.title) == ("bankruptcy", "KETTLE WORKS LIMITED: liquidation")

    @pytest.mark.parametrize(("cls", "pages"), [(Qichacha, QICHACHA), (Tianyancha, TIANYANCHA)])
    def test_a_chinese_registration(self, cls, pages):
        answer = read(cls, pages, LANTING)
        assert said(answer, "uscc") == [USCC]
        assert said(answer, "legal_representative") == ["顾青山"]
        assert said(answer, "founded") == ["2004"]
        assert said(answer, "former_names") == ["兰亭机械厂"]
        assert said(answer, "registered_capital")[0].startswith("5000万")

    def test_changes_in_the_register_are_signals_of_their_day(self):
        [reading] = read(Qichacha, QICHACHA, LANTING).rows
        assert [(s.signal_class, s.happened_on.isoformat()) for s in reading.signals] == [
            ("executive_change", "2026-10-12"), ("capital_change", "2026-09-01"),
        ]  # fmt: skip
        assert [o.value for o in reading.observations if o.field == "parent"] == ["北岭集团有限公司"]
        [reading] = read(Tianyancha, TIANYANCHA, LANTING, changes=True).rows
        assert [s.signal_class for s in reading.signals] == ["renaming"]

    def test_wikidata_takes_what_holds_now(self):
        answer = read(Wikidata, WIKIDATA)
        assert said(answer, "employees") == ["1200"]
        assert [said(answer, f) for f in ("revenue", "revenue_currency", "revenue_year")] == [
            ["45000000"],
            ["GBP"],
            ["2025"],
        ]
        assert said(answer, "key_executives") == ["Mara Quill, Chief Executive Officer"]
        assert said(answer, "ticker") == ["KTL"]
        assert said(answer, "country") == ["GB"]
        assert said(answer, "parent") == []
        sure = {o.field: o.confidence for o in answer.rows[0].observations}
        assert sure["city"] < sure["country"]  # nobody says where it is from

    def test_wikidata_offers_no_item_that_is_no_company(self):
        assert [c.company.id for c in make(Wikidata, WIKIDATA).search(KETTLE).rows] == ["Q900001"]

    def test_large_moves_of_the_share_price(self):
        [signal] = read(Stooq, PRICES).rows[0].signals
        assert (signal.title, signal.happened_on.isoformat()) == (
            "Share price fell 21% on 2026-11-20",
            "2026-11-20",
        )
        [signal] = read(AlphaVantage, VANTAGE).rows[0].signals
        assert signal.title.startswith("Share price rose 24%")
        quiet = {next(iter(PRICES)): Page(answers.stooq_csv(101.0))}
        assert read(Stooq, quiet).outcome is Outcome.ZERO_ROWS
        assert list(large_moves(parse_stooq(answers.stooq_csv(80.0))[-20:])) == []


class TestOutcomes:
    def test_refusals_with_status_200_are_failures(self):
        for body, outcome in (
            ({"Status": "102", "Message": "余额不足"}, Outcome.FAILED),
            ({"Status": "201"}, Outcome.ZERO_ROWS),
            ({}, Outcome.FAILED),
        ):
            assert make(Qichacha, {next(iter(QICHACHA)): page(body)}).search(LANTING).outcome is outcome
        for body, outcome in (
            ({"error_code": 300004}, Outcome.FAILED),
            ({"error_code": 300000}, Outcome.ZERO_ROWS),
            ({}, Outcome.FAILED),
        ):
            assert make(Tianyancha, {next(iter(TIANYANCHA)): page(body)}).search(LANTING).outcome is outcome
        with pytest.raises(QuotaExhausted):
            parse_alpha_vantage(b'{"Information": "rate limit"}')
        with pytest.raises(QuotaExhausted):
            parse_stooq(b"Exceeded the daily hits limit")
        assert parse_stooq(b"No data") == ()
        assert parse_alpha_vantage(b'{"Error Message": "Invalid"}') == ()

    def test_who_refuses_is_not_asked_again_in_this_run(self):
        web = SavedWeb(default=page({"Status": "102", "Message": "余额不足"}))
        source = Qichacha(SourceContext(web, FixedClock(NOW), {"key": "app:secret"}))
        assert [source.search(LANTING).outcome for _ in range(3)] == [Outcome.FAILED] * 3
        assert len(web.asked) == 1

    def test_a_stated_number_nobody_has_is_not_found(self):
        account = Account("B", {"uscc": USCC})
        web = SavedWeb(default=page({"Status": "201"}))
        assert Qichacha(SourceContext(web, FixedClock(NOW))).search(account).outcome is Outcome.NOT_FOUND

    def test_chinese_registers_are_not_paid_for_others(self):
        web = SavedWeb()
        for account in (KETTLE, Account("C", {"name": "Kettle Works"})):
            assert Qichacha(SourceContext(web, FixedClock(NOW))).search(account).outcome is Outcome.ZERO_ROWS
        assert web.asked == []

    def test_a_call_is_paid_once_and_priced_as_configured(self):
        source = make(Qichacha, QICHACHA, price=0.5)
        found = source.search(LANTING)
        assert (found.cost, found.requests) == (0.5, 1)
        assert source.read(LANTING, found.rows[0]).cost == 0.0

    @pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK.keys())
    def test_junk_is_broken(self, junk):
        for parse in (parse_items, parse_alpha_vantage, parse_stooq):
            with pytest.raises(SourceBroken):
                parse(junk)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded responses are not here")
def test_every_recorded_item_of_wikidata_is_read():
    for file in sorted((SHARED / "wikidata").iterdir()):
        items = parse_items(file.read_bytes())
        assert [item.id.lower() for item in items] == [file.stem]
        assert items[0].claims

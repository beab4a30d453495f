from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pytest

from accounts.account import Account
from accounts.clock import FixedClock
from accounts.errors import SourceUnavailable
from accounts.observation import Observation, Outcome
from enrichers.base import Answer, Reading, SourceContext
from enrichers.technographic.dns_records import DnsRecords
from enrichers.technographic.stack import Stack
from enrichers.web.names import Records
from enrichers.web.recent import Memory, Recent
from enrichers.web.response import Response
from tests.enrichers.contract import NOW, Page, SavedWeb, SourceContract
from tests.enrichers.technographic.pages import CHINESE, ENGLISH

HOME = "https://brightwell-pumps.example/"
ACCOUNT = Account("A1", {"name": "Brightwell Pumps", "website": "brightwell-pumps.example"})
RECORDS = Records(
    "brightwell-pumps.example",
    {
        "MX": ("10 brightwell.mail.protection.outlook.com",), "NS": ("ns1.dns.example",), "CNAME": ("d1.cloudfront.net",),
        "TXT": ("v=spf1 include:spf.protection.outlook.com include:_spf.salesforce.com -all",),
    },
)  # fmt: skip


class RememberingWeb(SavedWeb):
    """A web that has read pages before, as the site's own source leaves it."""

    def __init__(self, pages: Mapping[str, Page], failure: SourceUnavailable | None = None):
        super().__init__(pages)
        self.memory = Memory()
        for url in pages:
            self.memory.keep(HOME, self.get(url))
        if failure:
            self.memory.keep_failure(HOME, failure)
        self.asked.clear()

    def recent(self, url: str) -> Recent:
        return self.memory.of(url)


class NamedWeb(SavedWeb):
    """A web that answers for DNS."""

    def __init__(self, records: Records | None):
        super().__init__({})
        self.records = records

    def look_up(self, domain: str) -> Records:
        if self.records is None:
            raise SourceUnavailable(f"DNS says nothing about {domain}.")
        return self.records


def read(web, source=Stack, account=ACCOUNT, **settings) -> Answer[Reading]:
    made = source(SourceContext(web, FixedClock(NOW), settings))
    return made.read(account, made.search(account).rows[0])


def said(answer: Answer[Reading]) -> list[Observation]:
    return [o for reading in answer.rows for o in reading.observations]


def values(answer: Answer[Reading], field: str = "technologies") -> set[str]:
    return {o.value for o in said(answer) if o.field == field}


class TestStackContract(SourceContract):
    source_class = Stack
    pages: ClassVar[Mapping[str, Page]] = {HOME: Page(ENGLISH.encode())}
    account = ACCOUNT


class TestDnsContract(SourceContract):
    source_class = DnsRecords
    pages: ClassVar[Mapping[str, Page]] = {}
    account = ACCOUNT

    def make(self, web):
        answers = type(web) is SavedWeb and web.pages is self.pages
        return super().make(NamedWeb(RECORDS) if answers else web)


def test_pages_that_were_read_this_night_are_not_fetched_again():
    web = RememberingWeb(
        {
            HOME: Page(ENGLISH.encode()),
            HOME + "contact": Page(b"<script src=//js.hs-scripts.com/1.js></script>"),
        }
    )
    answer = read(web)
    assert web.asked == [] and answer.requests == 0
    assert {"WordPress", "jQuery", "HubSpot"} <= values(answer)
    assert values(answer, "marketing_suite") == {"HubSpot"}
    [reading] = answer.rows
    assert reading.pages == (HOME, HOME + "contact")
    [hubspot] = [o for o in said(answer) if (o.field, o.value) == ("technologies", "HubSpot")]
    assert hubspot.evidence.url == HOME + "contact"
    assert "js.hs-scripts.com" in hubspot.evidence.passage


def test_a_site_nobody_read_before_is_asked_for_once():
    web = SavedWeb({HOME: Page(CHINESE.encode())})
    answer = read(web)
    assert (web.asked, answer.requests) == ([HOME], 1)
    assert {"DedeCMS", "WeChat JS-SDK"} <= values(answer)


def test_a_site_that_failed_this_night_is_not_asked_again_and_is_no_empty_answer():
    web = RememberingWeb({}, failure=SourceUnavailable("brightwell-pumps.example did not answer in time."))
    answer = read(web)
    assert (answer.outcome, answer.rows, web.asked) == (Outcome.FAILED, (), [])
    assert "did not answer" in answer.error


def test_only_what_was_observed_is_told():
    assert "PHP" not in values(read(SavedWeb({HOME: Page(ENGLISH.encode())})))  # implied by WordPress
    assert "Google Font API" not in values(
        read(SavedWeb({HOME: Page(ENGLISH.encode())}))
    )  # only looked up ahead


def test_a_version_is_shown_and_is_no_part_of_the_value():
    [jquery] = [o for o in said(read(SavedWeb({HOME: Page(ENGLISH.encode())}))) if o.value == "jQuery"]
    assert jquery.display == "jQuery 3.7.0"


def test_a_subdomain_is_told_from_the_main_site():
    shop = Response(
        "",
        "https://shop.brightwell-pumps.example/",
        200,
        {"server": "cloudflare"},
        b"<script src=//cdn.shopify.com/x.js></script>",
        "0" * 64,
        NOW,
    )
    web = RememberingWeb({HOME: Page(ENGLISH.encode())})
    web.memory.keep(HOME, shop)
    answer = read(web)
    places = {o.value: o.kind for o in said(answer) if o.field == "technologies"}
    assert (places["WordPress"], places["Shopify"], places["Cloudflare"]) == (
        "main",
        "subdomain",
        "subdomain",
    )
    assert not values(answer, "cdn")  # the main site's, or nobody's


def test_a_public_cdn_in_a_page_is_not_the_sites_own():
    page = b"<html><script src='https://cdnjs.cloudflare.com/ajax/libs/jquery/3.6.0/jquery.min.js'></script>"
    assert not values(read(SavedWeb({HOME: Page(page)})), "cdn")


def test_a_certificate_is_read():
    web = RememberingWeb({})
    web.memory.keep(
        HOME,
        Response(
            HOME, HOME, 200, {}, b"<html>hello</html>", "0" * 64, NOW, certificate_issuer="Let's Encrypt"
        ),
    )
    assert "Let's Encrypt" in values(read(web))


@pytest.mark.parametrize(
    "body",
    [
        b"<title>brightwell-pumps.example</title><h1>This domain is for sale</h1>",
        b"<title>Account Suspended</title><p>This account has been suspended.</p>",
    ],
)
def test_what_a_broker_or_a_host_shows_is_not_the_companys(body):
    answer = read(
        SavedWeb({HOME: Page(body + b"<script src=/wp-includes/js/jquery/jquery.min.js></script>")})
    )
    assert (answer.outcome, said(answer)) == (Outcome.ZERO_ROWS, [])
    assert answer.error


def test_a_site_that_leads_to_somebody_elses_says_nothing():
    answer = read(SavedWeb({HOME: Page(ENGLISH.encode(), final_url="https://www.conglomerate.example/")}))
    assert (answer.outcome, said(answer)) == (Outcome.ZERO_ROWS, [])
    kept = read(SavedWeb({HOME: Page(ENGLISH.encode(), final_url="https://www.brightwell-pumps.test/")}))
    assert "WordPress" in values(kept)


def test_a_clean_look_without_findings_says_which_pages_it_read():
    answer = read(SavedWeb({HOME: Page(b"<html><p>plain</p></html>")}))
    assert answer.outcome is Outcome.ZERO_ROWS and not answer.error
    assert [r.pages for r in answer.rows] == [(HOME,)]


def test_dns_names_the_mail_suite_the_cdn_and_the_crm():
    answer = read(NamedWeb(RECORDS), DnsRecords)
    assert values(answer, "email_suite") == {"Microsoft 365"}
    assert values(answer, "cdn") == {"Amazon CloudFront"}
    assert values(answer, "crm_suite") == {"Salesforce"}
    [suite] = [o for o in said(answer) if o.field == "email_suite"]
    assert "outlook.com" in suite.evidence.passage and suite.evidence.url.endswith("?dns=mx")
    assert len(answer.rows[0].pages) == 4


def test_a_type_dns_could_not_tell_is_a_failure_of_that_type():
    half = Records(RECORDS.domain, {"MX": RECORDS.found["MX"]}, {"TXT": "timed out"})
    answer = read(NamedWeb(half), DnsRecords)
    assert answer.outcome is Outcome.ROWS and "TXT could not be learnt" in answer.error
    assert [page.rpartition("=")[2] for page in answer.rows[0].pages] == ["mx"]
    empty = read(NamedWeb(Records(RECORDS.domain, {"MX": (), "TXT": ()})), DnsRecords)
    assert empty.outcome is Outcome.ZERO_ROWS
    assert read(NamedWeb(None), DnsRecords).outcome is Outcome.FAILED

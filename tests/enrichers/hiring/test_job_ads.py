from __future__ import annotations

import pytest

from accounts.account import Account
from accounts.clock import FixedClock
from accounts.observation import Outcome
from enrichers.base import SourceContext
from enrichers.hiring.job_ads import JobAds
from tests.enrichers.contract import NOW, Page, SavedWeb, SourceContract
from tests.enrichers.hiring.answers import greenhouse, lever, page, rows

HOME = "https://kettleworks.test/"
CAREERS = "https://kettleworks.test/careers"
API = "https://boards-api.greenhouse.io/v1/boards/kettleworks/jobs?content=true"
ACCOUNT = Account("A1", {"name": "Kettle Works Ltd", "website": "kettleworks.test"})
LINK = b'<html><body><nav><a href="/careers">Careers</a></nav><p>We make kettles.</p></body></html>'


def site(link: str) -> dict[str, Page]:
    return {HOME: Page(LINK), CAREERS: Page(f"<html><body><p>Join us</p>{link}</body></html>".encode())}


def pages(
    link: str = '<a href="https://boards.greenhouse.io/kettleworks">Jobs</a>', **more: Page
) -> dict[str, Page]:
    return site(link) | {API: Page(greenhouse(), content_type="application/json")} | more


def ask(world, **settings):
    source = JobAds(SourceContext(SavedWeb(world), FixedClock(NOW), settings))
    [candidate] = source.search(ACCOUNT).rows
    return source.read(ACCOUNT, candidate)


class TestContract(SourceContract):
    source_class = JobAds
    pages = pages()
    account = ACCOUNT


class TestReading:
    def test_postings_technologies_needs_and_a_look(self):
        [reading] = ask(pages()).rows
        [look] = reading.looks
        assert (look.board, look.open_roles, look.complete, look.collector) == (
            "greenhouse:kettleworks",
            2,
            True,
            "greenhouse/1",
        )
        first = reading.postings[0]
        assert (first.posting_id, first.function, first.place) == ("100", "data", "Port Anselm, OH")
        assert first.posted_on.isoformat() == "2026-10-05"
        assert {"Salesforce", "Kubernetes"} <= set(first.technologies)
        assert [need.name for need in first.needs] == ["cloud_migration"]
        told = {(o.field, o.value) for o in reading.observations}
        assert {("technologies", "Kubernetes"), ("crm_suite", "Salesforce")} <= told
        assert all(o.evidence.url.startswith("https://boards.greenhouse.io/") for o in reading.observations)

    @pytest.mark.parametrize(
        "link",
        [
            '<iframe src="https://boards.greenhouse.io/embed/job_board?for=kettleworks"></iframe>',
            '<script src="https://boards.greenhouse.io/embed/job_board/js?for=kettleworks"></script>',
            '<script>var settings = {"url":"https:\\/\\/job-boards.greenhouse.io\\/kettleworks\\/jobs\\/4"}</script>',
        ],
    )
    def test_a_board_is_found_in_frames_and_scripts(self, link):
        assert ask(pages(link)).rows[0].looks[0].board == "greenhouse:kettleworks"

    def test_a_careers_page_that_leads_to_the_board(self):
        world = pages() | {
            CAREERS: Page(b"<html></html>", final_url="https://boards.greenhouse.io/kettleworks")
        }
        assert ask(world).rows[0].looks[0].open_roles == 2

    def test_roles_marked_up_on_the_careers_page(self):
        [reading] = ask({HOME: Page(LINK), CAREERS: Page(page())}).rows
        assert [p.function for p in reading.postings] == ["manufacturing", "manufacturing"]
        assert reading.looks[0].board == f"page:{CAREERS}"

    def test_a_page_that_lists_the_boards_of_many_is_not_taken_for_ones_own(self):
        many = "".join(f'<a href="https://jobs.lever.co/other{n}">Other</a>' for n in range(6))
        answer = ask(site(many))
        assert (answer.outcome, answer.error) == (Outcome.ZERO_ROWS, "")
        own = many + '<a href="https://boards.greenhouse.io/kettleworks">Ours</a>'
        assert [look.board for look in ask(pages(own)).rows[0].looks] == ["greenhouse:kettleworks"]

    def test_a_board_may_be_named_in_the_settings(self):
        answer = ask({API: Page(greenhouse())}, boards={"A1": "greenhouse:kettleworks"})
        assert answer.rows[0].looks[0].open_roles == 2

    def test_a_line_on_every_advertisement_says_nothing_of_a_role(self):
        jobs = rows("ashby", 6).replace(
            b"Kubernetes", b"Kubernetes</li><li>We at Kettle Works love Terraform and Snowflake every day"
        )
        link = '<a href="https://jobs.ashbyhq.com/Kettle">Jobs</a>'
        api = "https://api.ashbyhq.com/posting-api/job-board/Kettle?includeCompensation=false"
        [reading] = ask(site(link) | {api: Page(jobs)}).rows
        assert not {o.value for o in reading.observations} & {"Terraform", "Snowflake"}


class TestOutcomes:
    def test_four_ends_are_told_apart(self):
        zero = ask(pages() | {API: Page(greenhouse(0))})
        assert zero.outcome is Outcome.ROWS  # the look at an empty board is what there is to hand over
        assert (zero.rows[0].looks[0].open_roles, zero.rows[0].looks[0].complete) == (0, True)
        unknown = ask(pages() | {API: Page(b'{"status":404}', 404)})
        assert (unknown.outcome, unknown.rows) == (Outcome.NOT_FOUND, ())
        assert "no such board" in unknown.error
        failed = ask(pages() | {API: Page(b"<html>slow down</html>", 429)})
        assert (failed.outcome, failed.rows) == (Outcome.FAILED, ())
        assert ask(site("")).outcome is Outcome.ZERO_ROWS
        assert ask({HOME: Page(b"gone", 410)}).outcome is Outcome.NOT_FOUND

    def test_a_zero_that_may_be_an_unknown_company_is_no_complete_look(self):
        link = '<a href="https://careers.smartrecruiters.com/Kettle">Jobs</a>'
        api = "https://api.smartrecruiters.com/v1/companies/Kettle/postings?limit=100&offset=0"
        [reading] = ask(site(link) | {api: Page(rows("smartrecruiters", 0))}).rows
        assert not reading.looks[0].complete

    def test_a_renamed_board_is_followed(self):
        old = '<a href="https://boards.greenhouse.io/oldkettle">Jobs</a>'
        gone = "https://boards-api.greenhouse.io/v1/boards/oldkettle/jobs?content=true"
        moved = Page(b"<html></html>", final_url="https://job-boards.greenhouse.io/kettleworks")
        answer = ask(pages(old) | {gone: Page(b"", 404), "https://boards.greenhouse.io/oldkettle": moved})
        assert [look.board for look in answer.rows[0].looks] == ["greenhouse:kettleworks"]
        assert "greenhouse:oldkettle is now greenhouse:kettleworks" in answer.error

    def test_a_board_that_leads_to_a_page_of_its_maker_is_not_there(self):
        link = '<a href="https://kettle.bamboohr.com/careers">Jobs</a>'
        away = Page(b"<!doctype html><html>HR software</html>", final_url="https://www.bamboohr.com/")
        answer = ask(site(link) | {"https://kettle.bamboohr.com/careers/list": away})
        assert answer.outcome is Outcome.NOT_FOUND


class TestPaging:
    LINK = '<a href="https://jobs.lever.co/kettle">Jobs</a>'
    URL = "https://api.lever.co/v0/postings/kettle?mode=json&skip={}&limit=100"

    def test_all_pages_are_read(self):
        world = site(self.LINK) | {
            self.URL.format(0): Page(lever(100)),
            self.URL.format(100): Page(lever(30, 100)),
        }
        [reading] = ask(world).rows
        assert (reading.looks[0].open_roles, reading.looks[0].complete) == (130, True)

    def test_a_page_that_fails_leaves_a_look_that_is_not_whole(self):
        answer = ask(
            site(self.LINK) | {self.URL.format(0): Page(lever(100)), self.URL.format(100): Page(b"", 503)}
        )
        [look] = answer.rows[0].looks
        assert (look.open_roles, look.complete) == (100, False)
        assert "503" in answer.error

    def test_a_board_that_repeats_itself_ends(self):
        world = site(self.LINK) | {self.URL.format(n): Page(lever(100)) for n in (0, 100, 200)}
        answer = ask(world)
        assert answer.rows[0].looks[0].open_roles == 100
        assert answer.requests < 6

    def test_a_board_without_end_is_left_after_so_many_pages(self):
        world = site(self.LINK) | {self.URL.format(n * 100): Page(lever(100, n * 100)) for n in range(20)}
        [look] = ask(world, board_pages=3).rows[0].looks
        assert (look.open_roles, look.complete) == (300, False)

    def test_workday_is_asked_page_by_page(self):
        link = '<a href="https://kettle.wd5.myworkdayjobs.com/Careers">Jobs</a>'
        url = "https://kettle.wd5.myworkdayjobs.com/wday/cxs/kettle/Careers/jobs"
        first = rows("workday", 20).replace(b'"total": 20', b'"total": 22')
        second = rows("workday", 22).replace(b'"total": 22', b'"total": 0')
        body = '{"appliedFacets": {}, "limit": 20, "offset": %d, "searchText": ""}'
        world = site(link) | {f"{url} {body % 0}": Page(first), f"{url} {body % 20}": Page(second)}
        [look] = ask(world).rows[0].looks
        assert (look.open_roles, look.complete) == (22, True)

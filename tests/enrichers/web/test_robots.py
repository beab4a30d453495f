from __future__ import annotations

import pytest

from accounts.errors import SourceUnavailable
from enrichers.web.robots import product_token
from tests.enrichers.web.server import in_turn, page, redirect, serve
from tests.enrichers.web.world import FakeTimer, client

RULES = (
    "User-agent: *\nDisallow: /private\nAllow: /private/about\n\nUser-agent: evergreen-crm\nDisallow: /team\n"
)


def ask(site, path, **settings):
    return client(respect_robots=True, **settings).get(site.url(path))


@pytest.fixture
def two_pages():
    return {"/": page("home"), "/private": page("private"), "/team": page("team")}


def test_what_is_forbidden_to_us_by_name_is_not_read(two_pages):
    with serve({**two_pages, "/robots.txt": page(RULES)}) as site:
        assert ask(site, "/private").body == b"private"
        with pytest.raises(SourceUnavailable, match=r"asks us not to read /team"):
            ask(site, "/team")
        assert "/team" not in site.paths()


def test_what_is_forbidden_to_all_is_not_read_by_another_name(two_pages):
    with (
        serve({**two_pages, "/robots.txt": page(RULES)}) as site,
        pytest.raises(SourceUnavailable, match="not to read"),
    ):
        ask(site, "/private", user_agent="somebody-else/2.0")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_missing_file_allows(two_pages, status):
    with serve({**two_pages, "/robots.txt": page("Disallow: /", status)}) as site:
        assert ask(site, "/").body == b"home"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failing_file_forbids_for_a_while(two_pages, status):
    timer = FakeTimer()
    with serve({**two_pages, "/robots.txt": in_turn(page("", status), page("", 404))}) as site:
        web = client(respect_robots=True, timer=timer)
        with pytest.raises(SourceUnavailable, match=f"answers {status}"):
            web.get(site.url())
        assert site.count("/") == 0
        timer.now += 601
        assert web.get(site.url()).body == b"home"


def test_a_page_of_html_in_its_place_allows(two_pages):
    answer = page("\n<!doctype html><pre>User-agent: *\nDisallow: /\n</pre>", content_type="text/plain")
    with serve({**two_pages, "/robots.txt": answer}) as site:
        assert ask(site, "/").body == b"home"


def test_a_byte_order_mark_does_not_hide_the_rules(two_pages):
    rules = page(b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n")
    with (
        serve({**two_pages, "/robots.txt": rules}) as site,
        pytest.raises(SourceUnavailable, match="not to read"),
    ):
        ask(site, "/")


def test_a_redirect_is_followed(two_pages):
    answers = {**two_pages, "/robots.txt": redirect("/rules"), "/rules": page("User-agent: *\nDisallow: /\n")}
    with serve(answers) as site, pytest.raises(SourceUnavailable, match="not to read"):
        ask(site, "/")


def test_rules_behind_half_a_megabyte_are_not_read(two_pages):
    long = b"User-agent: *\n" + b"# padding\n" * 60_000 + b"Disallow: /\n"
    with serve({**two_pages, "/robots.txt": page(long)}) as site:
        assert ask(site, "/").body == b"home"


def test_the_file_is_asked_for_once(two_pages):
    with serve({**two_pages, "/robots.txt": page(RULES)}) as site:
        web = client(respect_robots=True)
        for _ in range(3):
            web.get(site.url())
        assert site.count("/robots.txt") == 1


def test_a_redirect_to_a_forbidden_page_stops_there():
    answers = {"/": redirect("/team"), "/team": page("team"), "/robots.txt": page(RULES)}
    with serve(answers) as site, pytest.raises(SourceUnavailable, match="not to read /team"):
        ask(site, "/")


@pytest.mark.parametrize(("asked", "waited"), [("4", 4.0), ("3600", 10.0)])
def test_the_crawl_delay_is_kept_up_to_a_bound(two_pages, asked, waited):
    timer = FakeTimer()
    with serve({**two_pages, "/robots.txt": page(f"User-agent: *\nCrawl-delay: {asked}\n")}) as site:
        web = client(respect_robots=True, timer=timer)
        web.get(site.url())
        web.get(site.url("/private"))
    assert max(timer.waited) == pytest.approx(waited, abs=0.1)


def test_respect_is_a_setting(two_pages):
    with serve({**two_pages, "/robots.txt": page("User-agent: *\nDisallow: /\n")}) as site:
        assert client().get(site.url("/private")).body == b"private"
        assert site.count("/robots.txt") == 0


def test_we_go_by_the_first_word_of_the_user_agent():
    assert product_token("evergreen-crm/1.0 (x)") == "evergreen-crm"
    assert product_token("") == "*"

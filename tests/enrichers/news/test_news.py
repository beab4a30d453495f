from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.account import Account
from accounts.clock import FixedClock
from accounts.observation import Outcome
from enrichers.base import SourceContext
from enrichers.firmographic.page import parse_page
from enrichers.news.article import read_article
from enrichers.news.asked import is_chinese
from enrichers.news.company_news import CompanyNews
from enrichers.news.gdelt import Gdelt, parse_articles
from enrichers.news.google_news import GoogleNews
from enrichers.news.industry_feeds import IndustryFeeds
from enrichers.news.named import NamedIn
from enrichers.news.newsroom import listed_entries, newsroom_links
from tests.enrichers.contract import NOW, Page, SavedWeb, SourceContract
from tests.enrichers.news.world import FEED, GDELT, GOOGLE, PLANT, ROOM_ZH

HOME = "https://kettleworks.test/"
ACCOUNT = Account("A1", {"name": "Kettle Works, Inc.", "website": "kettleworks.test"})
WITH_FEED = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><body><a href="/news">News</a></body></html>'
PAGES = {
    HOME: Page(WITH_FEED),
    "https://kettleworks.test/feed": Page(FEED.encode(), content_type="application/rss+xml"),
    "https://kettleworks.test/news/plant": Page(PLANT.encode()),
}


class TestContract(SourceContract):
    source_class = CompanyNews
    pages = PAGES
    account = ACCOUNT


def candidate_url(cls, **settings):
    [candidate] = cls(SourceContext(SavedWeb(), FixedClock(NOW), settings)).search(ACCOUNT).rows
    return candidate.url


_GOOGLE = {candidate_url(GoogleNews): Page(GOOGLE.encode())}
_GDELT = {candidate_url(Gdelt): Page(GDELT, content_type="application/json")}
_TRADE = {"https://trade.test/rss": Page(FEED.encode())}
_CHOSEN = {"feeds": ["https://trade.test/rss"]}


class TestContractOfGoogleNews(SourceContract):
    source_class = GoogleNews
    pages = _GOOGLE
    account = ACCOUNT


class TestContractOfGdelt(SourceContract):
    source_class = Gdelt
    pages = _GDELT
    account = ACCOUNT


class TestContractOfIndustryFeeds(SourceContract):
    source_class = IndustryFeeds
    settings = _CHOSEN
    pages = _TRADE
    account = ACCOUNT


def read(pages, account=ACCOUNT, cls=CompanyNews, **settings):
    source = cls(SourceContext(SavedWeb(pages), FixedClock(NOW), settings))
    [candidate] = source.search(account).rows
    return source.read(account, candidate)


class TestCompanyNews:
    def test_the_feed_of_the_site_is_read(self):
        [reading] = read(PAGES).rows
        assert [a.title for a in reading.articles][1] == "Kettle Works appoints Mara Quill as finance chief"
        assert all(a.own for a in reading.articles)
        assert len(reading.articles) == 2  # the old story is no news

    def test_a_short_entry_that_is_new_is_read_on_its_own_page(self):
        [first, _] = read(PAGES).rows[0].articles
        assert "two hundred people" in first.text
        assert "newsletter" not in first.text
        assert first.evidence.url == "https://kettleworks.test/news/plant"

    def test_a_newsroom_without_a_feed_is_read(self):
        home = '<html><body><a href="/news/">新闻中心</a><a href="/about">关于我们</a></body></html>'.encode()
        pages = {"https://lanting.test/": Page(home), "https://lanting.test/news/": Page(ROOM_ZH.encode())}
        [reading] = read(pages, Account("B", {"name": "兰亭机械", "website": "lanting.test"})).rows
        assert [(a.title, a.published_at.day) for a in reading.articles] == [
            ("兰亭机械新建智能工厂正式投产", 18), ("兰亭机械与北岭集团签署战略合作协议", 5), ("兰亭机械参加汉诺威展会", 2),
        ]  # fmt: skip

    def test_four_ends_are_told_apart(self):
        assert read(PAGES).outcome is Outcome.ROWS
        assert read({HOME: Page(b"<html><body>Nothing here</body></html>")}).outcome is Outcome.ZERO_ROWS
        assert read({HOME: Page(b"gone", 404)}).outcome is Outcome.NOT_FOUND
        assert read({HOME: Page(b"busy", 503)}).outcome is Outcome.FAILED
        broken = read({HOME: Page(WITH_FEED), "https://kettleworks.test/feed": Page(b"<html>oops</html>")})
        assert broken.outcome is Outcome.FAILED
        gone = read(
            {
                HOME: Page(WITH_FEED),
                "https://kettleworks.test/feed": Page(b"", 404),
                "https://kettleworks.test/news": Page(b"", 404),
            }
        )
        assert (gone.outcome, gone.error) == (Outcome.ZERO_ROWS, "")
        quiet = {HOME: Page(WITH_FEED), "https://kettleworks.test/feed": Page(b"<rss><channel/></rss>")}
        assert (read(quiet).outcome, read(quiet).error) == (Outcome.ZERO_ROWS, "")

    def test_feeds_of_others_are_not_the_companys(self):
        home = b'<html><head><link rel="alternate" type="application/rss+xml" href="https://blogs.other.test/rss"></head></html>'
        assert (
            read({HOME: Page(home), "https://blogs.other.test/rss": Page(FEED.encode())}).outcome
            is Outcome.ZERO_ROWS
        )


class TestAskedByName:
    def test_google_headlines_lose_their_publisher_and_no_body_is_read(self):
        articles = read({candidate_url(GoogleNews): Page(GOOGLE.encode())}, cls=GoogleNews).rows[0].articles
        assert [(a.title, a.text, a.own) for a in articles] == [
            ("Kettle Works buys rival", "", False),
            ("Kettles - a history", "", False),
        ]

    def test_a_chinese_name_is_asked_for_in_the_chinese_edition(self):
        source = GoogleNews(SourceContext(SavedWeb(), FixedClock(NOW)))
        [candidate] = source.search(Account("B", {"name": "兰亭精密机械有限公司"})).rows
        assert "ceid=CN%3Azh-Hans" in candidate.url
        assert "%E5%85%AC%E5%8F%B8" not in candidate.url  # 公司 is no part of what news calls it

    @pytest.mark.parametrize("cls", [GoogleNews, Gdelt])
    def test_who_refuses_is_not_asked_again_in_this_run(self, cls):
        web = SavedWeb(default=Page(b"Too many requests", 429))
        source = cls(SourceContext(web, FixedClock(NOW)))
        [candidate] = source.search(ACCOUNT).rows
        assert [source.read(ACCOUNT, candidate).outcome for _ in range(3)] == [Outcome.FAILED] * 3
        assert len(web.asked) == 1

    def test_gdelts_refusals_come_as_text_with_status_200(self):
        refused = read(
            {candidate_url(Gdelt): Page(b"Please limit requests to one every 5 seconds")}, cls=Gdelt
        )
        assert refused.outcome is Outcome.FAILED
        assert read({candidate_url(Gdelt): Page(b"{}")}, cls=Gdelt).outcome is Outcome.ZERO_ROWS
        assert [e.title for e in parse_articles(GDELT)] == ["Kettle Works, Inc. buys rival"]

    def test_industry_feeds_are_read_once_a_run(self):
        web = SavedWeb({"https://trade.test/rss": Page(FEED.encode())})
        source = IndustryFeeds(
            SourceContext(web, FixedClock(NOW), {"feeds": ["https://trade.test/rss"], "days": 30})
        )
        [candidate] = source.search(ACCOUNT).rows
        assert len(source.read(ACCOUNT, candidate).rows[0].articles) == 2
        other = Account("B", {"name": "Works Kettle"})
        assert source.search(other).outcome is Outcome.ZERO_ROWS
        assert source.read(other, candidate).outcome is Outcome.ZERO_ROWS
        assert len(web.asked) == 1

    def test_a_feed_that_does_not_answer_is_not_an_empty_one(self):
        feeds = ["https://trade.test/rss", "https://other.test/rss"]
        web = SavedWeb({feeds[0]: Page(FEED.encode())})
        source = IndustryFeeds(SourceContext(web, FixedClock(NOW), {"feeds": feeds, "days": 30}))
        [candidate] = source.search(ACCOUNT).rows
        found = source.read(ACCOUNT, candidate)
        assert (found.outcome, "other.test" in found.error) == (Outcome.ROWS, True)
        assert source.search(Account("B", {"name": "Works Kettle"})).outcome is Outcome.FAILED


class TestNamedIn:
    texts = (
        "Kettle Works buys a rival of Kettleworks",
        "New plant: KETTLE-WORKS and kettle works_2",
        "浙江兰亭精密机械公布年报",
        "兰亭精密机械在杭州",
        "兰亭",
        "A word on Ölmühle_Süd. And C&A!",
    )

    @pytest.mark.parametrize(
        ("name", "places"),
        [
            ("Kettle Works", [0]), ("kettle-works", [1]), ("works", [0, 1]), ("浙江省兰亭精密机械", [2, 3]),
            ("浙江兰亭精密机械", [2, 3]), ("兰亭", [2, 3, 4]), ("C&A", [5]), ("ölmühle_süd", [5]), ("Süd", []),
            ("&!", []), ("", []), ("nobody", []),
        ],
    )  # fmt: skip
    def test_names_are_found(self, name, places):
        assert list(NamedIn(self.texts).places(name)) == places

    @given(
        st.lists(st.text("ab兰亭 .&", max_size=12), max_size=6), st.text("ab兰亭 .&", min_size=1, max_size=5)
    )
    def test_as_reading_every_text_would_find_them(self, texts, name):
        pattern = re.compile(
            re.escape(name) if is_chinese(name) else rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE
        )
        wanted = [n for n, text in enumerate(texts) if pattern.search(text)]
        if any(c.isalnum() for c in name) and (len(name) > 1 or not is_chinese(name)):
            found = NamedIn(texts).places(name)
            assert set(wanted) <= set(found) if len(name) >= 6 else wanted == list(found)


class TestPages:
    def test_an_article_without_its_surroundings(self):
        found = read_article(PLANT, "https://kettleworks.test/news/plant")
        assert found.title == "Kettle Works opens a second plant"
        assert found.published_at.isoformat() == "2026-11-19T14:00:00+00:00"
        assert found.text.count("\n") == 2
        assert read_article("<html><body><p>Home</p></body></html>").text == ""

    def test_chinese_articles_in_divs(self):
        body = "<html><body><div id='c'><div>2026-11-03 来源：本站</div><div>兰亭机械今日宣布，公司投资三亿元建设的智能工厂正式投产，将新增两条自动化生产线。</div><div>董事长表示，新工厂将服务华东地区的客户，并带动当地就业，预计年产值五亿元。</div></div><div>版权所有</div></body></html>"
        found = read_article(body)
        assert "三亿元" in found.text
        assert "版权所有" not in found.text
        assert found.published_at.day == 3

    def test_menus_are_no_news(self):
        page = parse_page(
            "<ul><li><a href='/a'>A long enough name of a menu entry</a></li></ul>", "https://k.test/news"
        )
        assert listed_entries(page) == ()

    def test_newsroom_links(self):
        page = parse_page(
            "<a href='/newsletter'>Newsletter</a><a href='/company/press-releases/'>Press releases</a><a href='https://other.test/news'>News</a><a href='/xwzx/'>新闻中心</a>",
            "https://k.test/",
        )
        assert newsroom_links(page) == ["https://k.test/xwzx/", "https://k.test/company/press-releases/"]

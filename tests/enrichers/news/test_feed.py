from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.errors import SourceBroken
from enrichers.news.entry import day_in, when
from enrichers.news.feed import parse_feed
from enrichers.web.plain import plain
from tests.enrichers.contract import JUNK
from tests.enrichers.news.world import ATOM, FEED, RDF

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sources" / "rss"
URL = "https://kettleworks.test/feed"


def entries(feed: str | bytes, **headers):
    return parse_feed(feed.encode() if isinstance(feed, str) else feed, headers, URL).entries


def rss(item: str, head: str = "") -> str:
    return f"{head}<rss version='2.0'><channel><item>{item}</item></channel></rss>"


def test_rss_is_read():
    first, second, _ = entries(FEED)
    assert first.title == "Kettle Works & Sons opens a second plant in Port Anselm"
    assert (first.url, first.id, first.text) == ("https://kettleworks.test/news/plant", "n1", "Short.")
    assert first.published_at == datetime(2026, 11, 19, 14, tzinfo=UTC)
    assert second.text.startswith("Kettle Works today named Mara Quill")


def test_atom_is_read():
    [entry] = entries(ATOM)
    assert (entry.title, entry.url, entry.text) == (
        "Kettles rise",
        "https://kettleworks.test/blog/rise",
        "One <tag> two",
    )
    assert entry.published_at == datetime(2026, 11, 10, 7, tzinfo=UTC)


def test_rdf_is_read():
    [entry] = entries(RDF)
    assert (entry.title, entry.url, entry.published_at) == (
        "One",
        "https://r.test/1",
        datetime(2026, 11, 1, tzinfo=UTC),
    )


def test_json_feed_is_read():
    data = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [
        {"id": "1", "url": "https://j.test/1", "title": "T", "content_html": "<p>a &amp; b</p>", "date_published": "2026-11-01T10:00:00+08:00"},
        {"id": "2", "content_text": "untitled words"}, "junk",
    ]}  # fmt: skip
    first, second = entries(json.dumps(data))
    assert (first.text, first.published_at.hour) == ("a & b", 2)
    assert second.title == "untitled words"


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK.keys())
def test_what_is_no_feed_is_broken(junk):
    with pytest.raises(SourceBroken):
        parse_feed(junk)


def test_a_feed_without_entries_is_a_feed():
    assert entries("<rss><channel><title>quiet</title></channel></rss>") == ()
    assert entries('{"version": "https://jsonfeed.org/version/1", "items": []}') == ()


@pytest.mark.parametrize(
    ("feed", "title"),
    [
        (rss("<title>Fish & chips &nbsp;&copy; R&D</title>"), "Fish & chips © R&D"),
        (rss("<title>cut <![CDATA[off he").removesuffix("</item></channel></rss>"), "cut off he"),
        (rss("<title>a\x0bb</title>"), "ab"),
        ("\n\n  " + rss("<title>late start</title>", "<?xml version='1.0'?>"), "late start"),
        ("junk before " + rss("<title>noise</title>"), "noise"),
        (rss("<title>bomb &x;</title>", '<!DOCTYPE r [<!ENTITY x "boom">]>'), "bomb &x;"),
        (rss("<dc:title>wrong</dc:title><title>undeclared prefix</title>"), None),
        (rss('<title mode="base64">S2V0dGxl</title>'), "Kettle"),
        (rss("<title>&lt;b&gt;bold&lt;/b&gt;</title>"), "bold"),
        (rss("<title/><description>only words</description>"), "only words"),
        ("<html-wrapper>" + rss("<title>wrapped</title>") + "</html-wrapper>", "wrapped"),
    ],
)
def test_broken_feeds_are_mended(feed, title):
    [entry] = entries(feed)
    assert title is None or entry.title == title


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "shift_jis"]
)
def test_encodings_are_found_out(encoding):
    words = (
        "新工廠正式投產"
        if encoding == "big5"
        else "新工場"
        if encoding == "shift_jis"
        else "新工厂正式投产，公司产能提升"
    )
    feed = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>" + rss(
        f"<title>{words}</title>"
    )
    assert entries(feed.encode(encoding))[0].title == words


def test_a_gbk_feed_that_declares_nothing_is_read():
    assert (
        entries(rss("<title>公司新产品发布会在我市举行</title>").encode("gbk"))[0].title
        == "公司新产品发布会在我市举行"
    )


def test_links_that_are_none_are_left_out():
    assert entries(rss("<title>t</title><link>javascript:alert(1)</link>"))[0].url == ""
    assert entries(rss("<title>t</title><guid isPermaLink='true'>http://[broken/</guid>"))[0].url == ""
    assert entries(rss("<title>t</title><guid>https://g.test/1</guid>"))[0].url == "https://g.test/1"


def test_a_huge_or_hostile_feed_costs_little():
    many = "<rss><channel>" + "<item><title>t</title></item>" * 20_000
    assert len(entries(many)) == 300
    assert entries("<rss>" + "<a>" * 50_000) == ()
    entries(rss("<title>" + "<" * 100_000))
    entries(rss("<title>" + "&" * 200_000 + "</title>"))
    entries(rss("<description>" + "&lt;p " * 30_000 + "</description>"))
    for head in ("<!DOCTYPE [", "<?xml ", "<!-- ", "]]>"):
        with suppress(SourceBroken):
            parse_feed((head * 100_000).encode())
    for hostile in ("<!-- ", "<p ", "<script ", "&lt;", "<", "<![CDATA[", "&amp;lt;"):
        assert len(plain(hostile * 40_000)) < 200_001


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_nothing_but_broken_is_raised(text):
    for body in (text.encode("utf-8", "replace"), rss(text).encode("utf-8", "replace")):
        with suppress(SourceBroken):
            parse_feed(body)
    plain(text)


@pytest.mark.parametrize(
    ("told", "iso"),
    [
        ("Sat, 07 Sep 2002 00:00:01 GMT", "2002-09-07T00:00:01"), ("2026-11-02T10:00:00+08:00", "2026-11-02T02:00:00"),
        ("2026-11-02 10:00", "2026-11-02T10:00:00"), ("2026年11月2日 10:30", "2026-11-02T00:00:00"), ("2 November 2026", "2026-11-02T00:00:00"),
        ("yesterday-ish", None), ("", None), ("9999999999999999999", None), ("Mon, 32 Foo 2026", None), ("0001-01-01T00:00:00Z", None),
    ],
)  # fmt: skip
def test_dates(told, iso):
    found = when(told)
    assert (found.replace(tzinfo=None).isoformat() if found else None) == iso


def test_days_of_newsrooms():
    for told in ("2026.11.02", "11-02 2026", "02 2026-11", "Nov. 2, 2026", "2nd Nov 2026", "2026/11/2"):
        assert day_in(told).isoformat() == "2026-11-02", told
    assert day_in("13/02/2026").isoformat() == "2026-02-13"
    assert day_in("2026-13-45") is None


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded responses are not here")
def test_every_recorded_feed_survives():
    files = sorted(SHARED.iterdir())
    assert files
    for file in files:
        body = file.read_bytes()
        feed = parse_feed(body, {"content-type": "application/xml"}, URL)
        wanted = body.count(b"<item") if b"<item" in body else body.count(b"<entry>") + body.count(b"<entry ")
        assert len(feed.entries) == wanted, file.name

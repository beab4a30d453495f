from __future__ import annotations

import time

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.firmographic.page import MAX_CHARACTERS, half_width, parse_page, selector_of
from enrichers.firmographic.read import read_page, settle
from tests.enrichers.firmographic.pages import saved


@pytest.fixture(autouse=True)
def no_extractor_fails(caplog):
    yield
    assert not [record for record in caplog.records if "extractor failed" in record.message]


def test_lines_are_what_stands_between_block_boundaries():
    page = parse_page("<div>Call <b>us</b> now<br>Fax<!-- x --> below</div><p>a<script>no()</script>b</p>")
    assert [line.text for line in page.lines] == ["Call us now", "Fax below", "ab"]


def test_regions_come_from_tags_and_from_names_and_end_with_their_element():
    page = parse_page("<div class='site-footer'><p>a</p></div><header><p>b</p></header><p>c</p>")
    assert [sorted(line.regions) for line in page.lines] == [["footer"], ["header"], []]


def test_selectors_find_their_element_again():
    page = parse_page("<div id='a'><p>x</p><p><span>y</span></p></div>")
    selector = selector_of(page.lines[1].node)
    assert selector == "div#a > p:nth-of-type(2)"


@pytest.mark.parametrize("name", ["harlow_home.html", "harlow_contact.html", "lanting_home.html"])
def test_every_selector_names_one_element_and_holds_its_line(name):
    html = saved(name).decode()
    soup = BeautifulSoup(html, "lxml")
    for line in parse_page(html).lines:
        [found] = soup.select(selector_of(line.node))
        assert line.text.split()[0] in found.get_text(" ")


def test_links_know_their_text_their_image_and_their_region():
    page = parse_page(
        "<nav><a href='/us'>About us</a></nav><a href='c'><img alt='Contact'></a>"
        "<map><area href='mailto:x@y.test'></map>",
        "https://acme.test/en/",
    )
    assert [(link.href, link.text) for link in page.links] == [
        ("https://acme.test/us", "About us"),
        ("https://acme.test/en/c", "Contact"),
        ("mailto:x@y.test", ""),
    ]
    assert "nav" in page.links[0].regions


def test_icons_stand_for_the_word_they_show():
    assert "phone" in parse_page("<p><i class='fa fa-phone'></i> 303</p>").lines[0].text


def test_full_width_text_keeps_its_places():
    assert half_width("电话：０１０－６２") == "电话:010-62"


def test_language_is_what_the_page_is_written_in_whatever_it_claims():
    assert parse_page("<html lang='en'><p>专业生产工业阀门的企业，欢迎来电</p>").language == "zh"
    assert parse_page("<html lang='de'><p>Wir bauen Dächer</p>").language == "de"


@pytest.mark.parametrize(
    "html",
    [
        "", " ", "\x00\x00", "<", "<html>", "<frameset><frame src='a'></frameset>", "<?xml version='1.0' encoding='gbk'?><p>x</p>",
        "<a href='http://[::1'>x</a>", "<base href='http://[bad'><a href='x'>y</a>", "<meta http-equiv=refresh content=';;;'>",
        "<div itemscope itemtype=''><p itemprop>", "<script type='application/ld+json'>[[[{]</script>", "\ud800<p>x</p>",
        "<script type='application/ld+json'>" + "[" * 50_000 + "</script>", "<p data-cfemail='zz'>x</p>", "<title></title><img><img src=''>",
    ],
)  # fmt: skip
def test_broken_pages_are_read_as_far_as_they_go(html):
    settle([read_page(html, "https://acme.test/")])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["", "https://acme.test/", "::", "http://[", "x"]))
def test_no_text_breaks_the_reader(text, url):
    for html in (
        text,
        f"<p>{text}</p><a href='{text}'>{text}</a><div class='{text}' id='{text}'>©{text}</div>",
    ):
        settle([read_page(html, url or None)])


def within(seconds: float, html: str) -> None:
    started = time.process_time()
    settle([read_page(html, "https://acme.test/")])
    assert time.process_time() - started < seconds


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 60_000 + "x" + "</div>" * 60_000,
        "<p>" + "303-555-0142 " * 40_000,
        "<p>" + "1" * 400_000,
        "<p>" + "a@" * 100_000,
        "<p>© " + "A " * 100_000,
        "<p>" + "版权所有" * 50_000,
        "<p>" + "Acme of the and " * 40_000 + "Inc",
        "<p>" + "地址：" * 50_000,
        "<p>" + "( " * 100_000 + "</p>" + "<p>Suite 5 </p>" * 5_000,
        "<a href='/contact'>Contact</a>" * 20_000,
        "<p>" + "Denver, " * 40_000 + "CO 80202",
        "<title>" + "a - " * 50_000 + "</title>",
        "<p>info [at] " + "acme [dot] " * 30_000,
    ],
    ids=lambda html: html[:24],
)
def test_hostile_pages_cost_a_bounded_time(html):
    within(12.0, html)


def test_of_a_huge_page_the_head_and_the_tail_are_read():
    filler = "<p>" + "word " * 2_000 + "</p>"
    page = "<p>Phone: 303-555-0142</p>" + filler * 2_000 + "<footer>Fax: 303-555-0143</footer>"
    assert len(page) > 9 * MAX_CHARACTERS
    read = read_page(page)
    assert read.page.truncated
    assert {fact.canonical for fact in settle([read])["phone"]} == {"+13035550142", "+13035550143"}

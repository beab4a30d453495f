from __future__ import annotations

import pytest

from enrichers.firmographic.condition import Condition, condition_of, frame_targets, refresh_target
from enrichers.firmographic.page import parse_page
from enrichers.firmographic.read import read_page
from tests.enrichers.firmographic.pages import facts, facts_of, saved, values


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Our company was founded in 1987 by two brothers.", "founded", "1987"), ("Established 1954", "founded", "1954"),
        ("公司成立于2003年，专业生产阀门", "founded", "2003"), ("2003年5月成立", "founded", "2003"),
        ("We employ over 1,200 people worldwide; our team has 1,200 employees", "employees", "1200"), ("现有员工320余人", "employees", "320"),
    ],
)  # fmt: skip
def test_years_and_headcounts(text, field, value):
    assert values(facts(f"<p>{text}</p>"), field)[0] == value


def test_what_markup_says_of_the_company():
    found = facts_of("marked.html", "https://nordlicht-optik.de/")
    assert values(found, "founded")[0] == "1994"
    assert values(found, "employees")[0] == "85"
    assert values(found, "logo")[0] == "https://nordlicht-optik.de/logo.svg"


def test_links_to_feeds_careers_and_boards():
    page = "<a href='/zhaopin.html'>招聘信息</a><a href='https://boards.greenhouse.io/acme'>Open roles</a><a href='/rss.xml'>RSS</a>"
    links = read_page(page + "<a href='/x'>Great jobs done</a>", "https://acme.cn/").links
    assert links["careers"] == ["https://acme.cn/zhaopin.html"]
    assert links["job_board"] == ["https://boards.greenhouse.io/acme"]
    assert links["feeds"] == ["https://acme.cn/rss.xml"]


@pytest.mark.parametrize(
    ("html", "condition"),
    [
        ("<h1>acme.com</h1><p>This domain is for sale. Buy this domain</p>", Condition.FOR_SALE), ("<p>该域名正在出售，有意者请联系</p>", Condition.FOR_SALE),
        ("<p>The domain name larkmoor-foods.example may be available for sale</p>", Condition.FOR_SALE), ("<p>This domain is on sale</p>", Condition.FOR_SALE),
        ("<title>Account Suspended</title><h1>This Account has been suspended.</h1>", Condition.SUSPENDED), ("<p>您的网站已到期，请续费</p>", Condition.SUSPENDED),
        ("<p>This domain is parked free, courtesy of a registrar.</p>", Condition.PARKED), ("<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>", Condition.PARKED),
        ("<html><body></body></html>", Condition.EMPTY), ("", Condition.EMPTY),
        ("<div id='root'></div><script src='/main.js'></script><noscript>You need to enable JavaScript to run this app.</noscript>", Condition.SCRIPT_ONLY),
    ],
)  # fmt: skip
def test_conditions(html, condition):
    assert condition_of(parse_page(html)).condition is condition


def test_a_domain_before_a_long_run_of_marks_is_read_through_once():
    """Words of any length used to be tried in every way a run of marks can be cut into three: minutes for a page."""
    assert (
        condition_of(parse_page(f"<p>Say hello</p><!-- this domain {'<x>' * 15_000} --><img alt='y'>"))
        is None
    )


def test_ordinary_pages_have_no_condition():
    assert condition_of(parse_page(saved("harlow_home.html").decode())) is None
    talk = "<p>" + "We broker names; ask us whether this domain is for sale. " * 60 + "</p>"
    assert condition_of(parse_page(talk)) is None


def test_where_a_page_sends_its_reader():
    assert (
        refresh_target(parse_page("<meta http-equiv='refresh' content='0; url=/en/'>", "https://a.com/"))
        == "https://a.com/en/"
    )
    assert refresh_target(parse_page("<meta http-equiv='refresh' content='600'>", "https://a.com/")) is None
    assert (
        refresh_target(parse_page("<script>window.location.href='/index.html'</script>", "https://a.com/"))
        == "https://a.com/index.html"
    )
    frames = "<frameset><frame src='top.html'><frame src='main.html'></frameset>"
    assert frame_targets(parse_page(frames, "https://a.com/")) == [
        "https://a.com/top.html",
        "https://a.com/main.html",
    ]


PROFILE = """<table><tr><th>公司名称</th><td>绍兴兰亭阀门制造有限公司</td><th>成立时间</th><td>2003年6月</td></tr>
<tr><th>员工人数</th><td>300-500人</td><th>所属行业</th><td>通用设备制造业</td></tr></table>"""


def test_a_company_profile_table_is_read_by_its_labels():
    found = facts(PROFILE)
    assert values(found, "legal_name") == ["绍兴兰亭阀门制造有限公司"]
    assert values(found, "founded") == ["2003"]
    assert values(found, "employees") == ["300-500"]
    assert values(found, "industry") == ["通用设备制造业"]
    assert found["founded"][0].passage == "成立时间 | 2003年6月"


def test_definition_lists_are_profiles_too_and_product_sheets_are_none():
    found = facts("<dl><dt>Established</dt><dd>May 1994</dd><dt>Employees:</dt><dd>1,250 (2025)</dd></dl>")
    assert values(found, "founded") == ["1994"] and values(found, "employees") == ["1,250"]
    sheet = facts("<table><tr><td>Since</td><td>1994</td></tr><tr><td>Colour</td><td>red</td></tr></table>")
    assert "founded" not in sheet


def test_the_trade_is_told_by_the_type_of_the_markup():
    html = '<script type=\'application/ld+json\'>{"@type": "RoofingContractor", "name": "Acme"}</script>'
    assert values(facts(html), "industry") == ["Roofing contractor"]


def test_years_in_passing_are_no_founding_years():
    assert "founded" not in facts(
        "<p>Prices rose fastest since 1991, said the bank, and the weather was fine.</p>"
    )

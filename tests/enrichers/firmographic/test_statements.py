from __future__ import annotations

import time

import pytest

from tests.enrichers.firmographic.pages import facts

HOME = "https://brandhuber.example/"
TITLE = "<title>Brandhuber Kältetechnik | Kühlräume</title>"


def told(text: str, field: str, url: str | None = HOME, head: str = TITLE) -> tuple[str | None, float]:
    """The best value of a field on a page that says this in a paragraph, and how sure it is."""
    found = facts(f"{head}<p>{text}</p>", url).get(field, [])
    return (found[0].value, found[0].confidence) if found else (None, 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "Founded in 1987", "Brandhuber was founded in 1987 by two brothers.", "Founded in 1987, Brandhuber builds cold rooms.",
        "Our company was established on 12 May 1987.", "We were founded by Anna Brandhuber in 1987.", "Est. 1987", "Established 1987", "Year founded: 1987",
        "Brandhuber Kältetechnik GmbH, which was incorporated in 1987, has two plants.", "Gegründet 1987", "Gründungsjahr: 1987",
        "Die Firma wurde 1987 in München gegründet.", "Wir wurden im Jahr 1987 gegründet.", "Brandhuber a été fondée en 1987.",
        "成立于1987年", "公司成立于1987年，专业生产阀门", "本公司創立於1987年5月", "我们于1987年成立", "公司成立於民國76年",
    ],
)  # fmt: skip
def test_a_clear_own_statement_of_the_founding_is_above_the_bar(text):
    value, confidence = told(text, "founded")
    assert value == "1987" and confidence >= 0.65


@pytest.mark.parametrize(
    "text",
    ["Since 1987", "Seit 1987", "Brandhuber – cold rooms since 1987", "We have been in business since 1987.", "Serving Denver since 1987", "Since 1987, Brandhuber has built cold rooms."],
)  # fmt: skip
def test_since_beside_the_companys_name_is_above_the_bar(text):
    page = f"{TITLE}<header><div>Brandhuber</div><p>{text}</p></header>"
    best = facts(page, HOME)["founded"][0]
    assert best.value == "1987" and best.confidence >= 0.65


@pytest.mark.parametrize(
    "text",
    [
        "Our partner Kleinert & Sons was founded in 1901.", "We are a member of the Cold Chain Association, established in 1954.",
        "Brandhuber sells machines of Kleinert AG, founded in 1901.", "Kleinert Werke were founded in 1901 and make compressors.",
        "The Polar 500 range, since 1990", "Prices rose fastest since 1991, said the bank.", "We have used Kleinert compressors since 1990.",
        "我们的合作伙伴德国克莱纳特公司成立于1901年", "中国制冷协会成立于1954年", "Unser Partner Kleinert wurde 1901 gegründet.",
        "Copyright since 1999 Somebody", "Acquired by Kleinert, founded in 1901",
    ],
)  # fmt: skip
def test_what_is_said_of_others_stays_below_the_bar(text):
    filler = "".join(f"<p>Paragraph {n} of our catalogue</p>".replace(str(n), chr(97 + n)) for n in range(15))
    found = facts(f"{TITLE}<main>{filler}<p>{text}</p></main>", HOME).get("founded", [])
    assert all(fact.confidence < 0.6 for fact in found)


def test_a_year_among_partners_or_in_the_news_is_doubted():
    partners = "<h2>Our partners</h2><p>Kleinert AG</p><p>Founded in 1901</p>"
    assert told(partners, "founded")[1] < 0.6
    assert told("Founded in 1901", "founded", HOME + "news/fair")[1] < 0.6
    assert told("Founded in 1987", "founded", HOME + "about-us")[1] >= 0.65


def test_a_list_of_companies_with_their_years_says_nothing_of_the_owner():
    funds = "".join(f"<li>Founded {year}</li>" for year in (2001, 2004, 2010, 2015))
    found = facts(f"{TITLE}<ul>{funds}</ul><p>Brandhuber was founded in 1987.</p>", HOME)["founded"]
    assert [fact.value for fact in found if fact.confidence >= 0.6] == ["1987"]


def test_a_legal_name_is_the_owners_where_the_page_signs_with_it():
    text = "<p>绍兴兰亭阀门制造有限公司成立于2003年6月，专业生产阀门。</p>"
    signed = facts(
        f"<title>首页</title>{text}<footer>版权所有 绍兴兰亭阀门制造有限公司</footer>",
        "https://ltfm.example/",
    )
    assert signed["founded"][0].confidence >= 0.65
    unsigned = facts(
        f"<title>首页</title>{text}<footer>版权所有 翠湖机械有限公司</footer>", "https://chjx.example/"
    )
    assert unsigned["founded"][0].confidence < 0.6
    alone = facts(f"<title>关于我们</title>{text}", "https://ltfm.example/about")
    assert alone["founded"][0].confidence >= 0.65


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("We employ 140 people", "140"), ("Employees: 140", "140"), ("Number of employees: 140", "140"), ("Mitarbeiter: 140", "140"),
        ("Wir beschäftigen 140 Mitarbeiter", "140"), ("Wir beschäftigen rund 140 Mitarbeiterinnen und Mitarbeiter", "140"), ("員工人數：140人", "140"),
        ("员工总数约260人", "260"), ("团队规模 420 余人", "420"), ("Brandhuber employs more than 1,200 people.", "1200"), ("Mitarbeiterzahl: 1.200", "1200"),
        ("Our team of 140 people builds cold rooms.", "140"), ("We have 140+ employees", "140"), ("Employees: 50-100", "50-100"), ("Total staff: approx. 140", "140"),
        ("公司现有员工320余人", "320"), ("公司拥有140名员工", "140"), ("员工人数：1.2万人".replace("1.2", "2"), "20000"), ("Nous employons 140 personnes", "140"),
        ("绍兴兰亭阀门有限公司成立于2011年，专注于阀门的研发，现有员工260人。", "260"), ("Founded in 1987, we have 140 employees today.", "140"),
        ("绍兴兰亭阀门有限公司创立于2015年，总部位于绍兴，在成都设有研发中心，目前团队规模420人。", "420"), ("In 2025 we now employ 140 people.", "140"),
        ("Industry: cooling | Employees: 140 | Founded: 1987", "140"), ("Founded 1987 · Employees: 140", "140"),
    ],
)  # fmt: skip
def test_a_headcount_is_read_however_it_is_worded(text, value):
    found, confidence = told(text, "employees")
    assert found == value and confidence >= 0.65


@pytest.mark.parametrize(
    "text",
    [
        "Software for companies with 10 to 500 employees", "Plans for up to 50 employees", "Our client Kleinert employs 9,000 people.", "We have trained 500 employees of our customers.",
        "Our sales team of 12 people is here for you.", "研发人员规模 50 人", "我们为员工500人的客户", "Kleinert Werke employ 9000 people in Ulm.", "Für Unternehmen mit 500 Mitarbeitern",
        "We hired 20 employees", "Employees: 35% of all", "Team of 1 people", "In 1995 we had 20 employees",
    ],
)  # fmt: skip
def test_other_headcounts_stay_below_the_bar(text):
    assert told(text, "employees")[1] < 0.6


def test_a_counter_is_read_with_the_label_beside_it():
    for pair in (
        "<div>140+</div><div>Employees</div>",
        "<div>Employees</div><div>140</div>",
        "<dt>员工人数</dt><dd>140人</dd>",
    ):
        found = facts(f"{TITLE}<div>{pair}</div>", HOME)["employees"]
        assert found[0].value == "140" and found[0].confidence >= 0.6


def test_the_passage_shows_the_statement():
    found = facts(f"{TITLE}<p>Cold rooms. We employ 140 people in Ulm.</p>", HOME)["employees"][0]
    assert found.passage == "Cold rooms. We employ 140 people in Ulm."


def test_long_lines_take_linear_time():
    line = "founded by a set of 12 employees since in team of 140 the year, " * 60
    page = f"<p>{line}</p>" * 200 + f"<p>{'公司员工人数约 12 成立于 19 年' * 200}</p>" * 100
    since = time.monotonic()
    facts(page, HOME)
    assert time.monotonic() - since < 10

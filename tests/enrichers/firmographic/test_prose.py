from __future__ import annotations

import pytest

from enrichers.firmographic.page import parse_page
from enrichers.firmographic.prose import Prose
from enrichers.firmographic.read import read_page, settle
from tests.enrichers.firmographic.pages import facts

LONG = (
    "<p>The tenants of Elder Court vote this week on whether the housing office may lease the land beside the mill. "
    "Many of them came to Monday's meeting with questions that nobody on the panel could answer.</p>"
)
LONG_HAN = (
    "<p>"
    + "本周，榆树里社区的居民就旧纺织厂旁边土地的用途进行了讨论，许多人在周一的会议上提出了问题，而在场的专家并没有给出明确的答复，会议将在下个月继续举行，届时将公布新的方案。"
    + "</p>"
)
VOTE = "<p>Email vote@eldercourt.example or call 212-555-0194 for more information about the hours of voting.</p>"
ARTICLE = f"<meta property='og:type' content='article'><title>A vote | Mill Gazette</title>{LONG * 4}{{0}}"
NEWS = "https://millgazette.example/2026/11/a-vote/"
CONTACT_PAGE = "https://millgazette.example/contact"


def sure(html: str, url: str = NEWS) -> dict[str, float]:
    found = facts(html, url)
    return {f.canonical: f.confidence for field in ("phone", "email") for f in found.get(field, [])}


def test_contacts_in_an_articles_sentence_are_doubted():
    said = sure(ARTICLE.format(VOTE))
    assert said["+12125550194"] < 0.5 and said["vote@eldercourt.example"] < 0.5


def test_often_repeated_in_articles_is_still_doubted():
    assert sure(ARTICLE.format(VOTE * 6))["+12125550194"] < 0.5


def test_a_linked_mailbox_in_an_article_is_doubted():
    link = "<p>Whoever wants to know more about the vote may write to <a href='mailto:kim@eldercourt.example'>the chair</a> all week.</p>"
    assert sure(ARTICLE.format(link))["kim@eldercourt.example"] < 0.5


@pytest.mark.parametrize(
    "contact",
    [
        "<footer><p>Phone: 212-555-0194</p></footer>",
        "<p><a href='tel:+12125550194'>212-555-0194</a></p>",
        "<p>Phone: 212-555-0194</p>",
        "<p>If you have a story that our readers in town should hear of, call us at 212-555-0194 or drop by.</p>",
        '<script type=\'application/ld+json\'>{"@type": "Organization", "telephone": "212-555-0194"}</script>',
    ],
)
def test_the_same_number_in_a_contact_place_is_believed(contact):
    assert sure(ARTICLE.format(VOTE + contact))["+12125550194"] >= 0.85


def test_another_page_of_the_site_may_be_the_contact_place():
    reads = [
        read_page(ARTICLE.format(VOTE), NEWS),
        read_page("<title>Contact us</title><p>Phone: 212-555-0194</p>", CONTACT_PAGE),
    ]
    assert settle(reads)["phone"][0].confidence >= 0.9


def test_a_number_in_a_contact_place_comes_before_one_in_an_article():
    found = facts(ARTICLE.format(VOTE + "<footer>Call 303-555-0142</footer>"), NEWS)
    assert [f.canonical for f in found["phone"]] == ["+13035550142", "+12125550194"]


def test_the_sites_own_mailbox_in_its_article_is_believed():
    own = "<p>Readers who were at the meeting may write to desk@millgazette.example before the end of the week.</p>"
    assert sure(ARTICLE.format(own))["desk@millgazette.example"] > 0.9


def test_pages_about_the_company_are_no_articles():
    for url, title in (
        (CONTACT_PAGE, "Mill Gazette"),
        ("https://millgazette.example/p?id=7", "Contact us | Mill Gazette"),
    ):
        assert sure(f"<title>{title}</title>{LONG * 12}{VOTE}", url)["+12125550194"] > 0.9
    short = "<p>To book a table for lunch or dinner on any day of the week please call 212-555-0194 before noon.</p>"
    assert (
        sure(f"<title>Mill Cafe</title><p>Good food.</p>{short}", "https://millcafe.example/")["+12125550194"]
        > 0.9
    )


def test_many_paragraphs_make_an_article_without_saying_so():
    assert (
        sure(f"<div class='page-top location-single'>{LONG * 9}{VOTE}</div>", "https://millgazette.example/")[
            "+12125550194"
        ]
        < 0.5
    )


def test_a_chinese_article():
    said = "<p>据了解，有意参加下一次会议的居民可以在工作日拨打010-62671188向社区办公室咨询具体的时间和地点。</p>"
    url = "https://www.millgazette.cn/news/202611/12.html"
    assert sure(f"<title>社区讨论</title>{LONG_HAN * 4}{said}", url)["+861062671188"] < 0.5
    footer = "<footer>电话：010-62671188</footer>"
    assert sure(f"<title>社区讨论</title>{LONG_HAN * 4}{said}{footer}", url)["+861062671188"] > 0.9


def test_classes_of_page_builders_name_no_region():
    builder = "<div class='elementor-location-single'><section class='elementor-top-section'><p>Hello there</p></section></div>"
    footer = "<div class='elementor-location-footer'><p>Bye</p></div>"
    lines = parse_page(builder + footer).lines
    assert [sorted(line.regions) for line in lines] == [[], ["contact", "footer"]]


def test_a_broken_address_is_no_reason_to_fail():
    assert Prose(parse_page(LONG * 9, "http://[::1")).is_article

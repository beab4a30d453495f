from __future__ import annotations

import pytest

from enrichers.firmographic.page import parse_page
from enrichers.firmographic.parents import parents
from enrichers.firmographic.structured import organisations


def told(body: str, url: str = "https://tarnpumps.example/about") -> list[str]:
    page = parse_page(f"<html><title>Tarn Pumps</title><body>{body}</body></html>", url)
    return [fact.value for fact in parents(page, organisations(page), ["Tarn Pumps", "青禾阀门有限公司"])]


@pytest.mark.parametrize(
    ("sentence", "parent"),
    [
        ("Tarn Pumps is a wholly owned subsidiary of Birch Industries, Inc.", "Birch Industries, Inc"),
        ("We are a wholly-owned subsidiary of the Birch Group.", "Birch Group"),
        ("Tarn Pumps is owned by Birch Holdings. For more, write to us.", "Birch Holdings"),
        ("Since 2011 our company has been part of Birch Group plc.", "Birch Group"),
        ("Tarn Pumps, a division of Birch Corporation, makes pumps.", "Birch Corporation"),
        ("我公司隶属于桦林工业集团。", "桦林工业集团"),
        ("青禾阀门有限公司是桦林控股集团有限公司的全资子公司。", "桦林控股集团有限公司"),
        ("本公司系桦林机械有限公司旗下企业。", "桦林机械有限公司"),
    ],
)
def test_a_parent_is_told_by_the_companys_own_word(sentence, parent):
    assert told(f"<p>{sentence}</p>")[0].startswith(parent)


@pytest.mark.parametrize(
    "sentence",
    [
        "Our customer Oak Ltd is a wholly owned subsidiary of Birch Industries, Inc.",
        "We are a member of Leeds Chamber of Commerce.",
        "Pumping is part of Everyday Life.",
        "We acquired a subsidiary of Oak in 2011.",
        "Tarn Pumps is a subsidiary of Tarn Pumps.",
        "我们的客户青山公司隶属于桦林工业集团。",
    ],
)
def test_what_is_said_of_others_is_no_parent(sentence):
    assert told(f"<p>{sentence}</p>") == []


def test_a_footer_may_say_it_without_a_subject():
    page = parse_page(
        "<title>Tarn Pumps</title><footer><p>A subsidiary of Birch Group</p></footer>",
        "https://tarnpumps.example/",
    )
    [fact] = parents(page, [], ["Tarn Pumps"])
    assert (fact.value, fact.field) == ("Birch Group", "parent")
    assert 0.7 < fact.confidence < 0.8


def test_marked_up_parents_are_read():
    page = '<script type="application/ld+json">{"@type":"Organization","name":"Tarn Pumps","parentOrganization":{"@type":"Organization","name":"Birch Group"}}</script>'
    assert told(page, "https://tarnpumps.example/") == ["Birch Group"]


def test_hostile_lines_cost_little():
    assert told("<p>" + "subsidiary of A " * 20_000 + "</p>") == []

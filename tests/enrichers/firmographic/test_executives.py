from __future__ import annotations

import pytest

from enrichers.firmographic.executives import person_name
from tests.enrichers.firmographic.pages import facts, values

TEAM = "https://wrenhollow.example/our-team"
ABOUT_ZH = "https://wrenhollow.example/guanyu"


def people(html: str, url: str = TEAM) -> list[str]:
    return values(facts(html, url), "key_executives")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>Jane Roe, Chief Executive Officer</p>", ["Jane Roe, Chief Executive Officer"]),
        ("<p>CEO: Jane Roe</p><p>Sam O'Hare (CFO)</p>", ["Jane Roe, CEO", "Sam O'Hare, CFO"]),
        ("<h3>Dr. Jane Q. Roe</h3><p>President & CEO</p><h3>Ali bin Omar</h3><p>Chief Technology Officer</p>",
         ["Jane Q. Roe, President & CEO", "Ali bin Omar, Chief Technology Officer"]),
        ("<h2>Leadership</h2><p>Chairman</p><p>Jane Roe</p><p>Managing Director</p><p>Sam Poe</p>",
         ["Jane Roe, Chairman", "Sam Poe, Managing Director"]),
        ("<p>Jane Roe | Co-Founder</p><p>Jane Roe, Owner</p>", ["Jane Roe, Co-Founder"]),
        ("<p>Tom Elm</p><p>Sales Manager</p><p>Ann Oak</p><p>Receptionist</p>", []),
        ("<p>The president of the club spoke. Jane Roe was there.</p>", []),
        ("<div class=testimonials><p>Sam Poe, CEO</p></div><p>Sam Poe, CEO of Elder Mills</p>", []),
        ("<p>Our President</p><p>Read More</p><p>Vice President</p>", []),
    ],
)  # fmt: skip
def test_leaders_are_read_with_their_roles(html, said):
    assert people(f"<title>Our team | Wren Hollow</title>{html}") == said


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>董事长：王强</p><p>总经理 李小梅</p>", ["王强, 董事长", "李小梅, 总经理"]),
        (
            "<h4>王 强 先生</h4><p>董事长兼总裁</p><h4>欧阳文</h4><p>首席技术官</p>",
            ["王强, 董事长兼总裁", "欧阳文, 首席技术官"],
        ),
        ("<p>執行長</p><p>陳怡君</p><p>財務長</p><p>林志遠</p>", ["陳怡君, 執行長", "林志遠, 財務長"]),
        ("<p>总经理：潘安然　董事长：孔明德　</p>", ["潘安然, 总经理", "孔明德, 董事长"]),
        ("<p>总经理信箱</p><p>董事长致辞</p>", []),
    ],
)
def test_chinese_leaders(html, said):
    assert people(f"<title>关于我们</title>{html}", ABOUT_ZH) == said


def test_people_on_other_pages_are_not_taken_for_leaders():
    assert people("<p>Jane Roe, Chief Executive Officer</p>", "https://wrenhollow.example/news/a") == []
    assert people("<h2>Our leadership</h2><p>Jane Roe, CEO</p>", "https://wrenhollow.example/") == [
        "Jane Roe, CEO"
    ]


def test_founders_in_structured_data():
    marked = '{"@type": "Organization", "name": "Wren", "founder": {"@type": "Person", "name": "Jane Roe"}}'
    assert people(f"<script type='application/ld+json'>{marked}</script>", "https://wrenhollow.example/") == [
        "Jane Roe, Founder"
    ]


def test_a_name_is_a_name_and_nothing_else():
    assert person_name("Mary-Ann O’Neil Jr.") == "Mary-Ann O’Neil Jr."
    assert [
        person_name(t)
        for t in ("Wren Hollow Ltd", "jane roe", "Jane", "Human Resources", "", "张", "路易斯安那")
    ] == [None] * 7

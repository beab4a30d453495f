from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.observation import SignalStatus
from cli.verbs.classify import command
from intelligence.events.classify import Classified, classify
from intelligence.events.rules import CLASSES

# Two texts that differ in what they say, not in what they speak of: the first tells an event, the second does not.
PAIRS = [
    (
        "m_and_a",
        "Northwind to acquire Fabrikam Tools for $45 million",
        "Northwind is not being acquired, its chief tells staff",
    ),
    ("m_and_a", "Contoso completes acquisition of Litware", "Contoso calls off acquisition of Litware"),
    ("layoff", "Wingtip Toys to lay off 120 employees", "Wingtip Toys denies reports of layoffs"),
    ("layoff", "Wingtip Toys is cutting 10% of its workforce", "US jobless claims fall to a three-month low"),
    (
        "funding",
        "Tailspin Robotics raises $30 million Series B led by Alpine Ventures",
        "Ten years ago today: Tailspin raised its Series B",
    ),
    (
        "funding",
        "Tailspin Robotics raises $12M seed round",
        "Tailspin Robotics raises its full-year guidance",
    ),
    ("ipo", "Litware files for an IPO in Hong Kong", "Litware scraps plans for an IPO in Hong Kong"),
    (
        "expansion_investment",
        "Adatum to build new battery plant in Ohio",
        "Adatum drops plan for new battery plant in Ohio",
    ),
    (
        "expansion_investment",
        "Delta Faucets opens second factory in Tennessee",
        "Old shell factory opens as a museum on the coast",
    ),
    (
        "bankruptcy",
        "Lucerne Publishing files for Chapter 11 bankruptcy",
        "Lucerne Publishing denies it is filing for bankruptcy",
    ),
    (
        "executive_change",
        "Contoso appoints Jane Doe as Chief Financial Officer",
        "Party appoints a new prime minister after the election",
    ),
    (
        "partnership_or_contract",
        "Proseware wins $40M contract from the US Army",
        "Oil futures contract falls as the dollar gains",
    ),
    (
        "product_launch",
        "Fourth Coffee launches new ordering platform",
        "Rocket launch delayed by bad weather at the space station",
    ),
    (
        "marketing_event",
        "Relecloud to exhibit at the Hanover technology conference",
        "Relecloud cancels its user conference",
    ),
    ("m_and_a", "北风集团拟收购法布工具80%股权", "网传北风集团被收购，公司回应：消息不实"),
    ("m_and_a", "康拓股份完成收购利特软件", "康拓股份公告终止收购利特软件"),
    ("layoff", "翼尖玩具宣布裁员两百人", "翼尖玩具否认裁员，称经营一切正常"),
    ("layoff", "翼尖汽车计划年底前裁员约500人", "据报道，勇士队裁掉了老将张三"),
    ("funding", "泰尔斯科技完成5000万元A轮融资，红杉树资本领投", "五年前的今天，泰尔斯科技完成A轮融资"),
    ("ipo", "利特软件向港交所递交招股书，拟在主板上市", "利特软件撤回创业板上市申请"),
    (
        "expansion_investment",
        "董事长在年会上表示，明年将在合肥新增两条产线，投资约8亿元",
        "景区新建三条步道，游客增多",
    ),
    ("bankruptcy", "露西出版申请破产重整", "露西出版否认申请破产，称将追究责任"),
    ("executive_change", "康拓股份董事长李建国辞职", "辽宁队主教练辞职，球队进入过渡期"),
    ("partnership_or_contract", "蓝天环境中标污水处理项目，中标金额3亿元", "铜期货主力合约跌1%，报价回落"),
]


@pytest.mark.parametrize(("about", "told", "untold"), PAIRS)
def test_minimal_pairs(about: str, told: str, untold: str) -> None:
    assert about in classify(told).labels
    assert about not in classify(untold).labels


@pytest.mark.parametrize(
    ("text", "about", "status"),
    [
        ("Wingtip Toys denies reports of layoffs", "layoff", "denied"),
        ("Litware scraps its initial public offering", "ipo", "cancelled"),
        ("Lucerne Publishing says it is not filing for bankruptcy", "bankruptcy", "denied"),
        ("Contoso reportedly in talks to acquire Fabrikam", "m_and_a", "rumoured"),
        ("Adatum will open a new manufacturing plant in Ohio next year", "expansion_investment", "planned"),
        ("翼尖玩具否认裁员传闻", "layoff", "denied"),
        ("康拓股份终止收购利特软件", "m_and_a", "cancelled"),
        ("康拓股份拟收购利特软件51%股权", "m_and_a", "planned"),
    ],
)
def test_an_event_that_does_not_stand_is_told_with_its_status(text: str, about: str, status: str) -> None:
    found = classify(text)
    assert [event.status.value for event in found.events if event.event_class == about] == [status]
    assert (about in found.labels) == (status in ("planned", "rumoured"))


def test_several_events_in_one_text() -> None:
    found = classify("Tailspin raises $30 million Series B and appoints Jane Doe as Chief Financial Officer")
    assert {"funding", "executive_change"} <= set(found.labels)
    assert [event.confidence for event in found.events] == sorted(
        (event.confidence for event in found.events), reverse=True
    )


def test_every_event_says_why_with_words_of_the_text() -> None:
    (event,) = classify("Northwind to acquire Fabrikam Tools").events
    assert any("m_and_a.acquires" in line and "acquire" in line for line in event.because)
    assert any(line.startswith("planned") for line in event.because)
    assert event.as_json()["slots"]["counterparties"] == ["Fabrikam Tools"]


def test_traditional_characters_read_as_simplified() -> None:
    assert (
        classify("遠東電子完成數億元B輪融資").labels
        == classify("远东电子完成数亿元B轮融资").labels
        == ("funding",)
    )


@pytest.mark.parametrize("raw", ["", " \n\t", "\x00\x01", "<p></p>", "😀😀", "?", "。"])
def test_nothing_to_read_tells_nothing(raw: str) -> None:
    assert classify(raw).labels == ()


def test_an_empty_text_says_so() -> None:
    assert classify("  ") == Classified(note="The text is empty.")


def test_a_megabyte_costs_what_its_beginning_costs() -> None:
    assert "funding" in classify("Tailspin raises $30 million Series B. " + "x " * 500_000).labels


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_no_text_breaks_it(raw: str) -> None:
    found = classify(raw)
    assert set(found.labels) <= set(CLASSES)
    for event in found.events:
        assert 0 <= event.confidence <= 1
        assert isinstance(event.status, SignalStatus)
        json.dumps(event.as_json())


def test_the_verb_reads_and_writes_lines(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [
        json.dumps({"id": "a", "text": "Northwind to acquire Fabrikam Tools"}),
        "", "not json", json.dumps({"id": "b"}), json.dumps({"id": "c", "text": None}), "[1]", json.dumps({"id": 7, "text": ""}),
        '{"id": "d", "text": "康拓股份董事长李建国辞职 \\ud83d"}',
    ]  # fmt: skip
    source.write_text("\n".join(lines), "utf-8")
    done = CliRunner().invoke(command, [str(source), str(target), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["unreadable"] == 4
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["a", None, "b", "c", None, 7, "d"]
    assert rows[0]["labels"] == ["m_and_a"]
    assert set(rows[0]["events"][0]) == {"class", "status", "confidence", "slots", "because"}
    assert rows[1]["error"] == "line 3 is not JSON"
    assert rows[5]["note"] == "The text is empty."
    assert rows[6]["labels"] == ["executive_change"]


@pytest.mark.shared
def test_open_data_is_read_well_enough() -> None:
    folder = Path(__file__).resolve().parents[4] / "shared" / "data" / "signals" / "events"
    if not folder.exists():
        pytest.skip("the labelled data is not here")
    for name in ("tricky_en", "tricky_zh"):
        rows = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]
        wrong = [
            row["text"]
            for row in rows
            if row["polarity"] in ("denied", "cancelled", "stale")
            and set(classify(row["text"]).labels) & set(row["about"])
        ]
        assert wrong == []

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.folding import fold
from matchers.names import parse


@pytest.mark.parametrize(
    ("raw", "core", "form"),
    [
        ("Brightwater, Inc.", "brightwater", "corporation"),
        ("BRIGHTWATER INC.  DL-,0001", "brightwater", "corporation"),
        ("Brightwater Corporation (The) Class A Common Stock", "brightwater", "corporation"),
        ("Oudekerk Machines B. V.", "oudekerkmachines", "bv"),
        ("Valmora S.p.A.", "valmora", "spa"),
        ("PT Sinar Lautan Tbk.", "sinarlautan", "pt"),
        ("ＢＲＩＧＨＴＷＡＴＥＲ ＬＴＤ", "brightwater", "limited"),
    ],
)
def test_latin_names_lose_form_and_list_marks(raw: str, core: str, form: str) -> None:
    name = parse(raw)
    assert name.core == core
    assert form in name.forms


def test_chinese_name_is_taken_apart() -> None:
    name = parse("深圳市蓝鲸海科技（集团）股份有限公司")
    assert name.han is not None
    assert name.han.regions == ("440300",)
    assert name.han.brand == "蓝鲸海"
    assert name.han.trades == ("科技",)
    assert name.han.forms == {"joint stock"}
    assert name.han.group


def test_region_in_brackets_behind_the_brand() -> None:
    name = parse("青禾塔（北京）网络技术有限公司")
    assert name.han is not None
    assert (name.han.brand, name.han.regions) == ("青禾塔", ("110000",))


def test_a_branch_is_told() -> None:
    name = parse("青禾塔科技有限公司上海分公司")
    assert name.han is not None
    assert name.han.branch == "上海分公司"
    assert name.han.brand == "青禾塔"


@pytest.mark.parametrize("raw", ["*ST青禾", "ST青禾", "青禾股份", "青禾A", "青禾-U", "青禾-KY"])
def test_list_marks_of_short_names(raw: str) -> None:
    name = parse(raw)
    assert name.han is not None
    assert name.han.stem == "青禾"


def test_traditional_and_simplified_meet() -> None:
    assert parse("藍鯨海電子股份有限公司").core == parse("蓝鲸海电子股份有限公司").core
    assert parse("藍鯨海電子股份有限公司").traditional
    assert not parse("蓝鲸海电子股份有限公司").traditional


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "N/A",
        "n/a",
        "test",
        "同上",
        "无",
        "Ltd",
        "有限公司",
        "Inc.",
        "---",
        "🙂🙂",
        "\x00\x01",
        "\u200b",
    ],
)
def test_names_that_say_nothing(raw: str) -> None:
    assert parse(raw).script == ""


def test_number_words_and_digits_meet() -> None:
    left, right = parse("Battalion Forty-Four"), parse("Battalion 44")
    assert left.latin is not None
    assert right.latin is not None
    assert left.latin.words[1] == right.latin.words[1]


def test_glued_names_are_cut() -> None:
    assert parse("NorthPierHoldingLimited").core == "northpierholding"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_parse_never_fails_and_is_stable(text: str) -> None:
    name = parse(text)
    assert parse(text) == name
    assert name.core == parse(text + "  ").core or not text.strip()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == fold(fold(once))


@pytest.mark.parametrize("unit", ["a", "公", "a ", "有限公司", "inc ", "-", "s.", "🙂"])
def test_huge_names_cost_nothing(unit: str) -> None:
    begin = time.process_time()
    parse(unit * 10_000)
    assert time.process_time() - begin < 0.5

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intelligence.events.amounts import amounts, jobs_cut
from intelligence.events.people import officer
from intelligence.events.rules import CLASSES, rulebook
from intelligence.events.slots import date_of, slots_of
from intelligence.events.text import read


@pytest.mark.parametrize(
    ("text", "currency", "value", "at_least"),
    [
        ("wins $1.29B contract", "USD", 1.29e9, None),
        ("€200 million plant", "EUR", 2e8, None),
        ("worth Rs 50 crore", "INR", 5e8, None),
        ("24 billion dollars", "USD", 2.4e10, None),
        ("a C$20 billion deal", "CAD", 2e10, None),
        ("paid £3.5bn", "GBP", 3.5e9, None),
        ("raises USD 8.6M", "USD", 8.6e6, None),
        ("募资3.5亿元人民币", "CNY", 3.5e8, None),
        ("获数千万美元投资", "USD", None, 2e7),
        ("投资近亿元", "CNY", 1e8, None),
        ("融资过亿元", "CNY", None, 1e8),
        ("作价1,496.58万元", "CNY", 14_965_800.0, None),
        ("约合2.5万亿日元", "JPY", 2.5e12, None),
    ],
)
def test_reads_a_sum(text: str, currency: str, value: float | None, at_least: float | None) -> None:
    ready = read(text)
    (found,) = amounts(ready.plain, ready.lang)
    assert (found.currency, found.value, found.at_least) == (currency, value, at_least)


@pytest.mark.parametrize(
    "text", ["opened 24 plants", "Series B", "in 2031 the firm", "增长20%", "数名员工", "第3季度"]
)
def test_a_bare_number_is_no_sum(text: str) -> None:
    ready = read(text)
    assert amounts(ready.plain, ready.lang) == []


def test_reads_what_a_layoff_costs() -> None:
    assert jobs_cut("Wingtip to cut 1,200 jobs, 8% of its workforce", "en") == {
        "jobs": "1,200",
        "percent": "8",
    }
    assert jobs_cut("翼尖裁员300人", "zh") == {"jobs": "300"}


@pytest.mark.parametrize(
    ("text", "person", "role"),
    [
        ("Contoso appoints Jane Doe as Chief Financial Officer", "Jane Doe", "Chief Financial Officer"),
        ("Fabrikam CEO Ann Example will step down", "Ann Example", "CEO"),
        ("Litware names Peter Smith Chief Medical Officer", "Peter Smith", "Chief Medical Officer"),
        ("康拓股份董事长李建国辞职", "李建国", "董事长"),
        ("北风科技任命王小明为首席财务官", "王小明", "首席财务官"),
        ("公司收到财务总监赵敏递交的书面辞职报告", "赵敏", "财务总监"),
    ],
)
def test_names_the_officer_and_the_office(text: str, person: str, role: str) -> None:
    ready = read(text)
    assert officer(ready.plain, ready.lang) == {"person": person, "role": role}


@pytest.mark.parametrize(
    "text", ["Contoso hires a new chief", "董事长辞职", "Employees say the office is cold"]
)
def test_names_nobody_where_nobody_is_named(text: str) -> None:
    ready = read(text)
    assert officer(ready.plain, ready.lang) == {}


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("on August 4, 2031", "2031-08-04"), ("on 4 August 2031", "2031-08-04"), ("by May 2031", "2031-05"), ("on Aug 4", "--08-04"),
        ("2031-02-03", "2031-02-03"), ("it may open", None), ("in March", None), ("June 45", None),
    ],
)  # fmt: skip
def test_reads_a_date(text: str, date: str | None) -> None:
    assert date_of(text, "en") == date


@pytest.mark.parametrize(
    ("text", "date"),
    [("2031年1月6日", "2031-01-06"), ("1月6日晚间", "--01-06"), ("2031年8月", "2031-08"), ("13月5日", None)],
)
def test_reads_a_chinese_date(text: str, date: str | None) -> None:
    assert date_of(text, "zh") == date


def _slots(sentence: str, about: str) -> dict[str, object]:
    text = read(sentence)
    return dict(slots_of(text, about, list(rulebook(text.lang).hits(text))))


def test_slots_of_an_investment_told_in_a_speech() -> None:
    slots = _slots("董事长在年会上表示，明年将在合肥新增两条产线，投资约8亿元", "expansion_investment")
    assert slots == {"amount_text": "约8亿元", "currency": "CNY", "amount": 8e8, "place": "合肥"}


def test_slots_of_deals() -> None:
    assert _slots("Northwind acquires Fabrikam Tools for $45 million", "m_and_a") == {
        "amount_text": "$45 million", "currency": "USD", "amount": 45e6, "counterparties": ["Fabrikam Tools"],
    }  # fmt: skip
    assert _slots("1月6日，康拓与北风电力签署采购合同，金额10亿元", "partnership_or_contract") == {
        "amount_text": "10亿元", "currency": "CNY", "amount": 1e9, "counterparties": ["北风电力"], "date": "--01-06",
    }  # fmt: skip


def test_only_an_executive_change_names_a_person() -> None:
    assert "person" not in _slots("Contoso CEO Jane Doe says sales rose", "financial_results")


@given(st.text(max_size=200), st.sampled_from(CLASSES))
def test_slots_never_fail(raw: str, about: str) -> None:
    text = read(raw)
    assert isinstance(dict(slots_of(text, about, list(rulebook(text.lang).hits(text)))), dict)

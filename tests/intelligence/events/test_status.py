from __future__ import annotations

import pytest

from accounts.observation import SignalStatus
from intelligence.events.status import STANDS, reason
from intelligence.events.text import read

CASES = [
    ("Contoso acquires Fabrikam", "acquires", "m_and_a", "asserted"),
    ("Contoso denies it will acquire Fabrikam", "acquire", "m_and_a", "denied"),
    ("Contoso is not acquiring Fabrikam, its chief says", "acquiring", "m_and_a", "denied"),
    ("Wingtip has no plans for layoffs this year", "layoffs", "layoff", "denied"),
    ("Reports of a Litware IPO are false", "ipo", "ipo", "denied"),
    ("Litware scraps its IPO", "ipo", "ipo", "cancelled"),
    ("Merger of Contoso and Fabrikam called off", "merger", "m_and_a", "cancelled"),
    ("Adatum abandons plan for new plant in Ohio", "plant", "expansion_investment", "cancelled"),
    ("Relecloud cancels its user conference", "conference", "marketing_event", "cancelled"),
    ("Ten years ago Contoso acquired Fabrikam", "acquired", "m_and_a", "stale"),
    ("Contoso is said to weigh a bid for Fabrikam", "bid", "m_and_a", "rumoured"),
    ("Adatum will open a plant in Ohio next year", "open", "expansion_investment", "planned"),
    ("Judge drops lawsuit against Contoso", "lawsuit", "legal_regulatory", "asserted"),
    ("Wingtip cancels flights after merger with Tailspin", "merger", "layoff", "asserted"),
    ("康拓收购法布", "收购", "m_and_a", "asserted"),
    ("康拓否认收购法布", "收购", "m_and_a", "denied"),
    ("网传康拓裁员，公司回应：消息不实", "裁员", "layoff", "denied"),
    ("康拓终止收购法布", "收购", "m_and_a", "cancelled"),
    ("利特软件撤回上市申请", "上市", "ipo", "cancelled"),
    ("北风新材料项目投资计划告吹", "投资", "expansion_investment", "cancelled"),
    ("五年前的今天，康拓收购法布", "收购", "m_and_a", "stale"),
    ("康拓在2029年前三季度收购两家公司", "收购", "m_and_a", "asserted"),
    ("据悉康拓有望被收购", "收购", "m_and_a", "rumoured"),
    ("康拓拟收购法布", "收购", "m_and_a", "planned"),
    ("法院判决不存在欺诈行为，驳回诉讼", "诉讼", "legal_regulatory", "asserted"),
    ("康拓收购法布，并取消原定发布会", "收购", "m_and_a", "asserted"),
]


@pytest.mark.parametrize(("sentence", "trigger", "about", "status"), CASES)
def test_status_of_the_clause_where_the_trigger_stands(
    sentence: str, trigger: str, about: str, status: str
) -> None:
    text = read(sentence)
    found, words = reason(text, about, text.folded.index(trigger))
    assert found.value == status
    assert bool(words) == (status != "asserted")


def test_a_denial_in_another_sentence_does_not_count() -> None:
    text = read("Contoso denies wrongdoing. It acquired Fabrikam in May.")
    assert reason(text, "m_and_a", text.folded.index("acquired"))[0] is SignalStatus.ASSERTED


def test_what_stands() -> None:
    assert {status.value for status in STANDS} == {"asserted", "planned", "rumoured"}

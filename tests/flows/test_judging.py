"""Whose event: the account's own, or somebody's whose name stands near; abstaining where it is not clear."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.account import Account
from accounts.observation import Evidence
from accounts.telling import Article
from flows.judging import SURE_ENOUGH, Judge
from flows.naming import Naming
from intelligence.contradictions import doubted
from intelligence.happenings import happenings

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def judged(name: str, title: str, text: str = "", *, own: bool = False) -> set[str]:
    """The classes told of an account of that name."""
    article = Article("a", "news", "r", title, text, Evidence("https://n.example/1", title, NOW), NOW, own)
    found = Judge().judge(Account("a", {"name": name}), [article], NOW)
    return {signal.signal_class for signal in found.signals if signal.status.value in ("asserted", "planned")}


@pytest.mark.parametrize(
    ("name", "title", "told"),
    [
        ("Larkmoor Ltd", "Larkmoor raises $12 million in Series B funding", {"funding"}),
        ("Larkmoor Ltd", "Larkmoor Foods raises $12 million in Series B funding", set()),
        ("Alder Plumbing, LLC", "Alder Plumbing Services raises $12 million in Series B funding", set()),
        ("Pell & Wickham", "Tidewell raises $12 million in round led by Pell & Wickham", set()),
        ("Tidewell", "Dana Whitlock named chief executive of Tidewell", {"executive_change"}),
        ("Corvane Energy", "Former Corvane Energy CFO joins Tidewell as chief executive", set()),
        ("蓝谷传感技术有限公司", "蓝谷传感完成数千万元A轮融资", {"funding"}),
        ("蓝谷传感技术有限公司", "蓝谷传感科技有限公司完成数千万元A轮融资", set()),
        ("瑞帆電子股份有限公司", "瑞帆電子完成数千万元A轮融资", {"funding"}),
        ("蓝谷传感技术有限公司", "海域智联完成数千万元A轮融资，蓝谷传感领投", set()),
    ],
)
def test_an_event_is_told_of_its_own_company(name: str, title: str, told: set[str]) -> None:
    assert judged(name, title) == told


def test_what_a_company_says_itself_is_about_itself_unless_it_speaks_of_another() -> None:
    assert judged(
        "Larkmoor", "We close a funding round", "Our Series B of $12 million is complete.", own=True
    ) == {"funding"}
    assert (
        judged("Larkmoor", "Tidewell Holdings Inc raises $12 million", "The Series B round closed.", own=True)
        == set()
    )


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=120), st.text(max_size=40))
def test_any_text_and_any_name_are_judged(title: str, name: str) -> None:
    mention = Naming.of(Account("a", {"name": name})).find(title, title)
    assert mention is None or 0 <= mention.start < mention.end <= len(mention.text)
    judged(name or "x", title)


@pytest.mark.parametrize(
    ("text", "name", "status"),
    [
        ("Larkmoor has moved its headquarters to Leeds", "relocation", "asserted"),
        ("Larkmoor plans to move its headquarters to Leeds", "relocation", "planned"),
        ("Larkmoor denies it will be delisted", "delisting", "denied"),
        ("蓝谷传感更名为蓝海科技", "renaming", "asserted"),
        ("蓝谷传感乔迁上海新址", "relocation", "asserted"),
        ("Larkmoor ceases operations", "closure", "asserted"),
    ],
)
def test_happenings_beside_the_twelve_classes(text: str, name: str, status: str) -> None:
    assert [(h.event_class, h.status.value) for h in happenings(text)] == [(name, status)]


def test_only_facts_make_fields_doubtful_and_a_target_more_than_a_buyer() -> None:
    def fields(title: str, name: str = "Larkmoor") -> set[str]:
        article = Article("a", "news", "r", title, "", Evidence("https://n.example/1", title, NOW), NOW)
        found = Judge().judge(Account("a", {"name": name}), [article], NOW).signals
        assert all(doubted(s) == s.contradicts and float(s.slots["about"]) >= SURE_ENOUGH for s in found)
        return {field for signal in found for field in signal.contradicts}

    assert fields("Larkmoor has moved its headquarters to Leeds") == {"street", "postcode"}
    assert fields("Larkmoor plans to move its headquarters to Leeds") == set()
    assert "parent" in fields("Tidewell acquires Larkmoor")
    assert "parent" not in fields("Larkmoor acquires Tidewell")

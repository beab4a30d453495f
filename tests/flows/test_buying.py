"""What a budget buys: sums over the work list, and how the verb tells them."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.account import Account
from accounts.golden import Freshness
from accounts.run import FieldNeed, WorkItem
from flows.buying import lay_out
from flows.enriching import Task
from flows.planning import Plan
from tests.flows.night import Night


def item(key: str, expected: float, *, days: float | None = 3.0, urgent: bool = False) -> WorkItem:
    needs = (
        FieldNeed("phone", Freshness.FRESH, "", ("site",), expected * 0.75),
        FieldNeed("city", Freshness.FRESH, "", ("site",), expected * 0.25),
    )
    return WorkItem(key, needs, expected, expected, 2.0, days, urgent)


def plan_of(items: list[WorkItem], budget: int) -> Plan:
    tasks = tuple(Task(Account(i.account_id, {}), i) for i in items[:budget])
    return Plan(tasks, tuple(items[budget:]), {})


def test_what_is_bought_what_more_would_buy_and_what_is_left_add_up() -> None:
    items = [item("new", 0.0, days=None, urgent=True), *(item(f"A{n}", 1 / n, days=n) for n in range(1, 8))]
    told = lay_out(plan_of(items, 3), step=2)
    assert (told.bought.looks, told.bought.urgent, told.bought.requests) == (3, 1, 6.0)
    assert told.bought.changed == pytest.approx(1.5)
    assert told.more.looks == 2
    assert told.more.changed == pytest.approx(1 / 3 + 1 / 4)
    assert told.left.looks == 5
    assert dict(told.unseen)["phone"] == pytest.approx(0.75 * told.left.changed)
    assert [field for field, _ in told.unseen] == ["phone", "city"]
    assert told.oldest == 7


def test_a_budget_that_pays_for_everything_leaves_nothing() -> None:
    told = lay_out(plan_of([item("A", 1.0)], 9))
    assert (told.left.looks, told.more.looks, told.unseen, told.oldest) == (0, 0, (), None)


def test_the_verb_says_what_a_budget_buys(tmp_path: Path) -> None:
    night = Night(tmp_path)
    night.nightly("--apply")
    whole = night.json("plan", "--as-of", "2026-12-06")
    part = night.json("plan", "--as-of", "2026-12-06", "--budget", "2")
    assert len(part["items"]) == 2
    assert part["items"] == whole["items"][:2]
    assert part["waiting"] == len(whole["items"]) - 2
    bought, left, everything = part["budget"]["bought"], part["budget"]["left"], whole["budget"]["bought"]
    assert bought["changed"] + left["changed"] == pytest.approx(everything["changed"])
    assert bought["requests"] + left["requests"] == pytest.approx(everything["requests"])
    told = night.run("plan", "--as-of", "2026-12-06", "--budget", "2").stdout
    assert "this budget" in told and "all that is left" in told and "Left unseen" in told

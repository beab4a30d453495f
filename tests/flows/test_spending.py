from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.config import BudgetConfig
from flows.spending import Spending, dearest


@dataclass
class Paid:
    name: str = "register"
    cost: float = 0.5
    dearest: float = 0.5


FREE = Paid("free", 0.0, 0.0)


def purse(**budget) -> Spending:
    return Spending(BudgetConfig(**budget))


def spend(spending: Spending, source: Paid, account: str, *, filled: bool = True) -> bool:
    if not spending.reserve(source, account):
        return False
    spending.settle(source, account, source.cost, filled=filled)
    return True


def test_what_is_free_is_always_allowed():
    spending = purse(run=0, account=0)
    assert all(spend(spending, FREE, "A") for _ in range(10))
    assert spending.told() == ()


@pytest.mark.parametrize(
    ("budget", "asked", "why"),
    [
        ({"run": 2.0}, 4, "[budget] run = 2 leaves no room for 0.5"),
        (
            {"run": None, "providers": {"register": 1.0}},
            2,
            "[budget.providers] register = 1 leaves no room for 0.5",
        ),
        ({"run": 0}, 0, "[budget] run = 0 leaves no room for 0.5"),
    ],
)
def test_ceilings_hold_and_say_so(budget, asked, why):
    spending = purse(**budget)
    assert sum(spend(spending, Paid(), f"A{n}") for n in range(10)) == asked
    assert spending.told() == (("register", f"not asked about {10 - asked} accounts: {why}"),)
    assert spending.spent == asked * 0.5


def test_an_account_has_a_ceiling_of_its_own():
    spending = purse(account=0.5)
    assert spend(spending, Paid(), "A")
    assert not spend(spending, Paid("other"), "A")
    assert spend(spending, Paid("other"), "B")


def test_a_ceiling_of_one_source_leaves_the_others_alone():
    spending = purse(providers={"register": 0.4})
    assert not spend(spending, Paid(), "A")
    assert spend(spending, Paid("other"), "A")


def test_what_an_ask_did_not_cost_is_free_again():
    spending = purse(run=1.0)
    dear = Paid(cost=0.5, dearest=1.0)
    assert spending.reserve(dear, "A")
    assert not spending.reserve(dear, "B")
    spending.settle(dear, "A", 0.0, filled=False)
    assert spending.reserve(dear, "B")


def test_a_source_that_fills_nothing_is_stopped_for_the_run():
    spending = purse(run=None, stop_after=10, stop_below=0.2)
    asked = [spend(spending, Paid(), f"A{n}", filled=n == 0) for n in range(30)]
    assert sum(asked) == 10
    assert "of its last 10 paid answers 10% filled anything" in spending.told()[0][1]
    assert spend(spending, Paid("other"), "A")


def test_the_rate_is_of_the_last_answers():
    spending = purse(run=None, stop_after=10, stop_below=0.2)
    assert all(spend(spending, Paid(), f"A{n}") for n in range(50))
    assert sum(spend(spending, Paid(), f"B{n}", filled=False) for n in range(50)) == 9


def test_a_source_that_fills_enough_goes_on():
    spending = purse(run=None, stop_after=10, stop_below=0.2)
    assert all(spend(spending, Paid(), f"A{n}", filled=n % 4 == 0) for n in range(200))


def test_the_dearest_is_the_price_where_a_source_does_not_say():
    class Plain:
        name, cost = "plain", 0.25

    assert dearest(Plain()) == 0.25


@given(st.lists(st.tuples(st.sampled_from("AB"), st.floats(0, 1)), max_size=60), st.floats(0, 5))
def test_no_order_of_asking_breaks_the_ceiling(asks, ceiling):
    spending = purse(run=ceiling, account=None)
    for account, price in asks:
        spend(spending, Paid(cost=price, dearest=price), account)
    assert spending.spent <= ceiling + 1e-6


def test_threads_together_stay_under_the_ceiling():
    spending = purse(run=5.0, account=None)

    def ask() -> None:
        for n in range(50):
            spend(spending, Paid(), f"A{n}")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert spending.spent == 5.0


class TestInTheWaterfall:
    """The enricher under a budget, with a paid source whose answers are told beforehand."""

    def tasks(self, count: int):
        from accounts.account import Account
        from accounts.golden import Freshness
        from accounts.run import FieldNeed, WorkItem
        from flows.enriching import Task

        need = FieldNeed("legal_name", Freshness.MISSING, "blank")
        return [
            Task(Account(f"A{n}", {"name": f"兰亭{n}"}), WorkItem(f"A{n}", (need,), 1.0))
            for n in range(count)
        ]

    def enrich(self, count: int, **budget):
        from datetime import UTC, datetime

        from accounts.catalogue import shipped_catalogue
        from accounts.observation import Outcome
        from accounts.protocols import NoJudgements
        from enrichers.base import Answer
        from flows.enriching import Enricher

        class Register(Paid):
            needs = frozenset({"name"})
            provides = frozenset({"legal_name"})

            def search(self, account):
                return Answer(Outcome.ZERO_ROWS, requests=1, cost=0.5)

        now = datetime(2026, 11, 22, 3, tzinfo=UTC)
        enricher = Enricher(
            "R", [Register()], shipped_catalogue(), NoJudgements(), now, spending=purse(**budget)
        )
        return enricher.enrich_all(self.tasks(count), threads=4), enricher.spending

    def test_the_ledger_holds_what_each_answer_cost(self):
        findings, spending = self.enrich(8, run=2.0)
        assert [call.cost for call in findings.calls] == [0.5] * 4
        assert spending.spent == 2.0

    def test_answers_that_fill_nothing_stop_the_source(self):
        findings, spending = self.enrich(40, run=None, stop_after=10, stop_below=0.2)
        assert 10 <= len(findings.calls) <= 13  # those under way when it stopped are finished
        assert "stop_below" in spending.told()[0][1]

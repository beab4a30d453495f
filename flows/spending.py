"""Spending: whether a paid source may be asked about an account, by ceilings that hold and by what its answers are worth.

The waterfall asks cheap sources first (`flows/enriching.py`); this decides about each ask that costs. What an ask may cost at most
is set aside before it and settled after it, so that threads together stay under the ceiling. Each answer's cost is kept in
`source_call`. One instance a run; threads may share it.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accounts.config import BudgetConfig
from enrichers.base import Source

_TINY = 1e-9


def dearest(source: Source) -> float:
    """The most that asking a source about one account may cost, in the units of its price list."""
    return float(getattr(source, "dearest", source.cost))


@dataclass
class _Account:
    """What has been set aside and spent for one account or source."""

    held: float = 0.0
    spent: float = 0.0

    def room_for(self, price: float, ceiling: float | None) -> bool:
        """True where the price still fits under the ceiling."""
        return ceiling is None or self.held + self.spent + price <= ceiling + _TINY

    def settle(self, price: float, cost: float) -> None:
        """Turns what was set aside into what it came to."""
        self.held -= price
        self.spent += cost


@dataclass
class _Worth:
    """Whether the last paid answers of a source filled anything."""

    answers: deque[bool] = field(default_factory=deque)
    stopped: str = ""


class Spending:
    """The purse of one run."""

    def __init__(self, budget: BudgetConfig | None = None) -> None:
        self._budget = budget or BudgetConfig()
        self._lock = threading.Lock()
        self._run = _Account()
        self._sources: dict[str, _Account] = defaultdict(_Account)
        self._accounts: dict[str, _Account] = defaultdict(_Account)
        self._worth: dict[str, _Worth] = defaultdict(_Worth)
        self._refused: dict[str, Counter[str]] = defaultdict(Counter)

    @property
    def spent(self) -> float:
        """What the run has spent so far."""
        return round(self._run.spent, 6)

    def reserve(self, source: Source, account_id: str) -> bool:
        """Sets aside what asking may cost; False where a ceiling or a poor record forbids it. What is free is always allowed."""
        price = dearest(source)
        if price <= 0:
            return True
        with self._lock:
            why = self._why_not(source.name, account_id, price)
            if why:
                self._refused[source.name][why] += 1
                return False
            for purse in self._purses(source.name, account_id):
                purse.held += price
            return True

    def settle(self, source: Source, account_id: str, cost: float, *, filled: bool) -> None:
        """Notes what an ask that was reserved came to, and whether it filled anything that was wanted."""
        price = dearest(source)
        if price <= 0:
            return
        with self._lock:
            for purse in self._purses(source.name, account_id):
                purse.settle(price, cost)
            if cost > 0:
                self._weigh(source.name, filled=filled)

    def told(self) -> tuple[tuple[str, str], ...]:
        """Each source that was not asked, with the reason and for how many accounts."""
        with self._lock:
            return tuple(
                (name, f"not asked about {count} account{'s' if count > 1 else ''}: {why}")
                for name, reasons in sorted(self._refused.items())
                for why, count in reasons.most_common()
            )

    def refused(self) -> dict[str, dict[str, int]]:
        """By source and reason, how many accounts it was not asked about."""
        with self._lock:
            return {name: dict(reasons) for name, reasons in self._refused.items()}

    def hear(self, refused: Mapping[str, Mapping[str, int]]) -> None:
        """Takes in what another machine's purse refused."""
        with self._lock:
            for name, reasons in refused.items():
                self._refused[name].update(reasons)

    def _purses(self, source: str, account_id: str) -> Sequence[_Account]:
        return self._run, self._sources[source], self._accounts[account_id]

    def _why_not(self, source: str, account_id: str, price: float) -> str:
        """Which ceiling an ask would break, or why the source is asked no more; empty where nothing speaks against it."""
        budget = self._budget
        if self._worth[source].stopped:
            return self._worth[source].stopped
        ceilings = (
            (self._run, budget.run, "[budget] run"),
            (self._sources[source], budget.providers.get(source), f"[budget.providers] {source}"),
            (self._accounts[account_id], budget.account, "[budget] account"),
        )
        for purse, ceiling, name in ceilings:
            if not purse.room_for(price, ceiling):
                return f"{name} = {ceiling:g} leaves no room for {price:g}"
        return ""

    def _weigh(self, source: str, *, filled: bool) -> None:
        """Stops a source whose last paid answers filled too little. The stop holds for this run; the next one tries again."""
        worth, budget = self._worth[source], self._budget
        worth.answers.append(filled)
        if len(worth.answers) > budget.stop_after:
            worth.answers.popleft()
        rate = sum(worth.answers) / len(worth.answers)
        if len(worth.answers) >= budget.stop_after and rate < budget.stop_below and not worth.stopped:
            worth.stopped = (
                f"of its last {budget.stop_after} paid answers {rate:.0%} filled anything, below [budget] stop_below = "
                f"{budget.stop_below:g}"
            )

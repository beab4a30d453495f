"""Plan: which fields can no longer be trusted, and which accounts to look at tonight."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.account import Account
from accounts.run import WorkItem
from flows.enriching import Task
from flows.services import Services
from warehouse.staleness import refresh_staleness, stale_fields, work_list

#: Days after which a source that had nothing to say about a need is asked again.
RECHECK_DAYS = 30
#: Stale fields a report lists; `evergreen stale` lists them all.
MOST_STALE_TOLD = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """Tonight's work: what is looked at, what waits for the budget, and the state of all fields."""

    tasks: tuple[Task, ...]
    waiting: tuple[WorkItem, ...]
    states: Mapping[str, int]
    stale: Sequence[Mapping[str, Any]] = ()

    def shards(self, size: int) -> list[tuple[Task, ...]]:
        """The tasks in shards of a size, best first."""
        return [self.tasks[i : i + size] for i in range(0, len(self.tasks), size)]


def plan(
    services: Services,
    accounts: Mapping[str, Account],
    *,
    budget: int | None = None,
    only: Collection[str] | None = None,
    asked: Sequence[tuple[str, str]] = (),
) -> Plan:
    """Judges every field and cuts the work list to a budget of accounts.

    `only` limits the work to some accounts; `asked` are (account, field) pairs looked at whatever their state.
    """
    now = services.clock.now()
    states = refresh_staleness(services.warehouse, now, asked)
    provides = {s.name: s.provides for s in services.sources}
    items = [
        item
        for item in work_list(services.warehouse, now, provides, RECHECK_DAYS)
        if item.account_id in accounts and (only is None or item.account_id in only)
    ]
    cut = len(items) if budget is None else budget
    tasks = tuple(Task(accounts[item.account_id], item) for item in items[:cut])
    return Plan(tasks, tuple(items[cut:]), states, stale_fields(services.warehouse, limit=MOST_STALE_TOLD))

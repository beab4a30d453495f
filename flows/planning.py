"""Plan: which fields can no longer be trusted, and which accounts to look at tonight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts.account import Account
from accounts.run import FieldNeed, WorkItem
from enrichers.base import Source
from flows.enriching import Task
from flows.learning import learn_paces
from flows.listening import with_listening
from flows.scope import WHOLE, Scope
from flows.services import Services
from warehouse.rates import work_list_by_rate
from warehouse.staleness import Offer, refresh_staleness, stale_fields, work_list

#: Days after which a source is asked again about an account, where it does not say itself.
EVERY_DAYS = 30
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
    scope: Scope = WHOLE,
    ask: bool = False,
) -> Plan:
    """Judges every field and cuts the work list to a budget of accounts.

    `scope` limits the work; with `ask` all of it is looked at, whatever its state.
    """
    now = services.clock.now()
    states = refresh_staleness(services.warehouse, now, _asked(services, accounts, scope) if ask else ())
    items = [
        item
        for item in _work_list(services, now)
        if item.account_id in accounts and any(scope.covers(item.account_id, n.field) for n in item.needs)
    ]
    if scope.fields is None:
        listened = [
            account_id for account_id in accounts if scope.accounts is None or account_id in scope.accounts
        ]
        offers = offers_of(services)
        items = with_listening(
            services.warehouse, items, listened, offers, services.catalogue, now, whatever=ask
        )
    items = list(askable(items, accounts, services.sources))
    cut = len(items) if budget is None else budget
    tasks = tuple(Task(accounts[item.account_id], item) for item in items[:cut])
    return Plan(tasks, tuple(items[cut:]), states, stale_fields(services.warehouse, limit=MOST_STALE_TOLD))


def askable(
    items: Iterable[WorkItem], accounts: Mapping[str, Account], sources: Iterable[Source]
) -> Iterator[WorkItem]:
    """The work without what nobody can be asked: a source whose `needs` the account has none of is no help with a field.

    Accounts share their needs: there are few kinds of them.
    """
    wants = {source.name: source.needs for source in sources}
    cut: dict[tuple[FieldNeed, frozenset[str]], FieldNeed] = {}
    for item in items:
        account = accounts[item.account_id]
        able = frozenset(name for name, needs in wants.items() if not needs or any(map(account.get, needs)))
        needs = tuple(
            need if able.issuperset(need.sources) else _among(able, need, cut)
            for need in item.needs
            if not need.sources or not able.isdisjoint(need.sources)
        )
        if needs:
            yield item if needs == item.needs else replace(item, needs=needs)


def _among(
    able: frozenset[str], need: FieldNeed, cut: dict[tuple[FieldNeed, frozenset[str]], FieldNeed]
) -> FieldNeed:
    known = cut.get((need, able))
    if known is None:
        known = cut[need, able] = replace(need, sources=tuple(s for s in need.sources if s in able))
    return known


def offers_of(services: Services) -> list[Offer]:
    """What the sources of a run can fill, and how often each is worth asking."""
    return [Offer(s.name, s.provides, getattr(s, "every_days", EVERY_DAYS)) for s in services.sources]


def _work_list(services: Services, now: datetime) -> Iterator[WorkItem]:
    if services.config.run.spend == "ttl":
        return work_list(services.warehouse, now, offers_of(services))
    paces = learn_paces(services.warehouse)
    return work_list_by_rate(services.warehouse, now, offers_of(services), paces)


def _asked(services: Services, accounts: Mapping[str, Account], scope: Scope) -> Iterator[tuple[str, str]]:
    fields = scope.fields or [f.name for f in services.catalogue]
    for account_id in scope.accounts if scope.accounts is not None else accounts:
        for field in fields:
            yield account_id, field

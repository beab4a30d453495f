"""Listening: sources of news, job boards and filings are asked in their own rhythm, whatever the CRM's fields look like.

A field's state says nothing about whether something happened; so an account whose cells are all fresh, in a CRM without one
column for signals, is still listened for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from accounts.catalogue import Catalogue
from accounts.golden import Freshness
from accounts.run import FieldNeed, WorkItem
from intelligence.tables import data
from warehouse.staleness import Offer
from warehouse.store import Warehouse

#: What listening is worth beside a field known to be wrong: it never pushes those out of a budget.
BENEFIT = 0.02
_CATEGORY = "intelligence"


def with_listening(
    warehouse: Warehouse,
    items: Iterable[WorkItem],
    accounts: Collection[str],
    offers: Iterable[Offer],
    catalogue: Catalogue,
    now: datetime,
    *,
    whatever: bool = False,
) -> list[WorkItem]:
    """The work list with the sources to listen to; accounts that are only listened for come last.

    `whatever` asks all of them, however lately they answered.
    """
    wanted: dict[str, list[FieldNeed]] = {}
    for offer in offers:
        names = listens_for(offer.fields, catalogue)
        if names:
            need = FieldNeed(names[0], Freshness.DUE, "listened for in its own rhythm", (offer.source,))
            for account_id in _due(warehouse, offer, accounts, now, whatever=whatever):
                wanted.setdefault(account_id, []).append(need)
    found = [_extended(item, wanted.pop(item.account_id, ())) for item in items]
    return [
        *found,
        *(
            WorkItem(account_id, tuple(needs), BENEFIT * len(needs))
            for account_id, needs in sorted(wanted.items())
        ),
    ]


def listens_for(provides: Iterable[str], catalogue: Catalogue) -> list[str]:
    """What of a source's offer is told rather than filled: event classes, and the fields of the category `intelligence`."""
    told = set(data("brief")["classes"]) | {spec.name for spec in catalogue if spec.category == _CATEGORY}
    return sorted(told & set(provides))


def _due(
    warehouse: Warehouse, offer: Offer, accounts: Collection[str], now: datetime, *, whatever: bool
) -> Iterator[str]:
    rows = warehouse.rows(
        "SELECT account_id, max(noted_at) AS at FROM source_call WHERE source = $source AND outcome <> 'failed' GROUP BY ALL",
        {"source": offer.source},
    )
    asked = {row["account_id"]: row["at"] for row in rows}
    for account_id in accounts:
        last = asked.get(account_id)
        if whatever or last is None or (now.date() - last.date()).days >= offer.every_days:
            yield account_id


def _extended(item: WorkItem, needs: Sequence[FieldNeed]) -> WorkItem:
    there = {source for need in item.needs for source in need.sources}
    more = tuple(need for need in needs if need.sources[0] not in there)
    return replace(item, needs=(*item.needs, *more)) if more else item

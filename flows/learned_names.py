"""Rows of what former links taught about accounts, fetched some accounts at a time: nobody holds those of a whole night."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from warehouse.knowledge import known_aliases
from warehouse.store import Warehouse

Rows = Sequence[Mapping[str, Any]]

#: Accounts fetched at once, and how many such groups are kept: shards under way, each of which is asked for in order.
_GROUP, _KEPT = 400, 24


class LearnedNames(Mapping[str, Rows]):
    """Rows by account, in the order in which accounts are looked at; threads may share it. `first` come before what is fetched."""

    def __init__(
        self, warehouse: Warehouse, account_ids: Iterable[str], first: Mapping[str, Rows] | None = None
    ) -> None:
        ids = list(dict.fromkeys(account_ids))
        self._groups = [ids[at : at + _GROUP] for at in range(0, len(ids), _GROUP)]
        self._group_of = {account_id: at // _GROUP for at, account_id in enumerate(ids)}
        self._first = first or {}
        self._kept: OrderedDict[int, dict[str, list[Mapping[str, Any]]]] = OrderedDict()
        self._lock = threading.Lock()
        self._hand = warehouse.another()
        self._hand.run("USE evergreen")

    def __getitem__(self, account_id: str) -> Rows:
        number = self._group_of[account_id]
        with self._lock:
            if number not in self._kept:
                self._kept[number] = self._fetched(self._groups[number])
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            found = self._kept[number].get(account_id, ())
        return (*self._first.get(account_id, ()), *found)

    def __iter__(self) -> Iterator[str]:
        return iter(self._group_of)

    def __len__(self) -> int:
        return len(self._group_of)

    def _fetched(self, account_ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in known_aliases(self._hand, account_ids):
            found.setdefault(row["account_id"], []).append(row)
        return found

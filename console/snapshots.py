"""The published snapshot as the console reads it: one DuckDB connection per snapshot, a hand on it per thread.

The warehouse file is never opened. When a run publishes, the next page reads the new snapshot; pages under way finish
on the old one.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any, TypeVar

from accounts.config import Config
from accounts.errors import WarehouseError
from warehouse.snapshot import open_snapshot
from warehouse.store import Warehouse, sql

T = TypeVar("T")

#: Seconds between two looks at the pointer.
_LOOK = 1.0
#: Results kept per snapshot.
_KEPT = 400


class Reading:
    """One snapshot, open for reading by many threads; what was once computed of it is kept as long as it is."""

    def __init__(self, warehouse: Warehouse, run_id: str) -> None:
        self.run_id = run_id
        self._root = warehouse
        self._hands: LifoQueue[Warehouse] = LifoQueue()
        self._known: OrderedDict[Any, Any] = OrderedDict()
        self._making: dict[Any, threading.Lock] = {}
        self._lock = threading.Lock()

    @contextmanager
    def hand(self) -> Iterator[Warehouse]:
        """A connection nobody else uses meanwhile."""
        try:
            hand = self._hands.get_nowait()
        except Empty:
            hand = self._root.another()
        try:
            yield hand
        finally:
            self._hands.put(hand)

    def rows(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query; times are aware, in UTC."""
        with self.hand() as hand:
            return hand.rows(query, parameters)

    def row(self, query: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        return next(iter(self.rows(query, parameters)), None)

    def value(self, query: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        with self.hand() as hand:
            return hand.value(query, parameters)

    def ask(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of `warehouse/sql/console_NAME.sql`."""
        return self.rows(sql(f"console_{name}"), parameters)

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """What `make` gives, computed once per snapshot; the keys asked for last are kept."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            if key in self._known:
                with self._lock:
                    self._known.move_to_end(key)
                found: T = self._known[key]
                return found
            made = make()
            with self._lock:
                self._known[key] = made
                while len(self._known) > _KEPT:
                    self._making.pop(self._known.popitem(last=False)[0], None)
            return made


class Snapshots:
    """Gives the newest snapshot under a warehouse folder."""

    def __init__(self, config: Config, prepare: Callable[[Reading], None] | None = None) -> None:
        self._home, self._memory = config.home, config.warehouse.memory_limit
        self._prepare = prepare
        self._lock = threading.Lock()
        self._reading: Reading | None = None
        self._looked = 0.0

    def newest(self) -> Reading:
        """The newest snapshot. Raises WarehouseError where there is none, or it is damaged."""
        with self._lock:
            if self._reading is not None and time.monotonic() - self._looked < _LOOK:
                return self._reading
            name = _pointed(self._home)
            if self._reading is None or self._reading.run_id != name:
                try:
                    warehouse = open_snapshot(self._home)
                except WarehouseError:
                    if self._reading is None:
                        raise
                    return self._reading  # a run is swapping folders: the one before still answers
                warehouse.run(f"SET memory_limit = '{self._memory}'")
                self._reading = Reading(warehouse, name)
                if self._prepare is not None:
                    threading.Thread(target=self._prepare, args=(self._reading,), daemon=True).start()
            self._looked = time.monotonic()
            return self._reading


def _pointed(home: Path) -> str:
    try:
        pointer = home / "snapshots" / "current"
        return f"{pointer.read_text(encoding='utf-8').strip()}@{pointer.stat().st_mtime_ns}"
    except OSError:
        return ""


def as_json(thing: Any, empty: Any = None) -> Any:
    """A JSON column's value; what cannot be read is `empty`."""
    if thing is None:
        return empty
    if not isinstance(thing, str):
        return thing
    try:
        return json.loads(thing)
    except ValueError:
        return empty

"""Ends exchanges whose time is over: one thread for all of them, started with the first and gone when nobody is watched."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from types import TracebackType
from typing import Protocol

#: Seconds the thread stays when nothing is left to watch.
_LINGERS = 5.0


class Cuttable(Protocol):
    """What can be ended from another thread."""

    def cut(self) -> None:
        """Ends the exchange under way."""
        ...

    def rest(self) -> None:
        """Hears that the exchange is over."""
        ...


class Watchdog:
    """Watches exchanges; threads share it. A watch costs two locks, where a timer of its own would cost a thread."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Watch]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._running = False

    def watch(self, thing: Cuttable, seconds: float) -> Watch:
        """A block in which `thing` is cut when its time is over."""
        return Watch(self, thing, max(0.01, seconds))

    def _add(self, watch: Watch, at: float) -> None:
        with self._changed:
            heapq.heappush(self._due, (at, next(self._numbers), watch))
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="watchdog", daemon=True).start()
            elif self._due[0][2] is watch:
                self._changed.notify()

    def _run(self) -> None:
        while (late := self._next()) is not None:
            late.fire()

    def _next(self) -> Watch | None:
        """Waits for the next that is over; None where nothing has been watched for a while."""
        with self._changed:
            while True:
                while self._due and self._due[0][2].over:
                    heapq.heappop(self._due)
                left = self._due[0][0] - time.monotonic() if self._due else _LINGERS
                if self._due and left <= 0:
                    return heapq.heappop(self._due)[2]
                woken = self._changed.wait(left)
                if not self._due and not woken:
                    self._running = False
                    return None


class Watch:
    """One exchange that is watched: `expired` says afterwards that it was cut."""

    def __init__(self, dog: Watchdog, thing: Cuttable, seconds: float) -> None:
        self.expired = False
        self.over = False
        self._dog, self._thing, self._seconds = dog, thing, seconds
        self._lock = threading.Lock()

    def __enter__(self) -> Watch:
        self._dog._add(self, time.monotonic() + self._seconds)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self.over = True
        self._thing.rest()

    def fire(self) -> None:
        """Cuts the exchange, unless it has just ended."""
        with self._lock:
            if not self.over:
                self.expired = True
                self._thing.cut()

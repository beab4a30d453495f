"""Waiting and measuring spans of time. What the time *is* comes from `accounts.clock`; this only counts seconds."""

from __future__ import annotations

import time
from typing import Protocol


class Timer(Protocol):
    """Counts seconds and waits; handed in, so that tests and replays do not wait."""

    def seconds(self) -> float:
        """Seconds since some fixed moment, never going back."""
        ...

    def wait(self, seconds: float) -> None:
        """Returns after that many seconds."""
        ...


class SystemTimer:
    """The machine's monotonic timer."""

    def seconds(self) -> float:
        """Seconds since some fixed moment, never going back."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Sleeps."""
        time.sleep(max(0.0, seconds))


class StillTimer:
    """Stands still and never waits: for replays."""

    def seconds(self) -> float:
        """Always the same moment."""
        return 0.0

    def wait(self, seconds: float) -> None:
        """Returns at once."""


class Budget:
    """Seconds left for one `get`: network time and waits between attempts, not the wait for one's turn."""

    def __init__(self, seconds: float, timer: Timer) -> None:
        self._timer = timer
        self.left = seconds

    def spend(self, since: float) -> None:
        """Takes off the seconds since a moment of the same timer."""
        self.left -= self._timer.seconds() - since

"""How far a run is, how fast it goes and how long it still takes, in words: beside the bar on a terminal, as lines in a log."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

#: Seconds between two lines of a log.
EVERY = 60.0


class Pace:
    """Hears of a run's progress and says in words where it stands; the pace is that of the stage so far."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._stage, self._began, self._done = "", seconds(), 0
        self._total: int | None = None

    def hear(self, stage: str, done: int, total: int | None) -> None:
        """Hears of `done` things of a stage."""
        if stage != self._stage or done < self._done:
            self._stage, self._began = stage, self._seconds()
        self._done, self._total = done, total

    @property
    def rate(self) -> float:
        """Things a second; 0 where nothing is done yet."""
        return self._done / max(1e-9, self._seconds() - self._began)

    def words(self) -> str:
        """One line: `enrich: 4,200 of 100,000 accounts, 31.0 a second, 51 min left`."""
        if not self._total:
            return f"{self._stage}: {_span(self._seconds() - self._began)} so far"
        told = f"{self._stage}: {self._done:,} of {self._total:,} accounts"
        if not self._done:
            return told
        left = (self._total - self._done) / self.rate
        return f"{told}, {self.rate:.1f} a second, {_span(left)} left"


class Lines:
    """A progress listener for logs: each stage as it begins, and once a minute how far it is."""

    def __init__(
        self, say: Callable[[str], None] | None = None, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._say = say or (lambda line: click.echo(line, err=True))
        self._seconds, self._pace = seconds, Pace(seconds)
        self._said_at = seconds()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Hears of `done` things of a stage."""
        self._pace.hear(stage, done, total)
        if self._seconds() - self._said_at >= EVERY:
            self._said_at = self._seconds()
            self._say(self._pace.words())


def _span(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 100
        else f"{seconds / 60:.0f} min"
        if seconds < 6_000
        else f"{seconds / 3600:.1f} h"
    )

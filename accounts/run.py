"""Runs, shards and the work list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from accounts.golden import Freshness
from accounts.observation import Outcome


class RunStatus(StrEnum):
    """Where a run stands. `held` kept its plan and wrote nothing (breaker); `dry` was asked to write nothing."""

    RUNNING = "running"
    DONE = "done"
    DRY = "dry"
    HELD = "held"
    FAILED = "failed"
    CRASHED = "crashed"


def new_run_id(now: datetime, number: int) -> str:
    """A sortable run id: the UTC second of the run's clock and the run's number in this warehouse.

    >>> new_run_id(datetime(2026, 11, 22, 2, 0), 7)
    '20261122T020000-0007'
    """
    return f"{now:%Y%m%dT%H%M%S}-{number:04d}"


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over the accounts; times in UTC. `counts` maps a stage's counter to a number."""

    id: str
    kind: str
    status: RunStatus
    started_at: datetime
    as_of: datetime
    finished_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class FieldNeed:
    """One field of one account that wants looking at, why, and the sources that are due (none named: any).

    `chance` is how likely a look is to find it changed, where rates of change are known.
    """

    field: str
    status: Freshness
    reason: str
    sources: tuple[str, ...] = ()
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One account of the work list; `benefit` orders the list, higher first.

    `expected` is how many changed values a look is expected to find, where rates of change are known, `requests` what
    it is likely to take, `days` how long ago the account was looked at (None: never, or not told). `urgent` goes
    before everything else: new, newly contradicted, or asked for.
    """

    account_id: str
    needs: tuple[FieldNeed, ...]
    benefit: float
    expected: float = 0.0
    requests: float = 0.0
    days: float | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class SourceCall:
    """What asking one source about one account came to; the cost ledger's row.

    `cost` is in the currency units the source declares, `requests` the HTTP requests it took.
    `pages` are the addresses it read in full: what is not seen on them was not there.
    """

    run_id: str
    account_id: str
    source: str
    outcome: Outcome
    rows: int
    requests: int
    cost: float
    seconds: float
    at: datetime
    error: str = ""
    pages: tuple[str, ...] = ()

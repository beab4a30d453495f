"""What we hold true, and what we no longer trust."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Loser:
    """An observed value that did not survive, kept with the reason why."""

    value: str
    key: str
    kind: str | None
    sources: tuple[str, ...]
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class GoldenValue:
    """The surviving value of one field of one account, with what it rests on.

    `score` is authority × recency × agreement × confidence, 0–1; `confidence` the calibrated part that
    policies compare with the field's bar. `observed_at` (UTC) is the newest observation that carries
    the value. `confirming_keys` are the keys of all observed values that count as the same truth for
    a CRM that has room for one (any of a company's lines confirms its phone).
    """

    account_id: str
    field: str
    value: str
    key: str
    kind: str | None
    display: str | None
    confidence: float
    score: float
    sources: tuple[str, ...]
    observation_ids: tuple[str, ...]
    observed_at: datetime
    confirming_keys: tuple[str, ...] = ()
    losers: tuple[Loser, ...] = ()


class Freshness(StrEnum):
    """Where a field of the CRM stands, worst first.

    `due`: its age is unknown, so it is looked at but not held against; `review` never follows from it alone.
    """

    CONTRADICTED = "contradicted"
    INVALID = "invalid"
    MISSING = "missing"
    EXPIRED = "expired"
    ASKED = "asked"
    DUE = "due"
    FRESH = "fresh"


#: A foreign value in one of these states may be replaced by better evidence.
REPLACEABLE = frozenset({Freshness.CONTRADICTED, Freshness.INVALID, Freshness.EXPIRED})


@dataclass(frozen=True, slots=True)
class Staleness:
    """The state of one CRM field and the reason in words; `age_days` is None where unknown."""

    account_id: str
    field: str
    status: Freshness
    reason: str
    age_days: int | None = None
    ttl_days: int | None = None

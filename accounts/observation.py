"""What the world says: observations, signals and the evidence under them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from accounts.account import NOTHING


class Outcome(StrEnum):
    """The four ends of asking a source, never folded into one empty list."""

    ROWS = "rows"
    ZERO_ROWS = "zero_rows"
    NOT_FOUND = "not_found"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value was read: page, passage, time (UTC), and the stored body's SHA-256.

    `selector` is the place in the document (CSS selector, JSON pointer, column name).
    """

    url: str
    passage: str
    fetched_at: datetime
    selector: str | None = None
    body_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One value for one field of one account from one source at one time.

    `value` is in the catalogue's canonical form (E.164 phone, ISO country, …), `display` as printed.
    `key` is the value's identity: two observations agree when their keys are equal. `kind` tells apart
    values of one field (a phone's `main`, `fax`, `toll_free` …). `confidence` is 0–1 that the value is
    right for the record it was read from; the link's probability comes on top. `record_id` names the
    source's record (URL of the site, CIK) that `link` ties to the account.
    """

    account_id: str
    field: str
    value: str
    key: str
    source: str
    record_id: str
    evidence: Evidence
    confidence: float
    extractor: str
    observed_at: datetime
    kind: str | None = None
    display: str | None = None

    @property
    def id(self) -> str:
        """A stable name: reading the same thing at the same time twice gives the same id."""
        parts = (
            self.account_id, self.field, self.key, self.kind or "", self.source, self.record_id,
            self.evidence.url, self.observed_at.isoformat(),
        )  # fmt: skip
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


class SignalStatus(StrEnum):
    """How far a told event has happened."""

    ASSERTED = "asserted"
    PLANNED = "planned"
    RUMOURED = "rumoured"
    DENIED = "denied"
    CANCELLED = "cancelled"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Signal:
    """A dated happening at an account.

    `signal_class` is an event class (`executive_change`, …) or a fact about a field's source
    (`site_moved`, `site_parked`, …). `contradicts` names the catalogue fields it makes doubtful.
    `happened_on` is the event's date, `published_at` the telling's (UTC). `slots` hold what else
    was read (amount, currency, role, place).
    """

    account_id: str
    signal_class: str
    title: str
    source: str
    record_id: str
    evidence: Evidence
    confidence: float
    extractor: str
    observed_at: datetime
    status: SignalStatus = SignalStatus.ASSERTED
    happened_on: date | None = None
    published_at: datetime | None = None
    counterparties: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()
    slots: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def id(self) -> str:
        """A stable name: the same telling read twice gives the same id."""
        parts = (self.account_id, self.signal_class, self.source, self.evidence.url, self.title)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]

"""What we mean to do to the CRM, what became of it, and what a person says about it."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Policy(StrEnum):
    """Write policy of a field; see `docs/architecture.md`, "decide"."""

    NEVER = "never"
    FILL_BLANK = "fill_blank"
    REPLACE_STALE = "replace_stale"
    OVERWRITE_ALWAYS = "overwrite_always"


class ChangeKind(StrEnum):
    """What a change does to the cell it touches."""

    FILL = "fill"
    REPLACE = "replace"
    CLEAR = "clear"
    RESTORE = "restore"


class Verdict(StrEnum):
    """What `decide` makes of one field of one account.

    `write` goes out by itself; `review` waits for a steward; `confirm` found the CRM right; `hold` is
    respected and told (lock, record hold, cleared by a person …), but nobody is asked; `nothing` has
    no evidence to speak of.
    """

    WRITE = "write"
    REVIEW = "review"
    CONFIRM = "confirm"
    HOLD = "hold"
    NOTHING = "nothing"


class Code(StrEnum):
    """Why, for machines; the words beside it are for people."""

    BLANK_FILLED = "blank_filled"
    OURS_RENEWED = "ours_renewed"
    EXPIRED_REPLACED = "expired_replaced"
    INVALID_REPLACED = "invalid_replaced"
    CONTRADICTED_REPLACED = "contradicted_replaced"
    POLICY_OVERWRITE = "policy_overwrite"
    ACCEPTED_BY_STEWARD = "accepted_by_steward"
    SAME_VALUE = "same_value"
    NO_EVIDENCE = "no_evidence"
    NOT_STALE = "not_stale"
    AGE_UNKNOWN = "age_unknown"
    PERSON_EDITED = "person_edited"
    BELOW_CONFIDENCE = "below_confidence"
    SENSITIVE = "sensitive"
    LINK_UNSURE = "link_unsure"
    AMBIGUOUS = "ambiguous"
    LOCKED = "locked"
    RECORD_HELD = "record_held"
    CLEARED_BY_PERSON = "cleared_by_person"
    KEPT_BY_PERSON = "kept_by_person"
    POLICY_NEVER = "policy_never"
    POLICY_FILL_ONLY = "policy_fill_only"
    NO_COLUMN = "no_column"
    CHANGED_MEANWHILE = "changed_meanwhile"
    UNDO = "undo"
    UNDONE_BEFORE = "undone_before"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one account, from what we saw (`base`) to what we want (`value`).

    `base` is the CRM's own text at the time of the pull, None where blank; `value` the text to write, in the
    CRM's format. `column` is the CRM's name of the field. `base_age_days` is the age of what stands there,
    `evidence_age_days` of what would replace it. `held_key` is the identity of the value as the CRM came to hold it, where
    that differs from `value_key`: a pick-list entry, a format of its own.
    """

    account_id: str
    field: str
    column: str
    kind: ChangeKind
    verdict: Verdict
    code: Code
    reason: str
    base: str | None
    value: str | None
    value_key: str = ""
    confidence: float = 1.0
    sources: tuple[str, ...] = ()
    observation_ids: tuple[str, ...] = ()
    base_age_days: int | None = None
    evidence_age_days: int | None = None
    before_image: str | None = None
    weight: float = 0.0
    held_key: str = ""

    @property
    def id(self) -> str:
        """A stable name of the question "may this value go there?": the same in every run that asks it."""
        parts = (self.account_id, self.field, self.kind, self.base or "", self.value_key)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Breaker:
    """The circuit breaker's reading: accounts with replaced or cleared values against all in the run."""

    touched: int
    accounts: int
    limit: float

    @property
    def tripped(self) -> bool:
        """True when more accounts would lose a value than the limit allows."""
        return self.accounts > 0 and self.touched > self.limit * self.accounts


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Everything one run wants of the CRM: the plan file is this, as JSON."""

    id: str
    run_id: str
    crm: str
    created_at: datetime
    changes: tuple[Change, ...]
    breaker: Breaker

    @property
    def writes(self) -> tuple[Change, ...]:
        """The changes that go out by themselves."""
        return tuple(c for c in self.changes if c.verdict is Verdict.WRITE)

    @property
    def reviews(self) -> tuple[Change, ...]:
        """The changes that wait for a steward."""
        return tuple(c for c in self.changes if c.verdict is Verdict.REVIEW)


class WriteStatus(StrEnum):
    """What became of one change.

    `invalid` was never sent; `rejected` was sent and refused; `conflict` met another value than we had
    seen; `unknown` was sent and not answered, and is settled by reading back.
    """

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    INVALID = "invalid"
    REJECTED = "rejected"
    HELD = "held"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """What became of one change, in the CRM's own words where it gave any.

    `found` is the text met just before writing, `read_back` the text read just after. `before_image` is
    what the connector needs to put the cell back exactly (quoting and all).
    """

    change: Change
    status: WriteStatus
    at: datetime
    found: str | None = None
    read_back: str | None = None
    before_image: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One settled write as the ledger keeps it; undo reads these."""

    run_id: str
    outcome: WriteOutcome
    undone_by: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What people have said about one field of one account, and what our ledger knows of it.

    `kept_keys` are proposals a person turned down: not asked again until the evidence changes.
    `accepted_key` is a proposal a steward accepted and no run has carried out yet; `accepted_item` is the id of the
    question (`Change.id`), so that the word counts for the value it was given about and no later one. `ours_key` /
    `ours_at` are the value we last wrote there (as the CRM came to hold
    it, `ours_text` letter for letter; `meant_key` is what we had sent); an undo leaves nothing ours (a restored value is not). `undone_keys`
    are proposals we wrote and somebody undid: asked about from then on, not written.
    """

    locked: bool = False
    lock_note: str = ""
    kept_keys: frozenset[str] = frozenset()
    accepted_key: str | None = None
    accepted_by: str | None = None
    ours_key: str | None = None
    ours_at: datetime | None = None
    meant_key: str | None = None
    ours_text: str | None = None
    cleared_by_person: bool = False
    accepted_item: str = ""
    undone_keys: frozenset[str] = frozenset()


class ReviewAction(StrEnum):
    """What a steward can say to an item. `unsure` decides nothing; `withdraw` takes the last word on the item back."""

    ACCEPT = "accept"
    REJECT = "reject"
    KEEP = "keep"
    LOCK = "lock"
    UNLOCK = "unlock"
    UNSURE = "unsure"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One question for a steward: a value to replace, or a record that may be this account.

    `kind` is `value` or `link`. `rank` orders the queue: account value × uncertainty, higher first.
    """

    id: str
    kind: str
    account_id: str
    account_name: str
    field: str
    crm_value: str | None
    proposed: str | None
    proposed_key: str
    code: str
    reason: str
    evidence: str
    run_id: str
    asked_at: datetime
    rank: float = 0.0
    crm_age_days: int | None = None
    evidence_age_days: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """A steward's word on an item; `carried_out_by` is the run that acted on it."""

    item_id: str
    action: ReviewAction
    by: str
    at: datetime
    account_id: str
    field: str
    proposed_key: str
    note: str = ""
    carried_out_by: str | None = None
    extras: dict[str, str] = dataclasses.field(default_factory=dict)

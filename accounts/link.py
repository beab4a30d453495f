"""Which company a record is: candidates a source offers, and the matcher's answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from accounts.account import NOTHING, Company


class LinkDecision(StrEnum):
    """What the matcher makes of a candidate."""

    ACCEPT = "accept"
    REVIEW = "review"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record of a source that may be the account: `company.id` is the source's record id.

    `stated` marks a record the account itself names (its own website, its own CIK): the matcher then
    looks for contradictions instead of asking for proof.
    """

    source: str
    company: Company
    url: str
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """The matcher's answer for one account and one source's best candidate.

    `probability` is 0–1; `grades` maps an attribute (`name`, `domain`, `phone`, `address`, `city`,
    `country`, `identifier`) to A–F; `reason` says in words, naming both sides, why.
    """

    account_id: str
    source: str
    record_id: str
    probability: float
    decision: LinkDecision
    reason: str
    grades: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    runner_up_id: str | None = None
    runner_up_probability: float | None = None
    model: str = ""

"""Who belongs to whom: a company's parent, head office, owners and namesakes, as edges with evidence and grade."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EdgeKind(StrEnum):
    """What the other company is to the account. An `owner` (a fund, a government) is no parent; a `sibling` shares the brand only."""

    PARENT = "parent"
    ULTIMATE_PARENT = "ultimate_parent"
    OWNER = "owner"
    HEAD_OFFICE = "head_office"
    SIBLING = "sibling"


@dataclass(frozen=True, slots=True)
class HierarchyEdge:
    """One edge from an account. `other_id` is set where the other is an account too; `grade` A–F; `evidence` in words."""

    account_id: str
    other_id: str | None
    other_name: str
    kind: EdgeKind
    grade: str
    evidence: str
    source: str
    confidence: float


@dataclass(frozen=True, slots=True)
class StatedParent:
    """That somebody says whose company an account is: `field` is `parent` or `ultimate_parent`."""

    account_id: str
    field: str
    name: str
    confidence: float
    source: str
    passage: str = ""

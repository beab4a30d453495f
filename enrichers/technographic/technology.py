"""What a technology found at a company looks like: its name, how we know, how sure we are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """How a technology came to be known."""

    OBSERVED = "observed"  # it was seen at work: on the page, in a header, in DNS, in a certificate
    IMPLIED = "implied"  # another technology that was observed cannot do without it
    INFERRED = "inferred"  # indirect signs (a file suffix) or words (a job ad, a customer story) speak for it


@dataclass(frozen=True, slots=True)
class Technology:
    """One technology with the evidence for it.

    `version` is as printed, None when it does not show. `confidence` is 0–1. `evidence` is the text that
    matched, `where` the part of the page (or of DNS) it stood in. `implied` is true for everything that was
    not itself observed, that is for the origins `implied` and `inferred`.
    """

    name: str
    version: str | None
    categories: tuple[str, ...]
    confidence: float
    evidence: str
    where: str
    implied: bool = False
    origin: Origin = Origin.OBSERVED

"""The three-way merge of one cell: what we last saw, what stands there now, what we want."""

from __future__ import annotations

from enum import StrEnum


class Merge(StrEnum):
    """What a merge comes to."""

    WRITE = "write"
    ALREADY = "already"
    CONFLICT = "conflict"


def merge(base: str | None, found: str | None, want: str | None) -> Merge:
    """Write only over exactly what we saw; what somebody changed meanwhile is theirs, unless it is what we want.

    Texts compare exactly but for outer white space; None is blank.

    >>> merge("a", "b", "c"), merge(None, " ", "c")
    (<Merge.CONFLICT: 'conflict'>, <Merge.WRITE: 'write'>)
    """
    found_text, base_text, want_text = ((t or "").strip() for t in (found, base, want))
    if found_text == want_text:
        return Merge.ALREADY
    return Merge.WRITE if found_text == base_text else Merge.CONFLICT


def same_text(left: str | None, right: str | None) -> bool:
    """True when two cells read the same but for outer white space; None is blank."""
    return (left or "").strip() == (right or "").strip()

"""Counts the calls made to a metered API and says what is left of this run's share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from crm.base import CallBudget
from crm.remote.records import Left


@dataclass(slots=True)
class CallMeter:
    """Calls by what they were for, and what the CRM last said is left.

    The run may use `share` of what was left when the CRM first told; other integrations keep the rest. When they use so
    much meanwhile that less is left altogether, the smaller number counts.
    """

    share: float
    made: int = 0
    by_purpose: Counter[str] = field(default_factory=Counter)
    _allowance: int | None = None
    _made_then: int = 0
    _left: Left | None = None
    _made_at_left: int = 0

    def count(self, purpose: str) -> None:
        """Notes one call."""
        self.made += 1
        self.by_purpose[purpose] += 1

    def told(self, left: Left) -> None:
        """Notes what the CRM says is left; the first word fixes the run's allowance."""
        if self._allowance is None:
            self._allowance = int(left.calls * self.share)
            self._made_then = self.made
        if left.resets_at is None and self._left is not None:
            left = Left(left.calls, left.limit or self._left.limit, self._left.resets_at)
        self._left, self._made_at_left = left, self.made

    def budget(self) -> CallBudget | None:
        """What this run may still use; None where the CRM never spoke of a limit."""
        if self._left is None or self._allowance is None:
            return None
        of_share = self._allowance - (self.made - self._made_then)
        of_all = self._left.calls - (self.made - self._made_at_left)
        return CallBudget(max(0, min(of_share, of_all)), self._left.resets_at)

"""One measured figure, beside what others needed for the same in the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class Unavailable(Exception):
    """What a measurement needs is not here; says what."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its unit.

    `limit` is what it must not exceed (must reach, where `more` is better); `peers` are the same figure of others by name.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""
    peers: Mapping[str, float] = field(default_factory=dict)
    more: bool = False

    @property
    def missed(self) -> bool:
        """True where a limit is set and not kept."""
        return self.limit is not None and self._worse(self.value, self.limit)

    @property
    def beaten_by(self) -> tuple[str, ...]:
        """The peers that did better."""
        return tuple(name for name, theirs in self.peers.items() if self._worse(self.value, theirs))

    def _worse(self, one: float, other: float) -> bool:
        return one < other if self.more else one > other

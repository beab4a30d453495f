"""Which fields a signal makes doubtful, by a table people can read and change (`data/contradictions.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from accounts.observation import Signal, SignalStatus
from intelligence.tables import data


def doubted(signal: Signal) -> tuple[str, ...]:
    """The catalogue fields a signal speaks against; none unless it is told as a fact."""
    if signal.status is not SignalStatus.ASSERTED:
        return ()
    found: dict[str, None] = {}
    for entry in data("contradictions"):
        if entry["class"] == signal.signal_class and _holds(entry.get("when", {}), signal.slots):
            found |= dict.fromkeys(entry["fields"])
    return tuple(found)


def with_doubts(signal: Signal) -> Signal:
    """The signal with what it contradicts; one whose source has said so already stays as it is."""
    fields = () if signal.contradicts else doubted(signal)
    return replace(signal, contradicts=fields) if fields else signal


def _holds(when: Mapping[str, Any], slots: Mapping[str, str]) -> bool:
    if "role" in when and slots.get("account_is") != when["role"]:
        return False
    offices = when.get("office")
    return offices is None or any(office in slots.get("role", "") for office in offices)

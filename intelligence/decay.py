"""How much a signal still counts: half as much after each half-life of its class."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from accounts.observation import Signal

if TYPE_CHECKING:
    from intelligence.stories import Story

#: What is scored and told: a story, or a signal by itself.
Happening: TypeAlias = "Signal | Story"


def event_day(signal: Happening) -> date:
    """The day a signal speaks of: when it happened, else when it was told, else when we first saw it."""
    if signal.happened_on:
        return signal.happened_on
    return (signal.published_at or signal.observed_at).date()


def remaining(age_days: float, half_life_days: float) -> float:
    """The share left after `age_days`, 1 for today or a day to come. Raises ValueError for a half-life that is not positive."""
    if half_life_days <= 0:
        raise ValueError("A half-life is a number of days above 0.")
    return float(0.5 ** (max(age_days, 0.0) / half_life_days))


def half_life(signal_class: str, half_lives: Mapping[str, float], default: float) -> float:
    """The half-life of a class in days, the default where none is set."""
    return float(half_lives.get(signal_class, default))

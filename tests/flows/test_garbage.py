"""Reference cycles are collected seldom while a night reads, and as before afterwards."""

from __future__ import annotations

import gc
import weakref

import pytest

from flows.garbage import THRESHOLDS, seldom_collected


class _Cycle:
    def __init__(self) -> None:
        self.me = self


def test_collections_are_seldom_inside_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), seldom_collected():
        assert gc.get_threshold() == THRESHOLDS
        raise KeyError
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_cycles_are_still_collected() -> None:
    """Memory stays bounded: no more is left than about what is made between two collections."""
    with seldom_collected():
        cycles = [weakref.ref(_Cycle()) for _ in range(THRESHOLDS[0] * 3)]
        assert sum(cycle() is not None for cycle in cycles) < THRESHOLDS[0] * 2

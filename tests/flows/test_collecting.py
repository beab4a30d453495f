"""Rings of objects are looked for seldom while a night reads, and as before afterwards."""

from __future__ import annotations

import gc
import weakref

import pytest

from flows.collecting import THRESHOLDS, seldom_collecting


class _Ring:
    def __init__(self) -> None:
        self.me = self


def test_looks_are_seldom_inside_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), seldom_collecting():
        assert gc.get_threshold() == THRESHOLDS
        raise KeyError
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_rings_are_still_found_in_time() -> None:
    """Memory stays bounded: of many more rings than the threshold hardly any is left."""
    with seldom_collecting():
        rings = [weakref.ref(_Ring()) for _ in range(THRESHOLDS[0] * 3)]
        assert sum(ring() is not None for ring in rings) < THRESHOLDS[0] * 2

"""A failing input made small: parts are left out as long as it still fails in the same way (delta debugging, Zeller 2002)."""

from __future__ import annotations

import time
from collections.abc import Callable


def shrunk(data: bytes, fails: Callable[[bytes], bool], seconds: float) -> bytes:
    """The smallest input found within so many seconds that still fails."""
    ends = time.monotonic() + seconds
    step = max(1, len(data) // 2)
    while step and time.monotonic() < ends:
        at, before = 0, len(data)
        while at < len(data) and time.monotonic() < ends:
            less = data[:at] + data[at + step :]
            if less != data and fails(less):
                data = less
            else:
                at += step
        if step == 1 and len(data) == before:
            break
        step = max(1, step // 2) if len(data) == before or step > 1 else 1
    return data

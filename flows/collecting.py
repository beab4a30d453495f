"""When Python looks for unreachable rings of objects: seldom enough that parsing pages does not spend its time on it.

Python looks whenever 700 more objects were made than freed. A page's tree is thousands, so a tenth of a first night's time
went there. See https://docs.python.org/3/library/gc.html#gc.set_threshold.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: Objects made and not freed between two looks (some 10 MB where all are unreachable), and how many looks of one kind there are to one of the next.
THRESHOLDS = (50_000, 10, 10)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Looks for rings seldom until the end of the block; what exists already, code and tables, is left out for that time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()

"""When Python's garbage collector looks for reference cycles: seldom enough that parsing pages does not spend its time on it.

It looks whenever 700 more objects were made than freed; a page's tree is thousands, so it was a tenth of what reading took.
See https://docs.python.org/3/library/gc.html#gc.set_threshold.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: Objects made and not freed between two collections (some 10 MB where all are garbage), and how many of a generation there are to one of the next.
THRESHOLDS = (50_000, 10, 10)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Collects seldom until the end of the block; what exists already, code and tables, is left out for that time.

    It is the whole process's setting: of two blocks side by side the one that ends last restores what it found.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()

"""Work shared out among processes that start as copies of this one, and bulk work without pauses of the collector."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TypeVar

Part = TypeVar("Part")
Answer = TypeVar("Answer")


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_fork() -> bool:
    """True where a copy of this process is safe: a system that forks, and no other thread that may hold a lock."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def share_out(work: Callable[[Part], Answer], parts: Sequence[Part]) -> list[Answer]:
    """`work` of every part, in order: the first here, the others each in a copy of this process.

    A copy that dies is made up for here, so the answer is the same wherever it was found.
    """
    if len(parts) < 2 or not can_fork():
        return [work(part) for part in parts]
    context = multiprocessing.get_context("fork")
    waiting = []
    for part in parts[1:]:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_answer, args=(work, part, theirs), daemon=True)
        process.start()
        theirs.close()
        waiting.append((part, process, ours))
    found = [work(parts[0])]
    for part, process, pipe in waiting:
        try:
            found.append(pipe.recv())
        except (EOFError, OSError):
            found.append(work(part))
        process.join()
    return found


def _answer(work: Callable[[Part], Answer], part: Part, pipe: Connection) -> None:
    pipe.send(work(part))
    pipe.close()


@contextmanager
def without_collector() -> Iterator[None]:
    """Holds back the collector of cycles while many objects without cycles are made; it would look at all of them again and again.

    What was made meanwhile counts as old afterwards, so that it is not all looked at once the collector is back.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()
            gc.enable()

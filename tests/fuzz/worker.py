"""A worker: takes chunks of inputs, tells of each before and after, and keeps what broke something as a small file."""

from __future__ import annotations

import hashlib
import os
import resource
from multiprocessing.connection import Connection
from pathlib import Path

from tests.fuzz.shrink import shrunk
from tests.fuzz.target import Run, Target
from tests.fuzz.targets import targets
from tests.fuzz.watch import MOST_BYTES, watch

SHRINKING_SECONDS = 8.0
Chunk = tuple[str, int, int]
"""Target, first number, the number after the last one."""


def work(pipe: Connection, seed: str, folder: str) -> None:
    """A worker: takes chunks, tells of each input before and after."""
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir(folder)
    known, prepared = targets(), {}
    while True:
        chunk: Chunk | None = pipe.recv()
        if chunk is None:
            return
        name, first, last = chunk
        if name not in prepared:
            prepared[name] = known[name].prepare()
        for number in range(first, last):
            pipe.send(("asks", number))
            data = known[name].input(seed, number)
            seen = watch(prepared[name], data)
            kept = ""
            if seen.fault:
                kept = _keep(Path(folder), known[name], prepared[name], data, seen.fault, seen.trace, number)
            pipe.send(("saw", number, seen.refused, seen.seconds, seen.bytes, len(data), seen.fault, kept))
            if seen.bytes > MOST_BYTES:
                return  # the peak of a process never falls: a new one goes on
        pipe.send(("done",))


def _keep(folder: Path, target: Target, run: Run, data: bytes, fault: str, trace: str, number: int) -> str:
    """Keeps the smallest input known for a fault; returns its file."""
    stem = hashlib.sha256(f"{target.name} {fault}".encode()).hexdigest()[:10]
    path = folder / "found" / target.name.replace(" ", "_") / stem
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size <= 200:
        return str(path)
    slow = fault.startswith(("memory", "Hang"))
    small = data if slow else shrunk(data, lambda d: watch(run, d).fault == fault, SHRINKING_SECONDS)
    if not path.exists() or len(small) < path.stat().st_size:
        path.write_bytes(small)
        path.with_suffix(".txt").write_text(
            f"{target.name}\nnumber {number}\n{fault}\n\n{trace}", "utf-8", "replace"
        )
    return str(path)

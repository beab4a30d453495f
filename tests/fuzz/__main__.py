"""`python -m tests.fuzz`: every target, in several processes, with a report; what breaks something is kept as a file.

An input is named by target, seed and number; `--only TARGET --seed S --number N` makes it again.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.fuzz.target import Target
from tests.fuzz.targets import targets
from tests.fuzz.worker import Chunk, work

CHUNK = 250
SILENT_SECONDS = 90.0
"""After which a worker that says nothing hangs where no timer reaches it."""


@dataclass
class Tally:
    """What a target has come to. `slowest` is (seconds, number, bytes)."""

    inputs: int = 0
    refused: int = 0
    seconds: float = 0.0
    peak: int = 0
    slowest: tuple[float, int, int] = (0.0, 0, 0)
    faults: Counter[str] = field(default_factory=Counter)


class Worker:
    """One worker process, and the input it is at."""

    def __init__(self, seed: str, folder: str) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=work, args=(theirs, seed, folder), daemon=True)
        self.process.start()
        theirs.close()
        self.chunk: Chunk | None = None
        self.at, self.heard = 0, time.monotonic() + 60

    def give(self, chunk: Chunk | None) -> None:
        self.chunk = chunk
        self.pipe.send(chunk)


def fuzz(
    chosen: list[Target], seed: str, processes: int, folder: Path, scale: float, tallies: dict[str, Tally]
) -> None:
    """Runs all inputs of the chosen targets; a worker that dies or goes silent costs one input, which is told."""
    chunks = _chunks(chosen, scale)
    workers: list[Worker] = []

    def start(rest: Chunk | None = None) -> None:
        chunk = rest or next(chunks, None)
        if chunk is not None:
            workers.append(Worker(seed, str(folder)))
            workers[-1].give(chunk)

    for _ in range(processes):
        start()
    while workers:
        for pipe in wait_for([w.pipe for w in workers], timeout=5):
            worker = next(w for w in workers if w.pipe is pipe)
            try:
                told = worker.pipe.recv()
            except (EOFError, OSError):
                workers.remove(worker)
                start(_after_death(worker, tallies, "the process died"))
                continue
            worker.heard = time.monotonic()
            if told[0] == "done":
                _progress(worker, tallies)
                chunk = next(chunks, None)
                worker.give(chunk)
                if chunk is None:
                    workers.remove(worker)
            elif told[0] == "asks":
                worker.at = told[1]
            else:
                _count(tallies[_name(worker)], told)
                worker.at = told[1] + 1
        for worker in list(workers):
            if time.monotonic() - worker.heard > SILENT_SECONDS:
                worker.process.kill()
                workers.remove(worker)
                start(_after_death(worker, tallies, f"silent for {SILENT_SECONDS:.0f} s"))


def _name(worker: Worker) -> str:
    assert worker.chunk is not None
    return worker.chunk[0]


def _progress(worker: Worker, tallies: dict[str, Tally]) -> None:
    done, faults = (
        sum(t.inputs for t in tallies.values()),
        sum(sum(t.faults.values()) for t in tallies.values()),
    )
    sys.stderr.write(f"{done:7} inputs, {faults} faults; {_name(worker)}\n")


def _after_death(worker: Worker, tallies: dict[str, Tally], how: str) -> Chunk | None:
    """What is left of a dead worker's chunk; the input it died over is counted as a fault unless it was over."""
    assert worker.chunk is not None
    name, _, last = worker.chunk
    fat = worker.process.exitcode == 0  # it ended itself, after an input that was counted
    if not fat:
        tallies[name].inputs += 1
        tallies[name].faults[f"{how} over number {worker.at}"] += 1
    rest = worker.at + (0 if fat else 1)
    return (name, rest, last) if rest < last else None


def _count(tally: Tally, told: tuple) -> None:  # type: ignore[type-arg]
    _, number, refused, seconds, peak, size, fault, kept = told
    tally.inputs += 1
    tally.refused += refused
    tally.seconds += seconds
    tally.peak = max(tally.peak, peak)
    tally.slowest = max(tally.slowest, (seconds, number, size))
    if fault:
        tally.faults[f"{fault} ({kept})"] += 1


def _chunks(chosen: list[Target], scale: float) -> Iterator[Chunk]:
    for target in chosen:
        most = max(1, round(target.inputs * scale))
        for first in range(0, most, CHUNK):
            yield target.name, first, min(most, first + CHUNK)


def report(tallies: dict[str, Tally], seed: str) -> str:
    """Counts per target, the slowest input, the highest peak, and every fault with its file."""
    lines = [
        f"seed {seed}",
        f"{'target':32} {'inputs':>7} {'refused':>7} {'cpu s':>7} {'slowest':>8} {'number':>7} {'bytes':>9} {'peak MB':>7} faults",
    ]
    for name, t in sorted(tallies.items(), key=lambda item: -item[1].slowest[0]):
        s = t.slowest
        lines.append(
            f"{name:32} {t.inputs:7} {t.refused:7} {t.seconds:7.1f} {s[0]:7.2f}s {s[1]:7} {s[2]:9} {t.peak >> 20:7} {sum(t.faults.values())}"
        )
    total, faults = (
        sum(t.inputs for t in tallies.values()),
        sum(sum(t.faults.values()) for t in tallies.values()),
    )
    lines.append(
        f"{total} inputs, {faults} faults, {sum(t.seconds for t in tallies.values()):.0f} CPU-seconds in the targets"
    )
    lines += [
        f"  {name}: {count} x {fault}"
        for name, t in tallies.items()
        for fault, count in t.faults.most_common()
    ]
    return "\n".join(lines)


def main() -> int:
    """Fuzzes; 1 where something broke."""
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--seed", default="1")
    parse.add_argument("--scale", type=float, default=1.0, help="of the inputs a whole run has")
    parse.add_argument("--processes", type=int, default=2)
    parse.add_argument("--only", default="", help="targets whose names begin so, by comma")
    parse.add_argument("--number", type=int, help="print the one input of that number")
    parse.add_argument("--folder", type=Path, default=Path("build/fuzz"))
    given = parse.parse_args()
    begins = tuple(part.strip() for part in given.only.split(","))
    chosen = [t for name, t in targets().items() if name.startswith(begins)]
    if given.number is not None:
        sys.stdout.buffer.write(chosen[0].input(given.seed, given.number))
        return 0
    given.folder.mkdir(parents=True, exist_ok=True)
    tallies = {t.name: Tally() for t in chosen}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        fuzz(chosen, given.seed, given.processes, given.folder.resolve(), given.scale, tallies)
    finally:
        _leave(tallies, given.seed, given.folder)
    return int(any(t.faults for t in tallies.values()))


def _leave(tallies: dict[str, Tally], seed: str, folder: Path) -> None:
    """Leaves the report, also of a run that was broken off."""
    told = report(tallies, seed)
    sys.stdout.write(told + "\n")
    (folder / "report.txt").write_text(told + "\n", encoding="utf-8")
    counts = {
        n: {
            "inputs": t.inputs,
            "refused": t.refused,
            "slowest": t.slowest,
            "peak": t.peak,
            "faults": dict(t.faults),
        }
        for n, t in tallies.items()
    }
    (folder / "report.json").write_text(json.dumps(counts, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

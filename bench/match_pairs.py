"""Name pairs a second by route, and one name looked up among many, on invented names: processor time after loading.

python -m bench match_pairs
"""

from __future__ import annotations

import time
from pathlib import Path

from bench.figure import Figure
from bench.match_rows import make
from matchers import NameIndex
from matchers.files import answers_of
from matchers.names import parse, parse_all
from matchers.pairs import PairMatcher

PAIRS, REGISTER, LOOKED_UP = 20_000, 1_000_000, 1_000


def measure(folder: Path) -> list[Figure]:  # noqa: ARG001 - every measurement is handed one
    """Pairs a second on each route, and the 95th percentile of a look-up."""
    rows = make(PAIRS * 2 + 1000)
    english = [row[1] for row in rows if row[1].isascii()][:PAIRS]
    chinese = [row[1] for row in rows if not row[1].isascii()][:PAIRS]
    PairMatcher().answers([(parse(english[0]), parse(chinese[0]))])
    routes = {
        "English": (english, english[1:]),
        "Chinese": (chinese, chinese[1:]),
        "across scripts": (english, chinese[1:]),
    }
    return [*(_pairs(route, *names) for route, names in routes.items()), _look_up()]


def _pairs(route: str, left: list[str], right: list[str]) -> Figure:
    wall, spent = time.perf_counter(), _spent()
    pairs = list(zip(parse_all(left), parse_all(right), strict=False))
    answers_of(PairMatcher([name for pair in pairs for name in pair]), pairs)
    wall, spent = time.perf_counter() - wall, _spent() - spent
    note = f"{len(pairs) / spent:,.0f} a processor second, {len(pairs) / wall:,.0f} a second by the clock"
    return Figure(
        f"pairs of names, {route}", round(1e6 * spent / len(pairs), 1), "µs of processor", 100, note
    )


def _spent() -> float:
    import os  # noqa: PLC0415

    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _look_up() -> Figure:
    rows = make(REGISTER)
    index = NameIndex((row[0], row[1]) for row in rows)
    taken = []
    for row in rows[:LOOKED_UP]:
        begin = time.process_time()
        index.search(row[1][:-3] + row[1][-2:])
        taken.append(time.process_time() - begin)
    taken.sort()
    at = taken[int(LOOKED_UP * 0.95)]
    return Figure(
        "one name among a million, 95th percentile",
        round(at * 1000, 3),
        "ms of processor",
        10,
        "after loading",
    )

"""What a source usually brings, and whether it has gone quiet.

A source that answers with less than it used to is not broken enough to fail, and so nobody notices: a login page, a new
layout, an empty export. Each run is held against the last runs of its kind by median and median absolute deviation
(Leys et al., 2013), with room for chance where few were asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Any

from warehouse.store import Warehouse, sql

#: Runs before this one that must be known, and calls a run must have made, to be held to anything.
FEWEST_RUNS, FEWEST_CALLS = 5, 5
#: How far below the usual is quiet: deviations (scaled to a normal distribution's sigma), share of the usual, errors.
_DEVIATIONS, _SHARE, _ERRORS = 3 * 1.4826, 0.25, 2.5

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Measure:
    """One number a source is held to; `of` is None where a run says nothing of it. Worst first."""

    name: str
    words: str
    of: Callable[[Row], float | None]
    base: Callable[[Row], int]
    share: bool = True

    def shown(self, value: float) -> str:
        return f"{value:.0%}" if self.share else f"{value:.1f}"


_MEASURES = (
    _Measure(
        "answered", "of {n} calls were answered", lambda r: r["answered"] / r["asked"], lambda r: r["asked"]
    ),
    _Measure(
        "brought",
        "of {n} answered calls brought values",
        lambda r: r["brought"] / r["answered"] if r["answered"] else None,
        lambda r: r["answered"],
    ),
    _Measure(
        "fill",
        "values for each of {n} answered calls",
        lambda r: r["rows"] / r["answered"] if r["answered"] else None,
        lambda r: r["answered"],
        share=False,
    ),
)


def quiet_sources(warehouse: Warehouse, run_id: str) -> list[dict[str, Any]]:
    """The sources that brought far less in a run than in the last runs of its kind, each with the reason in words.

    Rows: source, measure (`answered`, `brought`, `fill`), value, usual, low (the bound it fell below), runs, asked,
    reason. A source known from fewer than five runs, or asked less than five times, is held to nothing.
    """
    told = warehouse.rows(sql("source_history"), {"run_id": run_id, "fewest": FEWEST_CALLS})
    found = []
    for source, rows in groupby(told, key=lambda r: r["source"]):
        *before, last = rows
        if last["current"] and len(before) >= FEWEST_RUNS:
            fallen = (_fallen(source, measure, before, last) for measure in _MEASURES)
            found += [row for row in fallen if row is not None][:1]
    return found


def _fallen(source: str, measure: _Measure, before: Sequence[Row], last: Row) -> dict[str, Any] | None:
    history = [value for row in before if (value := measure.of(row)) is not None]
    now = measure.of(last)
    if now is None or len(history) < FEWEST_RUNS:
        return None
    usual = median(history)
    low = usual - _room(measure, usual, history, measure.base(last))
    if usual <= 0 or now >= low:
        return None
    words = measure.words.format(n=measure.base(last))
    reason = (
        f"{source} has gone quiet: {measure.shown(now)} {words}; in the last {len(history)} runs it was "
        f"{measure.shown(usual)}, never below {measure.shown(min(history))}"
    )
    return {
        "source": source, "measure": measure.name, "value": now, "usual": usual, "low": low, "runs": len(history),
        "asked": last["asked"], "reason": reason,
    }  # fmt: skip


def _room(measure: _Measure, usual: float, history: Sequence[float], calls: int) -> float:
    """How far below the usual is still nothing: the source's own spread, a quarter of the usual, or chance."""
    spread = median(abs(value - usual) for value in history)
    variance = usual * (1 - usual) if measure.share else usual
    return max(_DEVIATIONS * spread, _SHARE * usual, _ERRORS * math.sqrt(max(variance, 0) / max(calls, 1)))

"""Audit: how right are the values, measured by a person over a random sample, per field and source.

The sample is stratified by field and source, so that a rare source is seen at all; totals weigh each stratum by its
size. Intervals are Wilson's (1927) at 95 %, over Kish's effective sample size where weights differ.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from warehouse.store import Warehouse, sql

Row = Mapping[str, Any]
Stratum = TypeVar("Stratum", bound=Hashable)

#: The 97.5 % quantile of the normal distribution.
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Judged:
    """One value a person judged; `weight` is how many values of its stratum it stands for. `key` is '' where the sheet
    tells none."""

    field: str
    source: str
    right: bool
    weight: float = 1.0
    account_id: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The share of right values of a group with its 95 % interval; field or source None for all of them."""

    field: str | None
    source: str | None
    judged: int
    right: int
    accuracy: float
    low: float
    high: float


def draw_sample(
    snapshot: Warehouse, size: int, seed: int, *, field: str | None = None, written: bool = False
) -> list[dict[str, Any]]:
    """A random sample of golden values (`written`: only those we wrote), in the order a person checks them.

    The same seed over the same snapshot draws the same rows. `stratum` is the size of the row's stratum in values.
    """
    strata: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in snapshot.rows(sql("audit_population"), {"field": field}):
        if row["written"] or not written:
            strata[row["field"], row["source"]].append(row)
    shares = allocate({name: len(rows) for name, rows in strata.items()}, size)
    dice = random.Random(seed)
    drawn = [
        row | {"stratum": len(rows), "drawn": shares[name]}
        for name, rows in sorted(strata.items())
        for row in dice.sample(rows, shares[name])
    ]
    return sorted(drawn, key=lambda r: (r["account_name"] or "", r["account_id"], r["field"]))


def allocate(sizes: Mapping[Stratum, int], total: int) -> dict[Stratum, int]:
    """How many to draw from each stratum: one from each (the largest first), the rest in proportion to size.

    >>> allocate({"a": 90, "b": 9, "c": 1}, 10)
    {'a': 8, 'b': 1, 'c': 1}
    """
    total = min(total, sum(sizes.values()))
    largest = sorted(sizes, key=lambda name: -sizes[name])
    shares = dict.fromkeys(sizes, 0) | dict.fromkeys(largest[:total], 1)
    while (left := total - sum(shares.values())) > 0:
        open_ = [name for name in largest if shares[name] < sizes[name]]
        room = sum(sizes[name] - shares[name] for name in open_)
        whole = {name: left * (sizes[name] - shares[name]) // room for name in open_}
        given = {name: n for name, n in whole.items() if n} or {open_[0]: 1}
        for name, n in given.items():
            shares[name] += n
    return shares


def accuracies(judged: Sequence[Judged]) -> list[Accuracy]:
    """The accuracy over all, per field, per source, and per field and source, in that order."""
    groups: dict[tuple[str | None, str | None], list[Judged]] = defaultdict(list)
    for one in judged:
        for name in ((None, None), (one.field, None), (None, one.source), (one.field, one.source)):
            groups[name].append(one)
    order = sorted(
        groups, key=lambda g: ((g[0] is not None) + 2 * (g[1] is not None), g[0] or "", g[1] or "")
    )
    return [_accuracy(field, source, groups[field, source]) for field, source in order]


def _accuracy(field: str | None, source: str | None, group: Sequence[Judged]) -> Accuracy:
    weight = sum(one.weight for one in group)
    share = sum(one.weight for one in group if one.right) / weight
    effective = weight * weight / sum(one.weight * one.weight for one in group)
    low, high = wilson(share, effective)
    return Accuracy(field, source, len(group), sum(one.right for one in group), share, low, high)


def wilson(share: float, size: float) -> tuple[float, float]:
    """Wilson's 95 % score interval for a share observed over a sample of a size.

    >>> [round(bound, 4) for bound in wilson(0.9, 10)]
    [0.5958, 0.9821]
    """
    centre = share + _Z * _Z / (2 * size)
    spread = _Z * math.sqrt(share * (1 - share) / size + _Z * _Z / (4 * size * size))
    scale = 1 + _Z * _Z / size
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def keep_accuracies(
    warehouse: Warehouse, sheet: str, by: str, results: Iterable[Accuracy], now: datetime
) -> None:
    """Keeps the results of a sheet (named by its digest) in `audit_result`, in place of an earlier reading of it."""
    rows = [
        {
            "sheet": sheet, "noted_at": now, "by": by, "field": r.field, "source": r.source, "judged": r.judged,
            "right": r.right, "accuracy": r.accuracy, "low": r.low, "high": r.high,
        }
        for r in results
    ]  # fmt: skip
    with warehouse.transaction():
        warehouse.run("DELETE FROM audit_result WHERE sheet = $sheet", {"sheet": sheet})
        warehouse.append("audit_result", rows)


def keep_verdicts(warehouse: Warehouse, sheet: str, by: str, judged: Iterable[Judged], now: datetime) -> None:
    """Keeps what a sheet says of single values in `audited`, in place of an earlier reading of it; sources learn from it."""
    rows = [
        {"sheet": sheet, "noted_at": now, "by": by, "account_id": j.account_id, "field": j.field, "key": j.key, "good": j.right}
        for j in judged
        if j.account_id and j.key
    ]  # fmt: skip
    with warehouse.transaction():
        warehouse.run("DELETE FROM audited WHERE sheet = $sheet", {"sheet": sheet})
        warehouse.append("audited", rows)

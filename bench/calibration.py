"""How far a golden value's confidence can be taken at its word: nights of the demo world against its truth.

Every golden value of a field whose truth the world tells is right or wrong; a confidence of 0.8 is honest where four in
five such values are right. The expected calibration error is the mean gap between the two over ten bins that hold equally
many values. It is measured three times over the same values: as the readers claim it, with nothing learned; as the nights
left it, learned from what sources, imports and people agreed about; and after somebody checked a sample of values on a sheet of
`evergreen audit`, over the values that were not on the sheet. Nothing is fitted to the demo world beforehand: every world
learns from its own nights alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

from accounts.clock import FixedClock
from accounts.config import load_config
from bench.figure import Figure
from demo.crm_export import JUDGED, export
from demo.truth import truths_of
from demo.world import World
from flows.auditing import Judged, draw_sample, keep_verdicts
from flows.demo_nights import DemoOptions, run_demo
from flows.learning import learn_trust
from warehouse.golden import settle_golden
from warehouse.snapshot import open_snapshot
from warehouse.store import Warehouse, open_warehouse

ACCOUNTS, NIGHTS, SEEDS, BINS, CHECKED = 400, 6, (201, 202), 10, 200
#: Fields that fail alike, judged together: one alone has too few values.
GROUPS = {
    "identity": ("legal_name", "website", "uscc", "founded"),
    "contact": ("phone", "email"),
    "place": ("street", "city", "region", "postcode", "country"),
    "company": ("industry", "employees", "key_executives"),
}
#: When a value's confidence is looked at, in the order it comes about.
STAGES = ("as claimed", "as learned", "after an audit")


@dataclass(frozen=True, slots=True)
class Told:
    """One golden value: how sure we were of it, and whether it is so."""

    account_id: str
    field: str
    key: str
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Values of about one confidence: the mean that was told, and the share that was right."""

    values: int
    told: float
    right: float


def measure(folder: Path) -> list[Figure]:
    worlds = [stages_of(folder / str(seed), seed) for seed in SEEDS]
    note = f"{ACCOUNTS} accounts, {NIGHTS} nights, seeds {', '.join(map(str, SEEDS))}, bins of equally many"
    figures = []
    for stage in STAGES:
        told = [world[stage] for world in worlds]
        figures.append(
            _error(f"calibration error, {stage}", told, note, limit=0.05 if stage != STAGES[0] else None)
        )
        for group, fields in GROUPS.items():
            of_group = [[t for t in one if t.field in fields] for one in told]
            figures.append(_error(f"calibration error, {stage}, {group}", of_group, ""))
    for stage in STAGES:
        values = [t for world in worlds for t in world[stage]]
        figures += [
            Figure(
                f"told {b.told:.3f}, {stage}: right", round(b.right, 3), "share", note=f"{b.values} values"
            )
            for b in bins_of((t.confidence, t.right) for t in values)
        ]
    return figures


def _error(name: str, worlds: Sequence[Sequence[Told]], note: str, limit: float | None = None) -> Figure:
    errors = [calibration_error(bins_of((t.confidence, t.right) for t in world)) for world in worlds]
    told, right = (fmean(getattr(t, n) for world in worlds for t in world) for n in ("confidence", "right"))
    spread = f", sd {stdev(errors):.2g}" if len(errors) > 1 else ""
    seeds = ", ".join(f"{e:.3f}" for e in errors)
    said = f"by seed {seeds}{spread}; told {told:.3f}, right {right:.3f} of {sum(map(len, worlds))}"
    return Figure(name, round(fmean(errors), 4), "", limit, f"{said}; {note}" if note else said)


def stages_of(folder: Path, seed: int) -> Mapping[str, list[Told]]:
    """Runs a world's nights; its golden values as claimed, as learned, and after an audit, those that were not on the sheet."""
    report = run_demo(DemoOptions(folder, ACCOUNTS, NIGHTS, seed))
    world = report.scorer.world
    kept, home = load_config(folder / "evergreen.toml").home, folder / "again"
    home.mkdir()
    shutil.copyfile(kept / "warehouse.duckdb", home / "warehouse.duckdb")
    with open_snapshot(kept) as snapshot:
        sheet = draw_sample(snapshot, CHECKED, seed)
    clock = FixedClock(world.now())
    with open_warehouse(home) as warehouse:
        learned = told_values(warehouse, world)
        checked = _audit(warehouse, sheet, world, clock)
        learn_trust(warehouse, (), clock)
        audited = [t for t in _settled(warehouse, clock, world) if (t.account_id, t.field) not in checked]
        warehouse.run("DELETE FROM reliability")
        claimed = _settled(warehouse, clock, world)
    return dict(zip(STAGES, (claimed, learned, audited), strict=True))


def _audit(
    warehouse: Warehouse, sheet: Sequence[Mapping[str, str]], world: World, clock: FixedClock
) -> set[tuple[str, str]]:
    """Somebody checks a sheet and is right about each value; the cells that were on it."""
    truth = {(t.account_id, t.field): t for t in told_values(warehouse, world)}
    judged = [
        Judged(r["field"], r["source"], truth[cell].right, account_id=cell[0], key=truth[cell].key)
        for r in sheet
        if (cell := (r["account_id"], r["field"])) in truth
    ]
    keep_verdicts(warehouse, "bench", "bench", judged, clock.now())
    return {(r["account_id"], r["field"]) for r in sheet}


def _settled(warehouse: Warehouse, clock: FixedClock, world: World) -> list[Told]:
    ids = [row["account_id"] for row in warehouse.rows("SELECT account_id FROM crm_account")]
    settle_golden(warehouse, "bench", ids, clock.now())
    return told_values(warehouse, world)


def told_values(warehouse: Warehouse, world: World) -> list[Told]:
    """Every golden value of a company and a field whose truth is known tonight."""
    numbers = {
        row.id: row.number for row in export(World(world.seed, world.companies)) if row.number is not None
    }
    truths = {n: truths_of(world, world.firm(n)) for n in set(numbers.values())}
    rows = warehouse.rows(
        "SELECT account_id, field, key, value, confidence FROM golden WHERE valid_to IS NULL ORDER BY account_id, field"
    )
    return [
        Told(
            r["account_id"], r["field"], r["key"], r["confidence"],
            truths[numbers[r["account_id"]]][r["field"]].agrees(r["value"]),
        )
        for r in rows
        if r["field"] in JUDGED and r["account_id"] in numbers
    ]  # fmt: skip


def bins_of(pairs: Iterable[tuple[float, bool]], count: int = BINS) -> list[Bin]:
    """Confidences and outcomes in bins of equally many, least sure first; equal confidences are never parted.

    >>> bins_of([(0.2, False), (0.2, True), (0.9, True), (0.9, True)], 2)
    [Bin(values=2, told=0.2, right=0.5), Bin(values=2, told=0.9, right=1.0)]
    """
    ordered = sorted(pairs)
    found: list[Bin] = []
    start, size = 0, max(1, round(len(ordered) / count))
    while start < len(ordered):
        end = min(len(ordered), start + size)
        while end < len(ordered) and ordered[end][0] == ordered[end - 1][0]:
            end += 1
        part = ordered[start:end]
        found.append(Bin(len(part), sum(c for c, _ in part) / len(part), sum(r for _, r in part) / len(part)))
        start = end
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: the mean gap between told and right, each bin by its values."""
    whole = sum(b.values for b in bins)
    return sum(b.values * abs(b.told - b.right) for b in bins) / whole if whole else 0.0

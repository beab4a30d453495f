"""How far a golden value's confidence can be taken at its word: nights of the demo world against its truth.

Every golden value of a field whose truth the world tells is right or wrong; a confidence of 0.8 is honest where four in
five such values are right. The expected calibration error is the mean gap between the two over ten bins that hold equally
many values (equal-mass: few values far from the rest weigh what they are). Of these seeds nothing was learned: the
map that ships was fitted on others (`python -m bench.calibration_fit`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from accounts.config import load_config
from demo.crm_export import JUDGED, export
from demo.truth import truths_of
from demo.world import World
from flows.demo_nights import DemoOptions, run_demo
from warehouse.snapshot import open_snapshot

ACCOUNTS, NIGHTS, SEEDS, BINS = 400, 6, (201, 202, 203), 10
#: Fields that fail alike, to be judged together where one alone has too few values.
GROUPS = {
    "identity": ("legal_name", "website", "uscc", "founded"),
    "contact": ("phone", "email"),
    "place": ("street", "city", "region", "postcode", "country"),
    "company": ("industry", "employees", "key_executives"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One golden value: what we were sure of it before the map (`claimed`) and after, and whether it is so."""

    field: str
    claimed: float
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Values of about one confidence: the mean that was told, and the share that was right."""

    values: int
    told: float
    right: float


def bins_of(pairs: Iterable[tuple[float, bool]], count: int = BINS) -> list[Bin]:
    """Confidences and outcomes in bins of equally many, least sure first; equal confidences are never parted.

    >>> bins_of([(0.2, False), (0.2, True), (0.9, True), (0.9, True)], 2)
    [Bin(values=2, told=0.2, right=0.5), Bin(values=2, told=0.9, right=1.0)]
    """
    ordered = sorted(pairs)
    found: list[Bin] = []
    start = 0
    while start < len(ordered):
        end = min(len(ordered), max(start + 1, round(len(ordered) * (len(found) + 1) / count)))
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


def told_values(folder: Path, seed: int, accounts: int = ACCOUNTS, nights: int = NIGHTS) -> list[Told]:
    """Runs a world's nights and judges every golden value that the last one left."""
    report = run_demo(DemoOptions(folder, accounts, nights, seed))
    world = report.scorer.world
    numbers = {row.id: row.number for row in export(World(seed, accounts)) if row.number is not None}
    with open_snapshot(load_config(folder / "evergreen.toml").home) as snapshot:
        rows = snapshot.rows("SELECT * FROM golden WHERE valid_to IS NULL ORDER BY account_id, field")
    found = []
    for row in rows:
        if row["field"] in JUDGED and (number := numbers.get(row["account_id"])) is not None:
            truth = truths_of(world, world.firm(number))[row["field"]]
            claimed = row["confidence"] if row.get("claimed") is None else row["claimed"]
            found.append(Told(row["field"], claimed, row["confidence"], truth.agrees(row["value"])))
    return found

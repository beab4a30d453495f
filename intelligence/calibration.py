"""Sets the thresholds of the score's bands from what really came of calls, and says how precise each band was and would be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from intelligence.score import Scoring

#: Fewer outcomes than this set nothing: the bands would follow chance.
FEWEST = 40
#: Every band keeps at least this share of the outcomes, and so many.
_SHARE, _FEW = 0.05, 5
#: Cuts are tried at so many quantiles of the scores.
_CANDIDATES = 40
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """A score on the day of a call, and whether something came of it (won, answered, booked)."""

    account_id: str
    score: float
    good: bool


@dataclass(frozen=True, slots=True)
class BandResult:
    """One band: from which score, how many calls, how many good."""

    name: str
    at_least: float
    calls: int
    good: int

    @property
    def precision(self) -> float | None:
        """The share of good ones, None of none."""
        return self.good / self.calls if self.calls else None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Thresholds found, and precision per band: before, after, and after as cross-validation would have it."""

    thresholds: Mapping[str, float]
    before: tuple[BandResult, ...]
    after: tuple[BandResult, ...]
    expected: tuple[BandResult, ...]
    enough: bool


def calibrate(outcomes: Sequence[Outcome], scoring: Scoring) -> Calibration:
    """New thresholds for the bands of a scoring; its own where the outcomes are too few or do not rise with the score."""
    before = results(outcomes, scoring)
    found = best_thresholds(outcomes, scoring) if len(outcomes) >= FEWEST else None
    if found is None:
        kept = {band.name: band.at_least for band in scoring.bands}
        return Calibration(kept, before, before, before, enough=False)
    return Calibration(
        found,
        before,
        results(outcomes, scoring.with_bands(found)),
        _cross_validated(outcomes, scoring),
        enough=True,
    )


def results(outcomes: Sequence[Outcome], scoring: Scoring) -> tuple[BandResult, ...]:
    """What came of the calls in each band, best band first."""
    return tuple(
        BandResult(band.name, band.at_least, len(mine), sum(o.good for o in mine))
        for band in scoring.bands
        for mine in [[o for o in outcomes if scoring.band(o.score) is band]]
    )


def best_thresholds(outcomes: Sequence[Outcome], scoring: Scoring) -> dict[str, float] | None:
    """The cuts under which the outcomes are likeliest, each band at least as good as the one below; None where none are.

    Likelihood of one rate a band (Laplace-smoothed), over all cuts at quantiles of the scores.
    """
    ordered = sorted(outcomes, key=lambda o: o.score)
    total = len(ordered)
    good = [0]
    for outcome in ordered:
        good.append(good[-1] + outcome.good)
    least = max(_FEW, math.ceil(_SHARE * total))
    cuts = _cuts([o.score for o in ordered], least)
    best: tuple[float, tuple[int, ...]] | None = None
    for chosen in combinations(cuts, len(scoring.bands) - 1):
        borders = (0, *chosen, total)
        sizes = [(good[high] - good[low], high - low) for low, high in pairwise(borders)]
        rates = [(g + 1) / (n + 2) for g, n in sizes]
        if min(n for _, n in sizes) < least or any(high < low for low, high in pairwise(rates)):
            continue
        fit = sum(g * math.log(r) + (n - g) * math.log(1 - r) for (g, n), r in zip(sizes, rates, strict=True))
        if best is None or fit > best[0] + 1e-9:
            best = (fit, chosen)
    if best is None:
        return None
    names = [band.name for band in scoring.bands]
    lowest = {names[-1]: scoring.bands[-1].at_least}
    return {name: ordered[at].score for name, at in zip(names, reversed(best[1]), strict=False)} | lowest


def _cuts(scores: Sequence[float], least: int) -> list[int]:
    """Places where the score changes, thinned to quantiles."""
    changes = [
        i for i in range(least, len(scores) - least + 1) if i < len(scores) and scores[i] != scores[i - 1]
    ]
    step = max(1, math.ceil(len(changes) / _CANDIDATES))
    return changes[::step]


def _cross_validated(outcomes: Sequence[Outcome], scoring: Scoring) -> tuple[BandResult, ...]:
    """Precision of thresholds on calls they were not set by, summed over the folds."""
    ordered = sorted(outcomes, key=lambda o: (o.account_id, o.score))
    calls = dict.fromkeys((band.name for band in scoring.bands), 0)
    good = dict(calls)
    for fold in range(_FOLDS):
        rest = [o for i, o in enumerate(ordered) if i % _FOLDS != fold]
        found = best_thresholds(rest, scoring)
        used = scoring.with_bands(found) if found else scoring
        for result in results(ordered[fold::_FOLDS], used):
            calls[result.name] += result.calls
            good[result.name] += result.good
    return tuple(
        BandResult(band.name, band.at_least, calls[band.name], good[band.name]) for band in scoring.bands
    )

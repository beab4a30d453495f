"""How often values change: rates a day, learned from looks that only tell whether something changed since the last one.

A value that changes by chance at a rate λ (Poisson) is found changed after d days with probability 1 − e^(−λd). Looks are
thus censored: several changes between two looks count as one. The rate with the highest posterior under a Gamma
prior is found by Newton's method (Cho and Garcia-Molina, "Estimating frequency of change", TOIT 2003, for the
irregular case). Rates borrow strength: a field's rate starts from its TTL, a segment's from the field's, an account's pace from
what its traits tell and how unlike each other accounts are. What a look is worth follows in `warehouse/sql/work_list_by_rate.sql`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

#: Changes the prior counts for: what is believed of a field before it was watched, and of a segment before it was.
FIELD_STRENGTH, SEGMENT_STRENGTH = 2.0, 20.0
#: The same of what a source does not show: that it never will is soon believed.
BLANK_STRENGTH = 0.25
#: How unlike accounts are taken to be before they were watched (the variance of their paces; 1 makes the liveliest tenth
#: more than twenty times the stillest), and the watching that is worth: so many accounts, each until one change was due.
UNLIKE, UNLIKE_STRENGTH = 1.0, 300.0
#: Changes the prior counts for that a trait tells nothing.
TRAIT_STRENGTH = 10.0
#: Bounds of that variance: nearly all alike, wildly unlike.
LEAST_UNLIKE, MOST_UNLIKE = 0.02, 5.0
#: The segment that stands for all of them.
ALL = "*"
_STEPS, _ROUNDS = 60, 8
#: Watching that amounts to less tells nothing.
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Looks:
    """So many looks after `days` days, of which `changes` found something new."""

    days: float
    looks: int
    changes: int


@dataclass(frozen=True, slots=True)
class Kind:
    """What was looked at: a field in a source's records in a segment. `blank`: the source did not show it before."""

    segment: str
    source: str
    field: str
    blank: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """Changes a day, and the looks it rests on."""

    rate: float
    looks: int
    changes: int


def fit_rate(looks: Iterable[Looks], prior: float, strength: float) -> float:
    """The rate (changes a day) that looks and a Gamma prior of mean `prior` make likeliest.

    `strength` is how many changes the prior counts for. Without looks the prior itself.

    >>> round(fit_rate([Looks(10, 100, 50)], 0.01, 2), 3)  # half had changed after ten days: ln 2 / 10, less the prior
    0.056
    """
    seen = [x for x in looks if x.looks and x.days > 0]
    still = sum((x.looks - x.changes) * x.days for x in seen) + strength / prior
    moved = [(x.days, x.changes) for x in seen if x.changes]
    low, high = 0.0, math.inf
    rate = (strength + sum(n for _, n in moved)) / (still + sum(d * n for d, n in moved))
    for _ in range(_STEPS):
        slope, bend = _derivatives(rate, still, moved, strength)
        low, high = (rate, high) if slope > 0 else (low, rate)
        step = rate - slope / bend
        if not low < step < high:
            step = (low + high) / 2 if high < math.inf else rate * 2
        if abs(step - rate) <= 1e-10 * rate:
            break
        rate = step
    return rate


def _derivatives(
    rate: float, still: float, moved: Sequence[tuple[float, int]], strength: float
) -> tuple[float, float]:
    """The first and second derivative of the log posterior at a rate."""
    slope, bend = strength / rate - still, -strength / rate**2
    for days, n in moved:
        x = rate * days
        gone = math.expm1(x) if x < 700 else math.inf
        slope += n * days / gone
        bend -= n * days**2 / gone * (1 + 1 / gone)
    return slope, bend


def fit_rates(looks: Mapping[Kind, Sequence[Looks]], ttl_days: Mapping[str, int]) -> dict[Kind, Rate]:
    """A rate for every kind of look: first each field over all segments (`*`), then each segment around its field.

    `ttl_days` by field is what is believed before anything was seen: one change in a TTL. Fields it does not name
    are taken for one change a year.
    """
    pooled: dict[Kind, list[Looks]] = defaultdict(list)
    for kind, rows in looks.items():
        pooled[replace(kind, segment=ALL)] += rows
    found = {
        kind: _rate(rows, 1 / ttl_days.get(kind.field, 365), BLANK_STRENGTH if kind.blank else FIELD_STRENGTH)
        for kind, rows in pooled.items()
    }
    for kind, rows in looks.items():
        found[kind] = _rate(rows, found[replace(kind, segment=ALL)].rate, SEGMENT_STRENGTH)
    return found


def _rate(looks: Sequence[Looks], prior: float, strength: float) -> Rate:
    return Rate(fit_rate(looks, prior, strength), sum(x.looks for x in looks), sum(x.changes for x in looks))


def fit_paces(
    histories: Sequence[tuple[float, int]], traits: Sequence[tuple[str, ...]] | None = None
) -> list[float]:
    """How much faster or slower than expected each account changes: one factor for each (expected, seen) changes.

    `traits` are what else is known of each account, as many words for each (size, age, how often its pages change …); what
    they tell is learned (`fit_traits`) and is where an account's own pace starts from. Around that, paces are taken to be
    Gamma; how unlike they are comes from how much more the counts scatter than chance (method of moments), drawn
    towards `UNLIKE` while little was watched. Accounts little watched stay near what their traits tell, 1 without them.

    >>> [round(p, 1) for p in fit_paces([(1.0, 9), (1.0, 0), (1.0, 0), (1.0, 0), (0.0, 0)])]
    [3.1, 0.3, 0.3, 0.3, 1.0]
    """
    told = sum(e for e, _ in histories)
    if told < _NOTHING or not sum(e * e for e, _ in histories) > _NOTHING:
        return [1.0] * len(histories)
    level = max(sum(n for _, n in histories), 1) / told
    starts = fit_traits([(e * level, n) for e, n in histories], traits) if traits else [1.0] * len(histories)
    expected = [e * level * start for (e, _), start in zip(histories, starts, strict=True)]
    surplus = sum((n - e) ** 2 - e for e, (_, n) in zip(expected, histories, strict=True))
    unlike = (surplus + UNLIKE * UNLIKE_STRENGTH) / (sum(e * e for e in expected) + UNLIKE_STRENGTH)
    shape = 1 / min(max(unlike, LEAST_UNLIKE), MOST_UNLIKE)
    return [
        start * (shape + n) / (shape + e)
        for e, (_, n), start in zip(expected, histories, starts, strict=True)
    ]


def fit_traits(histories: Sequence[tuple[float, int]], traits: Sequence[tuple[str, ...]]) -> list[float]:
    """How much faster or slower accounts with such traits change: one factor for each (expected, seen) changes.

    Each word of each trait has a factor, and an account's is the product of its words' (a Poisson regression on categories);
    each factor is drawn towards 1 as by `TRAIT_STRENGTH` changes, so that a trait that tells nothing does nothing.

    >>> small, large = ("small",), ("large",)
    >>> [round(f, 1) for f in fit_traits([(100.0, 160), (100.0, 40), (0.0, 0)], [small, large, large])]
    [1.5, 0.5, 0.5]
    """
    cells: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (expected, seen), words in zip(histories, traits, strict=True):
        cells[words][0] += expected
        cells[words][1] += seen
    factors: dict[tuple[int, str], float] = {(k, w): 1.0 for words in cells for k, w in enumerate(words)}
    for _ in range(_ROUNDS):
        for trait in sorted({k for k, _ in factors}):
            sums: dict[str, list[float]] = defaultdict(lambda: [TRAIT_STRENGTH, TRAIT_STRENGTH])
            for words, (due, found) in cells.items():
                others = math.prod(factors[k, w] for k, w in enumerate(words) if k != trait)
                sums[words[trait]][0] += due * others
                sums[words[trait]][1] += found
            factors |= {(trait, word): found / due for word, (due, found) in sums.items()}
    return [math.prod(factors[k, w] for k, w in enumerate(words)) for words in traits]

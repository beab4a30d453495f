"""The account score: fit and timing as a sum of parts, each traceable to a signal. No reason, no score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from intelligence.decay import Happening, event_day, half_life, remaining


@dataclass(frozen=True, slots=True)
class Part:
    """One addend: `points` = base × status × reliability × link × confidence × decay × worth, as `how` writes out.

    `signal_id` names the story or signal, None for the fit; `title` and `url` are its own.
    """

    points: float
    what: str
    how: str
    signal_id: str | None = None
    day: date | None = None
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A range of scores with what to do about it, in both languages, and the tier its accounts are in."""

    name: str
    at_least: float
    action_en: str
    action_zh: str
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of its parts, rounded to one decimal, and the band it falls into. Parts come weightiest first."""

    account_id: str
    value: float
    band: Band
    parts: tuple[Part, ...]

    def reasons(self, most: int = 3) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        """The top parts that speak for a call and the top ones that speak against it."""
        good = tuple(part for part in self.parts if part.points > 0)[:most]
        bad = tuple(sorted((part for part in self.parts if part.points < 0), key=lambda part: part.points))[
            :most
        ]
        return good, bad


@dataclass(frozen=True, slots=True)
class Scoring:
    """The numbers a score is made with (`data/scoring.yml` or the user's own)."""

    half_life_days: Mapping[str, float]
    default_half_life_days: float
    points: Mapping[str, float]
    status_share: Mapping[str, float]
    source_reliability: Mapping[str, float]
    default_reliability: float
    fit_points: float
    bands: tuple[Band, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Scoring:
        """The scoring a YAML mapping describes; bands sorted from the highest."""
        bands = [
            Band(b["name"], float(b["from"]), b["action_en"], b["action_zh"], b.get("tier", ""))
            for b in data["bands"]
        ]
        rest = {key: value for key, value in data.items() if key != "bands"}
        return cls(**rest, bands=tuple(sorted(bands, key=lambda band: -band.at_least)))

    def with_bands(self, thresholds: Mapping[str, float]) -> Scoring:
        """The scoring with other thresholds for its bands, by name."""
        bands = [replace(b, at_least=float(thresholds.get(b.name, b.at_least))) for b in self.bands]
        return replace(self, bands=tuple(sorted(bands, key=lambda band: -band.at_least)))

    def band(self, value: float) -> Band:
        """The band of a score; the lowest takes what is below all."""
        return next((band for band in self.bands if value >= band.at_least), self.bands[-1])

    def reliability(self, source: str) -> float:
        """How far a source is believed: the entry with the longest name that begins the source's name."""
        known = [name for name in self.source_reliability if source == name or source.startswith(name + ".")]
        return self.source_reliability[max(known, key=len)] if known else self.default_reliability


@cache
def default_scoring() -> Scoring:
    """The scoring that ships."""
    text = (resources.files("intelligence") / "data" / "scoring.yml").read_text("utf-8")
    return Scoring.of(yaml.safe_load(text))


def score_account(
    account_id: str,
    signals: Iterable[Happening],
    today: date,
    *,
    fit: float | None = None,
    link: Mapping[str, float] | None = None,
    worth: Mapping[str, float] | None = None,
    scoring: Scoring | None = None,
) -> Score | None:
    """The score of an account on a day, or None when nothing speaks for or against it.

    `fit` is the ICP fit from 0 to 1, None where unknown. `link` maps a signal's id to the probability that it is about this
    account (1 where it is missing), `worth` to the share that feedback has left it (1 where it is missing). Signals of classes without points, and those that no longer stand, add nothing.
    """
    scoring = scoring or default_scoring()
    parts = [
        part
        for signal in signals
        if (
            part := _part(
                signal, today, (link or {}).get(signal.id, 1.0), (worth or {}).get(signal.id, 1.0), scoring
            )
        )
    ]
    if not parts:
        return None
    if fit is not None:
        points = round(scoring.fit_points * min(max(fit, 0.0), 1.0), 2)
        parts.append(Part(points, "fit", f"{scoring.fit_points:g} × fit {fit:.2f}"))
    parts.sort(key=lambda part: (-abs(part.points), part.what, part.signal_id or ""))
    value = round(sum(part.points for part in parts), 1)
    return Score(account_id, value, scoring.band(value), tuple(parts))


def _part(signal: Happening, today: date, link: float, worth: float, scoring: Scoring) -> Part | None:
    base = scoring.points.get(signal.signal_class, 0)
    share = scoring.status_share.get(signal.status.value, 0)
    if not base or not share:
        return None
    day = event_day(signal)
    age = (today - day).days
    days = half_life(signal.signal_class, scoring.half_life_days, scoring.default_half_life_days)
    reliability, left = scoring.reliability(signal.source), remaining(age, days)
    points = round(base * share * reliability * link * signal.confidence * left * worth, 2)
    if not points:
        return None
    how = (
        f"{base:g} × {signal.status.value} {share:g} × source {reliability:g} × link {link:.2f} × confidence "
        f"{signal.confidence:.2f} × decay {left:.2f} ({age} days, half-life {days:g})"
    )
    if worth < 1:
        how += f" × feedback {worth:g}"
    return Part(points, signal.signal_class, how, signal.id, day, signal.title, signal.evidence.url)

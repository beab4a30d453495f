"""Calibrate: reads outcomes of calls, finds the score each account had that day, and sets the bands by what came of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accounts.clock import parse_instant
from accounts.config import Config
from accounts.errors import ConfigError
from flows.brief_settings import BANDS, scoring_of
from intelligence.calibration import BandResult, Calibration, Outcome, calibrate
from warehouse.snapshot import open_snapshot
from warehouse.store import Warehouse

GOOD = frozenset({"won", "answered", "booked", "赢单", "成交", "已回复", "回复", "已预约", "预约"})
BAD = frozenset(
    {
        "lost",
        "unanswered",
        "no_answer",
        "ignored",
        "declined",
        "none",
        "no",
        "输单",
        "未成交",
        "未回复",
        "拒绝",
        "无",
    }
)
_ACCOUNT, _OUTCOME, _DATE = (
    ("account_id", "account", "id", "客户"),
    ("outcome", "result", "结果"),
    ("date", "called_on", "日期"),
)


def calibrate_from(config: Config, path: Path, *, write: bool = False) -> tuple[Calibration, int]:
    """The calibration that a file of outcomes gives, and how many of its rows had no score on their day.

    With `write` the thresholds count from the next night on. Raises ConfigError for a file that cannot be read.
    """
    with open_snapshot(config.home) as snapshot:
        scores = _scores(snapshot)
        outcomes, unscored = [], 0
        for account_id, good, at, given in _rows(path):
            score = given if given is not None else _score_at(scores.get(account_id, ()), at)
            if score is None:
                unscored += 1
            else:
                outcomes.append(Outcome(account_id, score, good))
    found = calibrate(outcomes, scoring_of(config))
    if write and found.enough:
        _keep(config.home, found)
    return found, unscored


def _keep(home: Path, found: Calibration) -> None:
    partial = home / f".{BANDS}.part"
    partial.write_text(json.dumps({"bands": dict(found.thresholds)}, indent=1), encoding="utf-8")
    partial.replace(home / BANDS)


def _scores(snapshot: Warehouse) -> dict[str, list[Mapping[str, Any]]]:
    """Every score an account ever had, oldest first."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in snapshot.rows(
        "SELECT account_id, value, valid_from, valid_to FROM golden WHERE field = 'score' ORDER BY account_id, valid_from"
    ):
        found.setdefault(row["account_id"], []).append(row)
    return found


def _score_at(history: Any, at: datetime | None) -> float | None:
    for row in reversed(list(history)):
        if at is None or (row["valid_from"] <= at and (row["valid_to"] is None or row["valid_to"] > at)):
            return float(row["value"])
    return None


def _rows(path: Path) -> Iterator[tuple[str, bool, datetime | None, float | None]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}.", remedy="It must be a CSV file in UTF-8.", path=path
        ) from error
    for number, row in enumerate(rows, 2):
        cells = {
            (name or "").strip().lower(): (value or "").strip()
            for name, value in row.items()
            if isinstance(value, str)
        }
        account, outcome = _first(cells, _ACCOUNT), _first(cells, _OUTCOME).lower()
        if not account or outcome not in GOOD | BAD:
            raise ConfigError(
                f"Line {number} of {path} has no account, or an outcome that is unknown: {outcome!r}.",
                remedy=f"Columns account_id, outcome and, best, date; outcomes: {', '.join(sorted(GOOD | BAD))}.",
                path=path,
            )
        yield (
            account,
            outcome in GOOD,
            _day(_first(cells, _DATE), number, path),
            _number(cells.get("score", "")),
        )


def _first(cells: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _day(text: str, number: int, path: Path) -> datetime | None:
    """The end of the day a call was made: the score a rep saw on it is the newest of that day."""
    if not text:
        return None
    try:
        return parse_instant(text).astimezone(UTC).replace(hour=23, minute=59, second=59)
    except ValueError:
        raise ConfigError(
            f"Line {number} of {path}: {text!r} is no date.", remedy="Write dates as 2026-11-22.", path=path
        ) from None


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def as_json(found: Calibration, unscored: int, *, written: bool) -> dict[str, Any]:
    """As `calibrate --json` prints it."""
    return {
        "enough": found.enough, "written": written, "unscored": unscored, "thresholds": dict(found.thresholds),
        "before": [_band(b) for b in found.before], "after": [_band(b) for b in found.after],
        "cross_validated": [_band(b) for b in found.expected],
    }  # fmt: skip


def _band(band: BandResult) -> dict[str, Any]:
    precision = None if band.precision is None else round(band.precision, 4)
    return {
        "band": band.name,
        "from": band.at_least,
        "calls": band.calls,
        "good": band.good,
        "precision": precision,
    }

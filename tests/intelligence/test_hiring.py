"""Hiring trends: what is hiring news, and what only looks like it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intelligence.boards import Look, Role, levels
from intelligence.hiring import Hiring, first_mentions, in_festival, read_hiring

TODAY = datetime(2026, 10, 30, 2, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "signals" / "jobs" / "snapshots_en.jsonl"


def looks(counts: list[int], today: datetime = TODAY, collector: str = "g/1", board: str = "b") -> list[Look]:
    """Daily looks, the last one today."""
    return [
        Look(board, today - timedelta(days=len(counts) - 1 - i), n, collector) for i, n in enumerate(counts)
    ]


def trend(counts: list[int], **given: object) -> str:
    told = read_hiring(looks(counts), [], TODAY, **given)  # type: ignore[arg-type]
    assert told
    return told.trend


def test_nobody_looked_says_nothing() -> None:
    assert read_hiring([], [], TODAY) is None


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([10] * 60, "steady"),
        ([10, 12, 9, 11] * 12 + [13, 16, 19, 22, 24, 26, 28, 30, 30, 30], "surge"),
        ([20, 22, 19, 21] * 12 + [15, 10, 7, 6, 6, 5, 5, 5, 5, 5, 5], "drop"),
        ([20] * 50 + [12, 9, 6, 5, 5], "shrinking"),
        ([3] * 50 + [4, 5, 5, 5, 5, 5, 5], "growing"),
        ([0] * 50 + [2, 2, 2, 2, 2, 2, 2], "growing"),
        ([10] * 5 + [30] * 4, "unknown"),
        ([5], "unknown"),
    ],
)
def test_the_trend_of_daily_counts(counts: list[int], expected: str) -> None:
    assert trend(counts) == expected


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 60))
def test_noise_of_poisson_size_is_never_a_surge_or_drop(seed: int, usual: int) -> None:
    rng = Random(seed)
    counts = [max(0, round(rng.gauss(usual, usual**0.5))) for _ in range(80)]
    assert trend(counts) not in ("surge", "drop")


def test_a_change_of_reader_or_of_boards_is_no_news() -> None:
    before, after = looks([10] * 60)[:-7], looks([40] * 7, collector="g/2")
    told = read_hiring([*before, *after], [], TODAY)
    assert told and told.trend == "unknown" and "instead of" in told.reason
    other = looks([30] * 7, board="c")
    told = read_hiring([*looks([10] * 60), *other], [], TODAY)
    assert told and told.trend == "unknown" and "was found" in told.reason


def test_many_roles_in_one_look_are_news_only_when_they_were_posted_since() -> None:
    counts = [10] * 55 + [60] * 6
    jump = TODAY - timedelta(days=5)

    def told(posted: date | None) -> Hiring:
        old = [Role("b", f"o{i}", f"Old {i}", TODAY - timedelta(days=60), TODAY) for i in range(10)]
        new = [Role("b", f"n{i}", f"New {i}", jump, TODAY, posted_on=posted) for i in range(50)]
        found = read_hiring(looks(counts), [*old, *new], TODAY)
        assert found
        return found

    assert told(None).trend == "unknown"
    assert told(date(2026, 6, 1)).trend == "unknown"
    assert told(jump.date()).trend == "surge"


def test_the_spring_festival_is_no_news() -> None:
    today = datetime(2027, 2, 20, 2, tzinfo=UTC)
    counts = [20] * 70 + [8] * 20
    told = read_hiring(looks(counts, today), [], today, "CN")
    assert told and told.trend == "unknown" and "Spring Festival" in told.reason
    elsewhere = read_hiring(looks(counts, today), [], today, "US")
    assert elsewhere and elsewhere.trend == "drop"
    assert in_festival(date(2026, 2, 17), "CN") and not in_festival(date(2026, 8, 17), "CN")


def test_reposts_neither_open_nor_close() -> None:
    old = Role(
        "b", "1", "Baker", TODAY - timedelta(days=50), TODAY - timedelta(days=9), TODAY - timedelta(days=8)
    )
    again = Role("b", "2", "baker", TODAY - timedelta(days=8), TODAY)
    new = Role("b", "3", "Miller", TODAY - timedelta(days=3), TODAY)
    told = read_hiring(looks([2] * 60), [old, again, new], TODAY)
    assert told and (told.opened_30, told.closed_30, told.open_roles) == (1, 0, 2)


def test_a_technology_is_mentioned_for_the_first_time_once_the_board_is_known() -> None:
    old = Role("b", "1", "Engineer", TODAY - timedelta(days=58), TODAY, technologies=("SAP",))
    new = Role(
        "b",
        "2",
        "Platform Engineer",
        TODAY - timedelta(days=2),
        TODAY,
        technologies=("SAP", "Kubernetes", "Okta"),
    )
    watched = looks([2] * 60)
    assert [name for name, _ in first_mentions([old, new], watched, ["okta"], TODAY)] == ["Kubernetes"]
    assert first_mentions([old, new], watched[-10:], [], TODAY) == []


@pytest.mark.shared
def test_the_recorded_false_surge_is_no_surge() -> None:
    if not SHARED.exists():
        pytest.skip("the labelled data are not here")
    shots = [json.loads(line) for line in SHARED.read_text(encoding="utf-8").splitlines()]
    shots.sort(key=lambda s: datetime.fromisoformat(s["snapshot_at"]))
    seen = [(datetime.fromisoformat(s["snapshot_at"]).astimezone(UTC), s) for s in shots]
    total = [Look("all", at, s["n"], "c") for at, s in seen]
    boards = Counter(name for s in shots for name in s["by_company"])
    series = [total] + [[Look(b, at, s["by_company"].get(b, 0), "c") for at, s in seen] for b in boards]
    # the same eight days after a quiet month, too, as if the board had been watched for long
    quiet = [
        [Look(x[0].board, x[0].seen_at - timedelta(days=d), x[0].open_roles, "c") for d in range(40, 0, -1)]
        for x in series
    ]
    for mine, before in zip(series, quiet, strict=True):
        for at, _ in seen:
            for known in (mine, [*before, *mine]):
                told = read_hiring([look for look in known if look.seen_at <= at], [], at)
                assert told is None or told.trend != "surge", (mine[0].board, at)


def test_levels_carry_a_board_on_while_another_is_looked_at() -> None:
    both = [*looks([3, 3, 3], board="a"), *looks([5], board="b")]
    assert [x.open_roles for x in levels(both, [])] == [3, 3, 8]

"""The measurement of budgets: requests are kept to, and marks are what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import spending
from bench.spending import Stage, Told, marks_of, spend_requests
from demo.changes import Event, Happening


@pytest.mark.parametrize("price", [1, 2, 4])
def test_a_budget_of_requests_is_kept_to_whatever_a_look_takes(
    price: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nights: list[int] = []

    def run(stage: Stage, policy: str, folder: Path, options) -> Told:
        for night in range(spending.NIGHTS):
            nights.append(price * options(night, sum(nights)).limit)
        return Told({}, sum(nights))

    monkeypatch.setattr(spending, "_run", run)
    told = spend_requests(Stage(1, (), (), (), {}), "rates", 3600, tmp_path)
    assert 3600 * 0.95 <= told.requests <= 3600 * 1.05
    assert max(nights[5:]) <= 1.5 * 3600 / spending.NIGHTS


def test_marks_count_what_is_caught_in_time_and_what_never_is() -> None:
    def event(night: int) -> Event:
        return Event(night, night, Happening.NEW_PHONE)

    last = spending.NIGHTS - 1
    caught = {event(0): 7, event(1): 9, event(2): None, event(last): last}
    marks = marks_of(caught, set(caught))
    assert marks.soon == pytest.approx(1 / 3)  # the last week is too short to judge
    assert marks.age == pytest.approx((7 + 8 + (last - 2) + 0) / 4)

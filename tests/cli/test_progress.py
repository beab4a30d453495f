"""Where a run stands, in words."""

from __future__ import annotations

from cli.progress import Lines, Pace


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_pace_of_a_stage_tells_how_long_it_still_takes() -> None:
    seconds = Seconds()
    pace = Pace(seconds)
    pace.hear("pull", 0, None)
    seconds.now = 12
    assert pace.words() == "pull: 12 s so far"
    pace.hear("enrich", 0, None)
    pace.hear("enrich", 0, 100_000)
    assert pace.words() == "enrich: 0 of 100,000 accounts"
    seconds.now = 112
    pace.hear("enrich", 3_000, 100_000)
    assert pace.words() == "enrich: 3,000 of 100,000 accounts, 30.0 a second, 54 min left"
    seconds.now = 212
    pace.hear("enrich", 99_000, 100_000)
    assert pace.words().endswith("495.0 a second, 2 s left")


def test_a_log_gets_a_line_a_minute_and_a_short_run_none() -> None:
    seconds, said = Seconds(), list[str]()
    lines = Lines(said.append, seconds)
    for second in range(180):
        seconds.now = float(second)
        lines("enrich", second * 10, 5_000)
    assert said == ["enrich: 600 of 5,000 accounts, 10.0 a second, 440 s left".replace("440 s", "7 min"),
                    "enrich: 1,200 of 5,000 accounts, 10.0 a second, 6 min left"]  # fmt: skip

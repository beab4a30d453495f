from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from accounts.golden import GoldenValue
from accounts.observation import Evidence, Signal, SignalStatus
from intelligence.brief import Brief, Facts, Lang
from intelligence.brief import write_brief as write
from intelligence.decay import event_day, remaining
from intelligence.events.rules import CLASSES
from intelligence.score import Score, default_scoring, score_account

TODAY = date(2031, 6, 1)
SEEN = datetime(2031, 5, 30, tzinfo=UTC)


def signal(
    name: str,
    day: date | None = TODAY,
    status: SignalStatus = SignalStatus.ASSERTED,
    title: str = "",
    source: str = "registry.sec",
) -> Signal:
    url = f"https://example.com/{name}/{day}/{status}"
    return Signal(
        account_id="a1", signal_class=name, title=title or f"A title about {name}", source=source, record_id="r",
        evidence=Evidence(url, "passage", SEEN), confidence=1.0, extractor="x/1", observed_at=SEEN, status=status, happened_on=day,
    )  # fmt: skip


def test_half_after_a_half_life_and_never_more_than_whole() -> None:
    assert remaining(30, 30) == pytest.approx(0.5)
    assert remaining(-5, 30) == 1.0
    with pytest.raises(ValueError, match="half-life"):
        remaining(1, 0)


def test_the_event_counts_from_its_own_day() -> None:
    assert event_day(signal("funding", date(2031, 1, 1))) == date(2031, 1, 1)
    assert event_day(signal("funding", None)) == SEEN.date()


def test_the_score_is_the_sum_of_its_parts() -> None:
    score = score_account(
        "a1", [signal("funding"), signal("layoff"), signal("funding", date(2031, 2, 1))], TODAY, fit=0.5
    )
    assert score
    assert score.value == pytest.approx(30 - 15 + 15 + 20, abs=0.1)
    assert score.value == pytest.approx(sum(part.points for part in score.parts), abs=0.1)
    good, bad = score.reasons()
    assert [part.what for part in good] == ["funding", "fit", "funding"]
    assert [part.what for part in bad] == ["layoff"]
    assert "half-life 120" in good[2].how
    assert score.band.name == "warm"


def test_no_reason_no_score() -> None:
    denied = signal("m_and_a", status=SignalStatus.DENIED)
    assert score_account("a1", [], TODAY, fit=1.0) is None
    assert score_account("a1", [denied, signal("unheard_of")], TODAY) is None


def test_a_doubtful_link_and_a_weak_source_count_less() -> None:
    sure, doubtful = signal("funding"), signal("funding", source="news.gdelt")
    parts = score_account("a1", [sure, doubtful], TODAY, link={doubtful.id: 0.5})
    assert parts
    assert [part.points for part in parts.parts] == [30.0, 12.0]


def test_every_event_class_has_points_and_a_half_life() -> None:
    scoring = default_scoring()
    assert set(CLASSES) <= set(scoring.points)
    assert set(CLASSES) <= set(scoring.half_life_days)


def write_brief(
    name: str,
    golden: dict[str, GoldenValue],
    signals: Iterable[Signal],
    score: Score | None,
    lang: Lang = "en",
) -> Brief:
    return write("a1", name, Facts(golden, tuple(signals), score), TODAY, lang)


GOLDEN = {
    "employees": GoldenValue(
        "a1", "employees", "250", "250", None, None, 0.9, 0.9, ("wikidata",), ("o1",), SEEN
    ),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_sentence_of_the_brief_is_traceable(lang: Lang) -> None:
    signals = [
        signal("expansion_investment", status=SignalStatus.PLANNED), signal("layoff"), signal("ipo", status=SignalStatus.CANCELLED),
        signal("funding", title="长" * 500),
    ]  # fmt: skip
    score = score_account("a1", signals, TODAY)
    brief = write_brief("Contoso", GOLDEN, signals, score, lang)
    known = {s.id for s in signals} | {"o1"}
    assert brief.headline.rests_on
    for section in brief.sections:
        for sentence in section.sentences:
            assert sentence.rests_on, sentence.text
            assert set(sentence.rests_on) <= known
    text = brief.as_text()
    assert "ipo" not in text and "{" not in text
    assert len(text) < 2500
    assert brief == write_brief("Contoso", GOLDEN, reversed(signals), score, lang)


def test_brief_in_both_languages() -> None:
    signals = [signal("expansion_investment", status=SignalStatus.PLANNED, title="New plant in Ohio")]
    score = score_account("a1", signals, TODAY)
    english = write_brief("Contoso", GOLDEN, signals, score).as_text()
    chinese = write_brief("康拓", GOLDEN, signals, score, "zh").as_text()
    assert "2031-06-01: expansion (planned) — New plant in Ohio" in english
    assert "Employees: 250." in english and "Seen 2 days ago: employees (wikidata)." in english
    assert "2031-06-01：扩产投资（计划中）——New plant in Ohio" in chinese
    assert "员工：250。" in chinese and "2天前核实：员工（wikidata）。" in chinese


def test_a_brief_of_nothing_says_so() -> None:
    text = write_brief("Contoso", {}, [], None).as_text()
    assert "nothing speaks for or against" in text
    assert "Nothing new was found." in text

"""From tellings to the CRM: judged once, told once, at the right account, and silent when nothing is new."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.flows.tellings import Tellings


@pytest.fixture
def world(tmp_path: Path) -> Tellings:
    return Tellings(tmp_path)


def test_an_event_is_told_once_with_score_brief_and_doubt(world: Tellings) -> None:
    world.tell(
        "L1",
        world.article(
            "L1",
            "Larkmoor appoints Dana Whitlock as Chief Executive Officer",
            "Dana Whitlock succeeds Jo Fenn.",
        ),
        world.article(
            "L1", "Dana Whitlock named chief executive of Larkmoor", own=False, url="https://trade.example/1"
        ),
    )
    world.night()
    stories = world.rows("FROM story")
    assert [(s["account_id"], s["event_class"], len(s["signal_ids"])) for s in stories] == [
        ("L1", "executive_change", 2)
    ]
    cells = world.cells()["L1"]
    assert "change of officers" in cells["enr_last_signals"]
    assert int(cells["enr_score"]) > 0 and cells["enr_tier"]
    assert "Dana Whitlock" in cells["enr_brief"]
    doubts = world.rows("SELECT field FROM staleness WHERE account_id = 'L1' AND status = 'contradicted'")
    assert [d["field"] for d in doubts] == ["key_executives"]
    briefs = {b["lang"]: b for b in world.rows("SELECT * FROM brief WHERE account_id = 'L1'")}
    assert set(briefs) == {"en", "zh"}
    for section in json.loads(briefs["en"]["sections"]):
        for sentence in section["sentences"]:
            assert sentence["rests_on"] or section["name"] in ("headline", "changed"), sentence


def test_a_second_night_over_the_same_world_is_silent(world: Tellings) -> None:
    world.tell("L1", world.article("L1", "Larkmoor raises $12 million in Series B funding"))
    world.tell("B2", world.article("B2", "蓝谷传感完成数千万元A轮融资"))
    world.night()
    before = world.file.read_bytes()
    again = world.night(0)
    assert sum(again.outcomes.values()) == 0
    later = world.night(1)
    assert sum(later.outcomes.values()) == 0 and world.file.read_bytes() == before
    assert len(world.rows("FROM article")) == 2
    assert len({s["id"] for s in world.rows("FROM signal")}) == len(world.rows("FROM signal"))
    runs = {s["first_run_id"] for s in world.rows("FROM story")}
    assert len(runs) == 1 and again.run_id not in runs


def test_the_same_event_in_other_words_days_later_joins_its_story(world: Tellings) -> None:
    first = world.article("L1", "Larkmoor raises $12 million in Series B funding")
    world.tell("L1", first)
    world.night()
    story = world.rows("FROM story")[0]
    world.tell(
        "L1",
        first,
        world.article(
            "L1", "Optics maker Larkmoor secures $12M from investors", own=False, url="https://n.example/2"
        ),
    )
    world.night(3)
    stories = world.rows("FROM story")
    assert [(s["id"], s["first_run_id"], len(s["urls"])) for s in stories] == [
        (story["id"], story["first_run_id"], 2)
    ]


@pytest.mark.parametrize(
    ("account", "title"),
    [
        ("L1", "Larkmoor Foods raises $40 million"),
        ("L1", "Brackenridge Systems raises $40 million led by Larkmoor"),
        ("L1", "Former Larkmoor CFO joins Brackenridge Systems as chief executive"),
        ("Q3", "Brackenridge Systems opens new plant for Quillhaven Foods"),
        ("B2", "海域智联完成B轮融资，由蓝谷传感领投"),
    ],
)
def test_what_happens_to_others_is_not_told(world: Tellings, account: str, title: str) -> None:
    world.tell(account, world.article(account, title, own=False, url="https://trade.example/9"))
    world.night()
    assert world.rows("FROM story") == []
    assert [a["verdict"] for a in world.rows("FROM article")] == ["not_ours"]


def test_a_denial_is_kept_and_not_told_as_a_fact(world: Tellings) -> None:
    world.tell("L1", world.article("L1", "Larkmoor denies it is being acquired", own=False))
    world.night()
    assert {s["status"] for s in world.rows("FROM story")} <= {"denied"}
    assert world.cells()["L1"]["enr_score"] == "" and world.cells()["L1"]["enr_last_signals"] == ""


def test_postings_open_close_and_a_failed_look_closes_nothing(world: Tellings) -> None:
    world.roles("Q3", ["Baker", "Miller"])
    world.night()
    world.roles("Q3", ["Baker"], complete=False)
    world.night()
    assert not [p for p in world.rows("FROM posting") if p["closed_at"]]
    world.roles("Q3", ["Baker"])
    world.night()
    closed = {p["title"]: p["closed_at"] for p in world.rows("FROM posting")}
    assert closed["Miller"] == world.now and closed["Baker"] is None
    hiring = world.rows("FROM hiring")[0]
    assert (hiring["open_roles"], hiring["trend"]) == (1, "unknown")

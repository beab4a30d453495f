"""From tellings to the CRM: judged once, told once, at the right account, and silent when nothing is new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from accounts.observation import Evidence, Signal
from cli.main import evergreen
from flows.feedback import give_feedback
from tests.flows.tellings import START, Tellings
from warehouse.store import open_warehouse


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


def verb(world: Tellings, *words: str) -> Any:
    """What a verb prints with `--json`."""
    result = CliRunner().invoke(evergreen, [*words, "--config", str(world.config), "--json"])
    assert result.exit_code == 0, result.output + repr(result.exception)
    return json.loads(result.stdout)


def test_wrong_company_takes_the_story_back_and_keeps_the_record_away(world: Tellings) -> None:
    wrong = world.article(
        "L1", "Larkmoor appoints Dana Whitlock as chief executive", own=False, url="https://other.example/1"
    )
    world.tell("L1", wrong)
    world.night()
    story = world.rows("FROM story")[0]
    assert world.rows("FROM staleness WHERE status = 'contradicted'")
    verb(world, "feedback", story["id"], "wrong-company")
    alike = world.article(
        "L1", "Larkmoor appoints Dana Whitlock as its chief executive", own=False, url="https://new.example/5"
    )
    world.tell("L1", wrong, alike)
    world.night()
    assert world.rows("FROM story") == [] and world.rows("FROM score") == []
    assert not world.rows("FROM staleness WHERE status = 'contradicted'")
    assert {a["verdict"] for a in world.rows("FROM article WHERE url LIKE '%new.example%'")} == {"disowned"}
    assert world.cells()["L1"]["enr_score"] == "0"


def test_not_useful_lowers_points_and_keeps_the_story_in_sight(world: Tellings) -> None:
    world.tell("L1", world.article("L1", "Larkmoor raises $12 million in Series B funding"))
    world.night()
    before = world.rows("FROM score")[0]["value"]
    other = world.article(
        "L1",
        "Larkmoor closes a further funding round of $30 million",
        days_ago=0,
        url="https://larkmoor.example/2",
    )
    give_feedback(world.config, world.rows("FROM story")[0]["id"], "not-useful", "me")
    world.night(30)
    assert before > 20 and world.rows("FROM score") == [] and len(world.rows("FROM story")) == 1
    world.tell("L1", other)
    world.night(1)
    parts = json.loads(world.rows("FROM score")[0]["parts"])
    assert [("feedback 0.5" in p["how"]) for p in parts] == [True]


def test_competitors_are_watched(tmp_path: Path) -> None:
    world = Tellings(tmp_path, '[watch.competitors]\nBrackenridge = ["Brackenridge Systems"]\n')
    world.tell(
        "Q3",
        world.article(
            "Q3",
            "Brackenridge Systems signs contract with Quillhaven Foods",
            own=False,
            url="https://t.example/1",
        ),
        world.article(
            "Q3",
            "Brackenridge Systems hosts its annual user conference in Chicago",
            own=False,
            url="https://t.example/2",
        ),
    )
    world.night()
    rival = verb(world, "watch")["items"][0]
    assert rival["competitor"] == "Brackenridge"
    assert [b["account_id"] for b in rival["beside"]] == ["Q3"]
    assert [p["name"] for p in rival["signed_with"]] == ["Quillhaven Foods"]
    assert [p["name"] for p in rival["events_in"]] == ["Chicago"]
    assert {s["event_class"] for s in world.rows("FROM story")} == {"partnership_or_contract"}


def test_the_brief_verb_speaks_both_languages(world: Tellings) -> None:
    world.tell("B2", world.article("B2", "蓝谷传感拟投资3亿元在合肥建设新产线"))
    world.night()
    chinese, english = verb(world, "brief", "B2"), verb(world, "brief", "B2", "--lang", "en")
    assert chinese["lang"] == "zh" and "扩产投资（计划中）" in chinese["text"]
    assert "expansion (planned)" in english["text"] and english["score"]["tier"]
    assert chinese["stories"][0]["slots"]["place"] == "合肥"


def test_own_rules_give_the_angle_first(tmp_path: Path) -> None:
    (tmp_path / "angles.yml").write_text(
        "angles:\n- {'on': funding, country: [GB], en: Offer the lens line.}\n", encoding="utf-8"
    )
    world = Tellings(tmp_path, '[brief]\nrules = "angles.yml"\n[icp]\ncountries = ["GB"]\n')
    world.tell("L1", world.article("L1", "Larkmoor raises $12 million in Series B funding"))
    world.night()
    told = verb(world, "brief", "L1")
    angle = next(s for s in told["sections"] if s["name"] == "angle")
    assert angle["sentences"][0]["text"] == "Offer the lens line." and angle["sentences"][0]["rests_on"]
    assert told["score"]["fit"] == 40


def test_calibrate_by_the_scores_of_the_day(world: Tellings) -> None:
    world.tell("L1", world.article("L1", "Larkmoor raises $12 million in Series B funding"))
    world.night()
    lines = ["account_id,outcome,date,score"]
    lines += [f"X{i},{'won' if i % 10 < (i // 25) * 3 else 'lost'},,{i}" for i in range(100)]
    lines += [f"L1,answered,{world.now:%Y-%m-%d},", "L1,lost,2020-01-01,"]
    file = world.folder / "outcomes.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    told = verb(world, "calibrate", str(file), "--write")
    assert told["enough"] and told["written"] and told["unscored"] == 1
    assert sum(band["calls"] for band in told["after"]) == 101
    precisions = [band["precision"] for band in told["after"]]
    assert precisions == sorted(precisions, reverse=True) and precisions[0] >= told["before"][0]["precision"]
    world.night()
    assert json.loads((world.folder / ".evergreen" / "bands.json").read_text())["bands"] == told["thresholds"]


def test_a_known_filing_is_told_once_and_an_old_one_contradicts_nothing_newer(world: Tellings) -> None:
    def filing() -> Signal:
        return Signal(
            "L1", "executive_change", "8-K item 5.02: departure of officers", "edgar", "https://larkmoor.example",
            Evidence("https://sec.example/8k", "Item 5.02", world.now), 0.99, "edgar/1", world.now, published_at=START,
        )  # fmt: skip

    world.tell("L1", signals=(filing(),))
    world.night()
    world.tell("L1", signals=(filing(),))
    world.night()
    assert len(world.rows("FROM signal")) == 1 and len(world.rows("FROM story")) == 1


def test_what_a_run_read_before_it_died_is_judged_by_the_next(
    world: Tellings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*given: object) -> int:
        raise KeyboardInterrupt

    world.tell("L1", world.article("L1", "Larkmoor raises $12 million in Series B funding"))
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("flows.night.conclude", die)
        world.night()
    world.night(0)
    assert [s["event_class"] for s in world.rows("FROM story")] == ["funding"]
    assert world.cells()["L1"]["enr_tier"]


def test_forgetting_an_account_leaves_no_judgement(world: Tellings) -> None:
    world.tell("L1", world.article("L1", "Larkmoor appoints Dana Whitlock as Chief Executive Officer"))
    world.roles("Q3", ["Baker"])
    world.night()
    verb(world, "forget", "L1", "--yes")
    with open_warehouse(world.folder / ".evergreen") as warehouse:
        for table in ("article", "story", "score", "brief", "signal", "hiring", "posting", "board_look"):
            assert not warehouse.rows(f"FROM {table} WHERE account_id = 'L1'"), table
        assert warehouse.rows("FROM posting WHERE account_id = 'Q3'")

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.verbs.focus import command
from matchers.focus import find_focus


@pytest.mark.parametrize(
    ("text", "candidates", "meant"),
    [
        ("velmont to lay off 20 of its workforce", ["Velmont, Inc.", "Velmont Hotels Corp"], "Velmont, Inc."),
        ("kestrel robotics lays off half its staff", ["Kestrel Holdings, Inc."], None),
        ("science 12 cuts jobs", ["Science Group plc"], None),
        ("a new dawn for travellers", ["Velmont, Inc."], None),
        (
            "Velmont Hotels names new chief executive",
            ["Velmont, Inc.", "Velmont Hotels Corp"],
            "Velmont Hotels Corp",
        ),
        (
            "青禾股份(600999)信披违规遭证监会立案调查 红枫药业(000999)股东减持200万股",
            ["青禾股份", "红枫药业"],
            "青禾股份",
        ),
        ("今日天气晴", ["青禾股份"], None),
        ("", ["青禾股份"], None),
        ("青禾股份发布公告", [], None),
    ],
)
def test_focus(text: str, candidates: list[str], meant: str | None) -> None:
    assert find_focus(text, candidates).company == meant


def test_a_name_inside_a_longer_candidate_is_not_counted() -> None:
    found = find_focus("青禾塔文化收购集团涉嫌传销被立案调查", ["青禾塔文化收购集团", "青禾塔"])
    assert found.company == "青禾塔文化收购集团"


def test_many_mentions_cost_no_quadratic_time() -> None:
    begin = time.process_time()
    find_focus("青禾股份减持" * 5000, ["青禾股份", "青禾", *(f"公司{n}" for n in range(200))])
    find_focus("velmont cuts " * 5000, [f"Velmont {n}" for n in range(200)])
    assert time.process_time() - begin < 10


def test_command_line(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        json.dumps({"id": "1", "text": "velmont cuts jobs", "candidates": ["Velmont Inc"]}) + "\n\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(command, [str(source), str(target)])
    assert result.exit_code == 0
    assert json.loads(target.read_text(encoding="utf-8"))["company"] == "Velmont Inc"


def test_a_broken_line_is_told(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text("{oops\n", encoding="utf-8")
    result = CliRunner().invoke(command, [str(source), str(tmp_path / "out.jsonl")])
    assert "Line 1" in str(result.exception)


def test_in_a_text_with_capitals_a_name_of_one_word_is_capitalised() -> None:
    assert (
        find_focus("The company reached the norvel of its market, says Kestrel Bay", ["Norvel Inc"]).company
        is None
    )
    assert find_focus("Norvel reports results for its second quarter", ["Norvel Inc"]).company == "Norvel Inc"
    assert find_focus("norvel reports results for its second quarter", ["Norvel Inc"]).company == "Norvel Inc"

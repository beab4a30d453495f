"""Audit: a fair sample, a safe sheet, an honest interval."""

from __future__ import annotations

import csv
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.errors import ConfigError
from flows.audit_sheet import read_sheet, write_sheet
from flows.auditing import Judged, accuracies, allocate, wilson
from tests.flows.night import Night
from warehouse.store import open_warehouse


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    night = Night(tmp_path_factory.mktemp("audited"))
    night.nightly("--apply")
    return night


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(
    path: Path, answers: dict[tuple[str, str], str], *, encoding: str = "utf-8", delimiter: str = ","
) -> None:
    rows = rows_of(path)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(row | {"right": answers.get((row["account_id"], row["field"]), "y")} for row in rows)


def test_a_sheet_shows_every_value_with_its_evidence(night: Night, tmp_path: Path) -> None:
    told = night.json("audit", "--sample", "12", "--seed", "4", str(tmp_path / "s.csv"))
    rows = rows_of(tmp_path / "s.csv")
    assert told["sampled"] == len(rows) == 12
    assert len({(r["account_id"], r["field"]) for r in rows}) == 12
    for row in rows:
        assert row["value"] and row["source"] in ("site", "edgar") and row["url"] and row["passage"]
        assert row["right"] == ""
    assert all(r["written"] for r in _drawn(night, tmp_path / "w.csv", "--written"))


def _drawn(night: Night, path: Path, *words: str) -> list[dict[str, str]]:
    night.json("audit", "--sample", "500", *words, str(path))
    return rows_of(path)


def test_the_same_seed_draws_the_same_and_another_draws_others(night: Night, tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        night.json("audit", "--sample", "15", "--seed", seed, str(tmp_path / f"{name}.csv"))
    a, b, c = (rows_of(tmp_path / f"{name}.csv") for name in "abc")
    assert a == b != c


def test_a_sample_larger_than_the_world_is_the_world(night: Night, tmp_path: Path) -> None:
    rows = _drawn(night, tmp_path / "all.csv")
    with open_warehouse(night.folder / ".evergreen") as warehouse:
        facts = "SELECT count(*) FROM golden WHERE valid_to IS NULL AND sources <> ['intelligence']"
        assert len(rows) == warehouse.value(facts)
    assert {r["stands_for"] for r in rows} == {"1"}
    phones = _drawn(night, tmp_path / "phones.csv", "--field", "phone")
    assert {r["field"] for r in phones} == {"phone"}


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ","), ("gb18030", ";"), ("utf-16", "\t")])
def test_a_filled_in_sheet_tells_the_accuracy_and_keeps_it(
    night: Night, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    sheet = tmp_path / "s.csv"
    rows = _drawn(night, sheet)
    wrong = (rows[0]["account_id"], rows[0]["field"])
    blank = (rows[1]["account_id"], rows[1]["field"])
    fill(sheet, {wrong: "否", blank: " "}, encoding=encoding, delimiter=delimiter)
    told = night.json("audit", str(sheet), "--by", "ann")
    assert told["judged"] == len(rows) - 1 and told["blank"] == 1
    overall = told["items"][0]
    assert (overall["field"], overall["source"]) == (None, None)
    assert overall["accuracy"] == pytest.approx(1 - 1 / (len(rows) - 1))
    assert overall["low"] < overall["accuracy"] < overall["high"]
    by_field = {i["field"]: i for i in told["items"] if i["field"] and not i["source"]}
    assert by_field[wrong[1]]["right"] == by_field[wrong[1]]["judged"] - 1
    night.json("audit", str(sheet), "--by", "ann")
    with open_warehouse(night.folder / ".evergreen") as warehouse:
        kept = warehouse.rows("SELECT * FROM audit_result WHERE sheet = $s", {"s": told["sheet"]})
    assert len(kept) == len(told["items"]) and {r["by"] for r in kept} == {"ann"}
    assert "95 % interval" in night.run("audit", str(sheet)).output


def test_bad_sheets_are_told(night: Night, tmp_path: Path) -> None:
    sheet = tmp_path / "s.csv"
    rows = _drawn(night, sheet)
    assert night.run("audit", "--sample", "3", str(sheet)).exit_code == 2
    assert night.run("audit", str(tmp_path / "none.csv")).exit_code == 2
    assert night.run("audit", "--sample", "3", "--field", "phon", str(tmp_path / "x.csv")).exit_code == 2
    untouched = night.run("audit", str(sheet))
    assert untouched.exit_code == 2 and "Nothing is filled in" in str(untouched.exception)
    fill(sheet, {(rows[2]["account_id"], rows[2]["field"]): "perhaps"})
    with pytest.raises(ConfigError, match="line 4: 'perhaps'"):
        read_sheet(sheet)
    sheet.write_text("a,b\n1,2\n")
    with pytest.raises(ConfigError, match="no column field, right, source"):
        read_sheet(sheet)
    sheet.write_bytes(b"")
    with pytest.raises(ConfigError, match="no sheet"):
        read_sheet(sheet)


@pytest.mark.parametrize("evil", ["=1+1", "@SUM(A1)", "-2+3", "\t=cmd|' /C calc'!A0", "＝1", "\n=1"])
def test_no_cell_is_a_formula(tmp_path: Path, evil: str) -> None:
    row = dict.fromkeys(("account_id", "account_name", "value", "source", "url", "passage", "key"), evil)
    write_sheet(tmp_path / "s.csv", [row | {"field": "name", "written": False, "stratum": 1, "drawn": 1}])
    for cell in rows_of(tmp_path / "s.csv")[0].values():
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.integers(), st.integers(1, 400), min_size=1, max_size=12), st.integers(1, 900))
def test_shares_add_up_fit_and_leave_nobody_out(sizes: dict[int, int], total: int) -> None:
    shares = allocate(sizes, total)
    assert sum(shares.values()) == min(total, sum(sizes.values()))
    assert all(0 <= shares[name] <= size for name, size in sizes.items())
    assert total < len(sizes) or min(shares.values()) >= 1


def test_the_total_weighs_strata_by_their_size() -> None:
    """A big field that is right and a small one that is wrong, sampled alike: the total is near the big one's."""
    judged = [Judged("big", "s", True, 90.0)] * 10 + [Judged("small", "s", False, 1.0)] * 10
    overall = accuracies(judged)[0]
    assert overall.accuracy == pytest.approx(900 / 910)
    assert overall.low < 900 / 910 - 0.15, "ten values on which all hangs are no proof"


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    dice, truth = random.Random(7), 0.92
    hits = 0
    for _ in range(2000):
        right = sum(dice.random() < truth for _ in range(60))
        low, high = wilson(right / 60, 60)
        hits += low <= truth <= high
    assert 0.93 < hits / 2000 < 0.98


def test_a_sample_is_fair_within_a_stratum(night: Night, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in range(40):
        night.json(
            "audit", "--sample", "3", "--field", "website", "--seed", str(seed), str(tmp_path / f"{seed}.csv")
        )
        seen.update(r["account_id"] for r in rows_of(tmp_path / f"{seed}.csv"))
    total = len(_drawn(night, tmp_path / "all.csv", "--field", "website"))
    assert len(seen) == total > 3

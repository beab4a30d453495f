"""The scorer tells right from wrong, and a clobbered person from a renewed value."""

from __future__ import annotations

from copy import deepcopy

import pytest

from accounts.values import Hints, value_type
from demo.crm_export import JUDGED, Row, export, read_csv, write_csv
from demo.reps import edit_rows
from demo.score import Scorer
from demo.truth import truths_of
from demo.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World(seed=3, companies=600)


@pytest.fixture
def rows(world: World) -> list[Row]:
    return export(world)


def after(rows: list[Row]) -> dict[str, dict[str, str]]:
    return {row.id: dict(row.cells) for row in rows}


def visible_phone(world: World, rows: list[Row], *, blank: bool, typed: bool = False) -> Row:
    for row in rows:
        if row.number is None or bool(row.cells["phone"]) == blank or ("phone" in row.typed) != typed:
            continue
        if row.cells["website"] and truths_of(world, world.firm(row.number))["phone"].visible:
            return row
    raise LookupError("the world holds no such row")


def test_the_export_holds_blanks_rot_junk_duplicates_and_people(world: World, rows: list[Row]) -> None:
    phones = [r for r in rows if r.number is not None and r.cells["phone"]]
    wrong = [
        r for r in phones if not truths_of(world, world.firm(r.number or 0))["phone"].agrees(r.cells["phone"])
    ]
    assert 0.1 < len(wrong) / len(phones) < 0.3
    assert any(r.number is None for r in rows)
    assert any(r.id.startswith("X") for r in rows)
    assert any(r.typed for r in rows)
    assert len({r.id for r in rows}) == len(rows)


def test_right_values_of_an_export_agree_with_the_truth(world: World, rows: list[Row]) -> None:
    kind = value_type("phone")
    for row in rows:
        if row.number is not None and row.cells["phone"]:
            firm = world.firm(row.number)
            same = kind.canonical(row.cells["phone"], Hints(country=firm.country)) == firm.phone.e164
            assert truths_of(world, firm)["phone"].agrees(row.cells["phone"]) == same


def test_a_right_fill_counts_as_right_and_a_wrong_one_as_wrong(world: World, rows: list[Row]) -> None:
    scorer, row = Scorer(world), visible_phone(world, rows, blank=True)
    scorer.expect([row], ())
    cells = after([row])
    cells[row.id]["phone"] = world.firm(row.number or 0).phone.printed(3)
    scorer.judge([row], cells, {})
    assert (scorer.tallies["phone"].fill.part, scorer.tallies["phone"].filled.part) == (1, 1)
    cells[row.id]["phone"] = world.firm(row.number or 0).fax.printed(0)
    scorer.judge([row], cells, {})
    assert (scorer.tallies["phone"].fill.part, scorer.tallies["phone"].fill.whole) == (1, 2)
    assert scorer.mistakes


def test_a_person_overwritten_is_clobbered_whatever_is_written(world: World, rows: list[Row]) -> None:
    scorer, row = Scorer(world), visible_phone(world, rows, blank=False, typed=True)
    cells = after([row])
    cells[row.id]["phone"] = world.firm(row.number or 0).phone.e164 + "0"
    scorer.judge([row], cells, {})
    assert scorer.tallies["phone"].clobbered == 1


def test_nothing_done_is_nothing_written_and_everything_missed(world: World, rows: list[Row]) -> None:
    scorer = Scorer(world)
    scorer.expect(rows, ())
    for _ in range(2):
        scorer.judge(rows, after(rows), {})
        world.night += 1
    world.night = 0
    phone = scorer.tallies["phone"]
    assert phone.fill.whole == phone.replace.whole == 0
    assert phone.filled.part == 0
    assert phone.filled.whole > 50
    assert phone.renewed.whole > 10


def test_reps_edit_type_and_clear_and_the_record_tells_of_them(
    world: World, rows: list[Row], tmp_path
) -> None:  # type: ignore[no-untyped-def]
    before = deepcopy(rows)
    turned = World(3, 600)
    turned.turn()
    edits = [edit for _ in range(12) for edit in (turned.turn(), edit_rows(turned, rows))[1]]
    assert edits
    assert any(e.value == "" for e in edits)
    last = {(e.account_id, e.field): e for e in edits}
    by_id = {r.id: r for r in rows}
    assert all(by_id[key].cells[name] == e.value for (key, name), e in last.items())
    touched = {e.account_id for e in edits}
    assert all(b.cells == by_id[b.id].cells for b in before if b.id not in touched)
    write_csv(tmp_path / "a.csv", rows)
    assert read_csv(tmp_path / "a.csv") == {r.id: r.cells for r in rows}


def test_every_judged_field_is_in_the_catalogue_and_the_truth(world: World) -> None:
    assert set(truths_of(world, world.firm(0))) == set(JUDGED)

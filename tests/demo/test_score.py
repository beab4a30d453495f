"""The scorer tells right from wrong, and a clobbered person from a renewed value."""

from __future__ import annotations

from copy import deepcopy

import pytest

from accounts.values import Hints, value_type
from demo.changes import Event, Happening
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


def planted(kind: Happening, *fields: str) -> tuple[World, Row, Event]:
    """A world after an event of a kind that a row's site shows, with what the row holds from before it."""
    world = World(seed=3, companies=1500)
    rows = {row.number: row for row in export(world) if row.id.startswith("W")}
    for _ in range(8):
        for event in world.turn():
            row, truths = rows[event.number], truths_of(world, world.firm(event.number))
            shown = all(truths[name].visible or name == "website" for name in fields)
            if (
                event.kind is kind
                and shown
                and row.cells["website"]
                and all(row.cells[name] for name in fields)
            ) and not any(truths[name].agrees(row.cells[name]) for name in fields):
                return world, row, event
    raise LookupError(f"the world holds no {kind} to look for")


def test_a_planted_change_is_found_where_the_right_value_is_proposed_and_only_there() -> None:
    for proposed, found in ((True, 1), (False, 0)):
        world, row, event = planted(Happening.NEW_PHONE, "phone")
        firm, scorer = world.firm(event.number), Scorer(world)
        scorer.expect([row], [event])
        line = firm.phone if proposed else firm.fax
        for _ in range(2):
            scorer.judge([row], after([row]), {(row.id, "phone"): line.printed(0)})
            world.night += 1
        assert (scorer.tallies["phone"].planted.part, scorer.tallies["phone"].planted.whole) == (found, 1)
        assert (scorer.happenings[Happening.NEW_PHONE].part, len(scorer.missed)) == (found, 1 - found)


def test_what_the_last_night_did_not_find_counts_as_missed() -> None:
    world, row, event = planted(Happening.NEW_PHONE, "phone")
    scorer = Scorer(world)
    scorer.expect([row], [event])
    scorer.judge([row], after([row]), {})
    assert scorer.tallies["phone"].planted.whole == 0
    scorer.close()
    assert scorer.happenings[Happening.NEW_PHONE].rate == 0.0


def test_a_company_taken_over_has_no_right_website_and_a_flag_finds_it() -> None:
    world, row, event = planted(Happening.TAKEN_OVER, "website")
    scorer = Scorer(world)
    scorer.expect([row], [event])
    scorer.judge([row], after([row]), {(row.id, "website"): ""})
    assert scorer.happenings[Happening.TAKEN_OVER].rate == 1.0
    assert (scorer.tallies["website"].flag.part, scorer.tallies["website"].flag.whole) == (1, 1)


def test_officers_are_right_in_any_order_and_form_and_wrong_with_a_stranger_among_them(world: World) -> None:
    firm = next(f for f in world.firms() if len(f.officers) > 1 and not f.chinese)
    truth = truths_of(world, firm)["key_executives"]
    (first_role, first), (second_role, second) = firm.officers[:2]
    assert truth.agrees(f"{second} ({second_role}); {first_role}: {first}")
    assert not truth.agrees(f"{first}, {first_role}; Nobody Known, {second_role}")

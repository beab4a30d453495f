"""Which value survives, and what becomes of the others."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.link import LinkDecision
from tests.warehouse.conftest import NOW, World
from warehouse.golden import golden_as_of, settle_golden


def test_only_accepted_records_speak(world: World) -> None:
    world.link("A", decision=LinkDecision.REVIEW)
    world.observe("A", "industry", "Cars")
    assert world.settle("A") == {}
    world.now += timedelta(days=1)
    world.link("A")
    assert world.settle("A")["industry"]["value"] == "Cars"


def test_a_registry_outranks_a_site_and_the_loser_is_kept_with_a_reason(world: World) -> None:
    world.link("A")
    world.link("A", "edgar", "320193")
    world.observe("A", "industry", "Gadgets", confidence=0.8)
    world.observe("A", "industry", "Electronic Computers", source="edgar", record="320193", confidence=0.9)
    golden = world.settle("A")["industry"]
    assert golden["value"] == "Electronic Computers"
    losers = json.loads(str(golden["losers"]))
    assert [(x["value"], x["sources"]) for x in losers] == [("Gadgets", ["site"])]
    assert losers[0]["reason"]


def test_agreement_of_two_sources_beats_one_of_equal_standing(world: World) -> None:
    for source in ("one", "two", "three"):
        world.link("A", source, source)
    world.observe("A", "city", "Denver", source="one", record="one", confidence=0.7)
    world.observe("A", "city", "Boulder", source="two", record="two", confidence=0.7)
    world.observe("A", "city", "boulder", source="three", record="three", confidence=0.7)
    golden = world.settle("A")["city"]
    assert str(golden["value"]).lower() == "boulder"
    assert golden["sources"] == ["three", "two"]
    assert golden["confidence"] == pytest.approx(1 - (1 - 0.7 * 0.98) ** 2)


def test_pages_of_one_source_are_one_voice(world: World) -> None:
    world.link("A")
    for _ in range(5):
        world.observe("A", "city", "Denver", confidence=0.7)
    assert world.settle("A")["city"]["confidence"] == pytest.approx(0.7 * 0.98)


def test_a_main_line_before_a_local_before_a_toll_free_and_never_a_fax(world: World) -> None:
    world.link("A")
    world.observe("A", "phone", "+1 303-555-0190", kind="fax", confidence=0.99)
    world.observe("A", "phone", "+1 800-555-0100", kind="toll_free", confidence=0.97)
    world.observe("A", "phone", "+1 303-555-0120", kind="mobile", confidence=0.97)
    assert world.settle("A")["phone"]["value"] == "+18005550100"
    world.observe("A", "phone", "+1 303-555-0110", kind="local", confidence=0.8)
    assert world.settle("A")["phone"]["value"] == "+13035550110"
    world.observe("A", "phone", "+1 303-555-0100", kind="main", confidence=0.7)
    golden = world.settle("A")["phone"]
    assert golden["value"] == "+13035550100"
    keys = golden["confirming_keys"]
    assert isinstance(keys, list)
    assert "+13035550120" in keys, "a mobile on the site confirms, it is only never written"
    assert "+13035550190" not in keys


def test_a_preferred_kind_below_the_bar_does_not_win(world: World) -> None:
    world.link("A")
    world.observe("A", "phone", "+1 303-555-0100", kind="main", confidence=0.2)
    world.observe("A", "phone", "+1 303-555-0110", kind="local", confidence=0.9)
    assert world.settle("A")["phone"]["value"] == "+13035550110"


def test_a_value_the_record_no_longer_shows_is_superseded(world: World) -> None:
    world.link("A")
    world.observe("A", "city", "Denver", confidence=0.95, at=NOW - timedelta(days=90))
    world.observe("A", "city", "Boulder", confidence=0.7)
    golden = world.settle("A")["city"]
    assert golden["value"] == "Boulder"
    assert "no longer shows" in str(golden["losers"])
    assert golden["confirming_keys"] == ["boulder"]


def test_fields_of_many_values_keep_them_all(world: World) -> None:
    world.link("A", "edgar", "1")
    for ticker in ("BETA", "ALFA"):
        world.observe("A", "ticker", ticker, source="edgar", record="1")
    assert sorted(str(world.settle("A")["ticker"]["value"]).split("; ")) == ["ALFA", "BETA"]


def test_history_answers_for_any_day_and_unchanged_values_open_no_new_row(world: World) -> None:
    world.link("A")
    world.observe("A", "city", "Denver", at=NOW - timedelta(days=10))
    settle_golden(world.warehouse, "r1", ["A"], NOW - timedelta(days=10))
    settle_golden(world.warehouse, "r2", ["A"], NOW - timedelta(days=5))
    world.observe("A", "city", "Boulder", at=NOW)
    settle_golden(world.warehouse, "r3", ["A"], NOW)
    assert [g.value for g in golden_as_of(world.warehouse, "A", NOW - timedelta(days=3))] == ["Denver"]
    assert [g.value for g in golden_as_of(world.warehouse, "A")] == ["Boulder"]
    assert golden_as_of(world.warehouse, "A", NOW - timedelta(days=11)) == []
    assert world.warehouse.value("SELECT count(*) FROM golden") == 2


def test_accounts_not_touched_are_not_recomputed(world: World) -> None:
    for key in ("A", "B"):
        world.link(key)
        world.observe(key, "city", "Denver")
    settle_golden(world.warehouse, "r1", ["A"], NOW)
    assert {r["account_id"] for r in world.warehouse.rows("SELECT account_id FROM golden")} == {"A"}


SEEN = st.lists(
    st.tuples(
        st.sampled_from(["site", "edgar"]), st.sampled_from(["Denver", "Boulder", "Aspen"]),
        st.floats(0.05, 0.99), st.integers(0, 900),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SEEN)
def test_the_survivor_does_not_depend_on_the_order_of_reading(
    world: World, seen: list[tuple[str, str, float, int]]
) -> None:
    answers = []
    for order in (seen, seen[::-1]):
        world.warehouse.run(
            "DELETE FROM observation; DELETE FROM golden; DELETE FROM link; DELETE FROM weighed"
        )
        world.link("A")
        world.link("A", "edgar", "1")
        for source, city, confidence, age in order:
            record = "1" if source == "edgar" else "acme.example"
            world.observe(
                "A",
                "city",
                city,
                source=source,
                record=record,
                confidence=confidence,
                at=NOW - timedelta(days=age),
            )
        golden = world.settle("A")["city"]
        assert 0 < float(str(golden["score"])) <= 1
        assert golden["value"] in {city for _, city, _, _ in seen}
        answers.append((golden["value"], golden["sources"], golden["confirming_keys"]))
    assert answers[0] == answers[1]


def test_a_value_is_as_sure_as_its_newest_reading_and_a_faint_loser_confirms_nothing(world: World) -> None:
    world.link("A")
    world.observe("A", "legal_name", "Acme Ltd", confidence=0.95, at=NOW - timedelta(days=1))
    world.observe("A", "legal_name", "Acme Ltd", confidence=0.2)
    world.observe("A", "legal_name", "Birch Ltd", confidence=0.9)
    golden = world.settle("A")["legal_name"]
    assert (golden["value"], golden["confirming_keys"]) == ("Birch Ltd", ["birchltd"])

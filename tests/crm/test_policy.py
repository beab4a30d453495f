"""`decide`, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.account import Account, Actor, FieldHistory
from accounts.change import ChangeKind, Code, Policy, Standing, Verdict
from accounts.golden import Freshness, Loser
from accounts.link import Link, LinkDecision
from crm.policy import decide
from tests.crm.build import CATALOGUE, NOW, golden, view

ALWAYS = {"policy": Policy.OVERWRITE_ALWAYS}
PERSON = {"actor": Actor.PERSON, "age": 7, "status": Freshness.FRESH}
UNSURE = Link("A1", "edgar", "r9", 0.6, LinkDecision.REVIEW, "only the name agrees")
YORK = CATALOGUE["city"].value_type.key("York")
LEEDS = CATALOGUE["city"].value_type.key("Leeds")
OURS = Standing(ours_key=LEEDS, ours_at=NOW - timedelta(days=9))
GUESSED = golden(confidence=0.75)
WEAK = golden(confidence=0.2)
RIVALS = golden(losers=(Loser("Hull", "hull", None, ("edgar",), 0.8, "lost by a hair"),))

CASES: list[tuple[Code, Verdict, dict[str, Any]]] = [
    (Code.NO_EVIDENCE, Verdict.NOTHING, {"golden": None}),
    (Code.NO_COLUMN, Verdict.HOLD, {"column": None, "current": None}),
    (Code.SAME_VALUE, Verdict.CONFIRM, {"golden": golden(value="LEEDS")}),
    (Code.SAME_VALUE, Verdict.CONFIRM, {"golden": golden(confirming_keys=(LEEDS,))}),
    (Code.SAME_VALUE, Verdict.CONFIRM, {"golden": golden(value="LEEDS"), "standing": Standing(locked=True)}),
    (Code.POLICY_NEVER, Verdict.HOLD, {"spec": {"policy": Policy.NEVER}}),
    (Code.POLICY_NEVER, Verdict.HOLD, {"spec": {"policy": Policy.NEVER}, "current": None}),
    (Code.LOCKED, Verdict.HOLD, {"standing": Standing(locked=True, lock_note="ask Maya")}),
    (Code.LOCKED, Verdict.HOLD, {"standing": Standing(locked=True, accepted_key=YORK)}),
    (Code.RECORD_HELD, Verdict.HOLD, {"account": Account("A1", {"city": "Leeds"}, held=True)}),
    (Code.KEPT_BY_PERSON, Verdict.HOLD, {"standing": Standing(kept_keys=frozenset({YORK}))}),
    (Code.KEPT_BY_PERSON, Verdict.HOLD, {"standing": Standing(kept_keys=frozenset({YORK})), "current": None}),
    (Code.EXPIRED_REPLACED, Verdict.WRITE, {"standing": Standing(kept_keys=frozenset({"hull"}))}),
    (Code.ACCEPTED_BY_STEWARD, Verdict.WRITE, {**PERSON, "standing": Standing(accepted_key=YORK, accepted_by="Li")}),
    (Code.PERSON_EDITED, Verdict.REVIEW, {**PERSON, "standing": Standing(accepted_key=YORK, accepted_item="other")}),
    (
        Code.PERSON_EDITED, Verdict.REVIEW,
        {**PERSON, "standing": Standing(accepted_key=YORK, ours_key=YORK, ours_at=NOW - timedelta(days=3))},
    ),
    (Code.CLEARED_BY_PERSON, Verdict.HOLD, {"current": None, "standing": Standing(cleared_by_person=True)}),
    (Code.CLEARED_BY_PERSON, Verdict.HOLD, {"current": None, "standing": OURS}),
    (
        Code.CLEARED_BY_PERSON, Verdict.HOLD,
        {"current": None, "account": Account("A1", {}, history={"city": FieldHistory(None, None, Actor.PERSON)})},
    ),
    (Code.CLEARED_BY_PERSON, Verdict.HOLD, {"current": None, "standing": OURS, "spec": ALWAYS}),
    (Code.POLICY_FILL_ONLY, Verdict.HOLD, {"spec": {"policy": Policy.FILL_BLANK}}),
    (Code.POLICY_FILL_ONLY, Verdict.HOLD, {"spec": {"policy": Policy.FILL_BLANK}, "standing": OURS}),
    (Code.BLANK_FILLED, Verdict.WRITE, {"spec": {"policy": Policy.FILL_BLANK}, "current": None}),
    (Code.UNDONE_BEFORE, Verdict.REVIEW, {"current": None, "standing": Standing(undone_keys=frozenset({YORK}))}),
    (Code.UNDONE_BEFORE, Verdict.REVIEW, {"standing": Standing(undone_keys=frozenset({YORK}))}),
    (Code.PERSON_EDITED, Verdict.REVIEW, PERSON),
    (Code.PERSON_EDITED, Verdict.REVIEW, {**PERSON, "status": Freshness.INVALID}),
    (Code.PERSON_EDITED, Verdict.REVIEW, {**PERSON, "status": Freshness.CONTRADICTED}),
    (Code.PERSON_EDITED, Verdict.REVIEW, {**PERSON, "age": None, "status": Freshness.INVALID}),
    (Code.PERSON_EDITED, Verdict.REVIEW, {**PERSON, "actor": Actor.UNKNOWN, "status": Freshness.INVALID}),
    (Code.PERSON_EDITED, Verdict.REVIEW, {"standing": Standing(ours_key="hull", ours_at=NOW - timedelta(days=9))}),
    (
        Code.PERSON_EDITED, Verdict.REVIEW,  # our very value, typed anew in other letters, is somebody's own
        {"standing": Standing(ours_key="leeds", ours_text="LEEDS", ours_at=NOW - timedelta(days=9)), "actor": Actor.UNKNOWN},
    ),
    (Code.OURS_RENEWED, Verdict.WRITE, {"standing": Standing(ours_key="leeds", ours_text=" Leeds", ours_at=NOW - timedelta(days=9))}),
    (Code.EXPIRED_REPLACED, Verdict.WRITE, {"actor": Actor.PERSON, "age": 900}),
    (Code.POLICY_OVERWRITE, Verdict.WRITE, {**PERSON, "spec": ALWAYS}),
    (Code.NOT_STALE, Verdict.REVIEW, {"status": Freshness.FRESH, "age": 200}),
    (Code.NOT_STALE, Verdict.NOTHING, {"status": Freshness.FRESH, "age": 200, "spec": {"free_wording": True}}),
    (Code.NOT_STALE, Verdict.NOTHING, {"golden": GUESSED, "spec": {"free_wording": True}}),
    (Code.NOT_STALE, Verdict.NOTHING, {**PERSON, "golden": GUESSED, "spec": {"free_wording": True}}),
    (Code.BLANK_FILLED, Verdict.WRITE, {"golden": GUESSED, "current": None, "spec": {"free_wording": True}}),
    (Code.INVALID_REPLACED, Verdict.WRITE, {"golden": GUESSED, "status": Freshness.INVALID, "spec": {"free_wording": True}}),
    (Code.NOT_STALE, Verdict.REVIEW, {"status": Freshness.ASKED, "age": 200}),
    (Code.BELOW_CONFIDENCE, Verdict.NOTHING, {"status": Freshness.FRESH, "age": 200, "golden": WEAK}),
    (Code.BELOW_CONFIDENCE, Verdict.NOTHING, {"status": Freshness.FRESH, "age": 200, "link": UNSURE}),
    (Code.AGE_UNKNOWN, Verdict.REVIEW, {"status": Freshness.DUE, "age": None}),
    (Code.POLICY_OVERWRITE, Verdict.WRITE, {"status": Freshness.FRESH, "age": 200, "spec": ALWAYS}),
    (Code.BELOW_CONFIDENCE, Verdict.REVIEW, {"golden": WEAK}),
    (Code.BELOW_CONFIDENCE, Verdict.REVIEW, {"golden": WEAK, "current": None}),
    (Code.BELOW_CONFIDENCE, Verdict.REVIEW, {"golden": WEAK, "spec": ALWAYS}),
    (Code.BELOW_CONFIDENCE, Verdict.NOTHING, {"golden": WEAK, "standing": OURS}),
    (Code.LINK_UNSURE, Verdict.REVIEW, {"link": UNSURE}),
    (Code.LINK_UNSURE, Verdict.REVIEW, {"link": UNSURE, "current": None}),
    (Code.LINK_UNSURE, Verdict.REVIEW, {"link": UNSURE, "spec": ALWAYS}),
    (Code.AMBIGUOUS, Verdict.REVIEW, {"golden": RIVALS}),
    (Code.AMBIGUOUS, Verdict.REVIEW, {"golden": RIVALS, "current": None}),
    (Code.NOT_STALE, Verdict.REVIEW, {"golden": golden(days=1500), "status": Freshness.CONTRADICTED}),
    (Code.INVALID_REPLACED, Verdict.WRITE, {"golden": golden(days=1500), "status": Freshness.INVALID}),
    (Code.SENSITIVE, Verdict.REVIEW, {"spec": {"sensitive": True}}),
    (Code.SENSITIVE, Verdict.REVIEW, {"spec": {"sensitive": True}, "standing": OURS}),
    (Code.BLANK_FILLED, Verdict.WRITE, {"spec": {"sensitive": True}, "current": None}),
    (Code.BLANK_FILLED, Verdict.WRITE, {"current": None, "status": Freshness.MISSING}),
    (Code.OURS_RENEWED, Verdict.WRITE, {"standing": OURS, "status": Freshness.FRESH}),
    (Code.OURS_RENEWED, Verdict.WRITE, {**PERSON, "standing": OURS}),
    (Code.EXPIRED_REPLACED, Verdict.WRITE, {}),
    (Code.CONTRADICTED_REPLACED, Verdict.WRITE, {"status": Freshness.CONTRADICTED, "age": 30}),
    (Code.INVALID_REPLACED, Verdict.WRITE, {"status": Freshness.INVALID, "age": 30}),
    (Code.INVALID_REPLACED, Verdict.WRITE, {"status": Freshness.INVALID, "age": None, "actor": Actor.UNKNOWN}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "verdict", "case"), CASES, ids=lambda x: x.value if isinstance(x, Code) else ""
)
def test_each_rule_speaks(code: Code, verdict: Verdict, case: dict[str, Any]) -> None:
    decided = decide(view(**case))
    assert (decided.code, decided.verdict) == (code, verdict), decided.reason
    assert decided.reason.endswith((".", ")"))
    assert decided.kind is (ChangeKind.FILL if case.get("current", "Leeds") is None else ChangeKind.REPLACE)


def test_every_code_of_a_decision_has_a_case() -> None:
    made_elsewhere = {Code.CHANGED_MEANWHILE, Code.UNDO}
    assert {code for code, _, _ in CASES} == set(Code) - made_elsewhere


def test_an_accepted_question_counts_for_the_value_it_was_about() -> None:
    asked = decide(view(**PERSON))
    accepted = Standing(accepted_key=YORK, accepted_item=asked.id, accepted_by="Li")
    assert decide(view(**PERSON, standing=accepted)).code is Code.ACCEPTED_BY_STEWARD
    edited = decide(view(current="Ripon", **PERSON, standing=accepted))
    assert edited.code is Code.PERSON_EDITED


def test_the_hold_ends_with_its_last_day() -> None:
    hold = CATALOGUE["city"].hold_days
    inside = view(actor=Actor.PERSON, age=hold - 1, status=Freshness.INVALID)
    outside = view(actor=Actor.PERSON, age=hold, status=Freshness.INVALID)
    assert decide(inside).code is Code.PERSON_EDITED
    assert decide(outside).code is Code.INVALID_REPLACED


def test_an_import_after_our_write_is_no_person() -> None:
    standing = Standing(ours_key="hull", ours_at=NOW - timedelta(days=9))
    decided = decide(view(age=2, status=Freshness.INVALID, standing=standing))
    assert decided.code is Code.INVALID_REPLACED


def test_a_value_put_back_by_undo_is_not_ours() -> None:
    decided = decide(view(standing=Standing(ours_key="", ours_at=NOW), status=Freshness.FRESH, age=200))
    assert decided.code is Code.NOT_STALE


def test_a_phone_without_its_country_code_is_the_same_line() -> None:
    said = golden("phone", "+442079460958")
    decided = decide(view("020 7946 0958", "phone", golden=said))
    assert decided.verdict is Verdict.CONFIRM
    assert decided.base == "020 7946 0958"


def test_a_reason_names_values_ages_and_sources() -> None:
    told = decide(view(**PERSON)).reason
    for word in ("maya", "“Leeds”", "7 days ago", "“York”", "site", "1 day old", "0.90"):
        assert word in told


def test_a_change_carries_what_it_rests_on() -> None:
    decided = decide(view())
    assert (decided.base, decided.value, decided.value_key) == ("Leeds", "York", YORK)
    assert (decided.sources, decided.observation_ids) == (("site",), ("o1",))
    assert (decided.base_age_days, decided.evidence_age_days) == (1000, 1)


@given(
    current=st.sampled_from([None, "Leeds", "York", "???"]),
    status=st.sampled_from(Freshness),
    actor=st.sampled_from(Actor),
    age=st.one_of(st.none(), st.integers(-5, 3000)),
    policy=st.sampled_from([p for p in Policy if p is not Policy.OVERWRITE_ALWAYS]),
    sensitive=st.booleans(),
    confidence=st.floats(0, 1),
    ours=st.sampled_from([None, "", YORK, LEEDS, "hull"]),
    locked=st.booleans(),
    cleared=st.booleans(),
    link=st.sampled_from([None, UNSURE]),
)
def test_no_human_edit_is_ever_written_over(
    current: str | None, status: Freshness, actor: Actor, age: int | None, policy: Policy, sensitive: bool,
    confidence: float, ours: str | None, locked: bool, cleared: bool, link: Link | None,
) -> None:  # fmt: skip
    standing = Standing(
        ours_key=ours, ours_at=NOW - timedelta(days=20), locked=locked, cleared_by_person=cleared
    )
    case = view(
        current, status=status, actor=actor, age=age, spec={"policy": policy, "sensitive": sensitive},
        golden=golden(confidence=confidence), standing=standing, link=link,
    )  # fmt: skip
    decided = decide(case)
    if decided.verdict is not Verdict.WRITE:
        return
    assert policy is not Policy.NEVER
    assert not locked
    assert link is None
    assert confidence >= case.spec.min_confidence
    if current is None:
        assert not cleared
        return
    assert policy is Policy.REPLACE_STALE
    assert not sensitive
    assert decided.value != current
    if not case.is_ours:
        assert not (actor is Actor.PERSON and (age is None or age < case.spec.hold_days))
        assert status in (Freshness.EXPIRED, Freshness.INVALID, Freshness.CONTRADICTED)


def test_same_view_same_answer() -> None:
    one = view(**PERSON)
    assert decide(one) == decide(replace(one))

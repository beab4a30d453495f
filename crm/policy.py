"""Decides, for one field of one account, what to do about what we now hold true. Pure; the heart of the promise.

`decide` is asked for every field that has a column or evidence, and answers with a `Change`: a verdict, a code for
machines and a reason in words for people. The rules, in the order they are asked; the first that speaks, wins:

 1. no evidence → nothing; no column → hold, seen in `explain`
 2. the CRM's value equals any observed one → confirm; it is never rewritten into another format
 3. policy `never`, a lock, a record hold → hold
 4. a person turned this very proposal down → hold, until the evidence names another value
 5. a steward accepted this very proposal → write, unless we wrote it before and somebody took it out again
 6. blank, and a person cleared it → hold
 7. policy `fill_blank`, not blank → hold
 8. we wrote it before and somebody undid that → review
 9. a value worded freely, neither invalid nor contradicted, and evidence that is not sure → nothing
10. a person's value within the field's human hold → review with both values; never written by itself
11. somebody else's value that is not stale, or of unknown age → review above the confidence bar, else nothing
12. evidence below the bar, on an unsure link, rivalled by a source of equal weight, or older than the value → review
13. a sensitive field that is not blank → review
14. otherwise → write: fill, renew what is ours, replace what is expired, invalid or contradicted

`overwrite_always` skips 9, 10, 11 and 13 and nothing else. A value is *ours and untouched* while it is what our ledger
last wrote there; rules 9 to 11 are about everybody else's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from accounts.account import Actor
from accounts.change import Change, ChangeKind, Code, Policy, Verdict
from accounts.golden import REPLACEABLE, Freshness, GoldenValue
from crm.view import FieldView, rival_of
from crm.wording import age, ago, days_between, evidence, quoted

__all__ = ["FieldView", "decide"]

Answer = tuple[Verdict, Code, str]
#: Evidence from here on asks about a value that might only be worded otherwise.
_SURE = 0.8


@dataclass(frozen=True, slots=True)
class _Case:
    """A field with evidence and a column: the view, the golden value, the change proposed, the evidence in words."""

    view: FieldView
    golden: GoldenValue
    change: Change
    said: str

    @property
    def overwrites(self) -> bool:
        return self.view.spec.policy is Policy.OVERWRITE_ALWAYS

    @property
    def foreign(self) -> bool:
        """True when something stands there that we did not write, or that was changed since."""
        return self.view.current is not None and not self.view.is_ours

    def against(self, reason: str) -> str:
        """The reason, with what stands there and its age before it."""
        view = self.view
        if view.current is None:
            return f"The field is blank; {reason}"
        told = f": {view.staleness.reason}" if view.staleness else ""
        return f"{quoted(view.current)} is {age(view.age_days)} ({view.status}{told}); {reason}"


def decide(view: FieldView) -> Change:
    """The change for one field and whether it goes out by itself; see the rules at the head of this module.

    Never raises for odd data: what cannot be judged is left alone and says so.
    """
    change = _proposal(view)
    if view.golden is None:
        told = f" ({view.staleness.reason})" if view.staleness else ""
        return replace(change, reason=f"No source says anything{told}.")
    case = _Case(view, view.golden, change, evidence(view.golden, change.value or "", view.now))
    answers = (rule(case) for rule in _RULES)
    verdict, code, reason = next((a for a in answers if a is not None), None) or _write(case)
    return replace(change, verdict=verdict, code=code, reason=reason)


def _proposal(view: FieldView) -> Change:
    change = Change(
        account_id=view.account.id, field=view.spec.name, column=view.column or "",
        kind=ChangeKind.FILL if view.current is None else ChangeKind.REPLACE,
        verdict=Verdict.NOTHING, code=Code.NO_EVIDENCE, reason="", base=view.current, value=None,
        base_age_days=None if view.current is None else view.age_days, weight=view.weight * view.spec.weight,
    )  # fmt: skip
    if view.golden is None:
        return change
    return replace(
        change,
        value=view.spec.value_type.render(view.golden.value, view.hints),
        value_key=view.golden.key,
        confidence=view.golden.confidence,
        sources=view.golden.sources,
        observation_ids=view.golden.observation_ids,
        evidence_age_days=days_between(view.golden.observed_at, view.now),
    )


def _no_column(case: _Case) -> Answer | None:
    if case.view.column is not None:
        return None
    return Verdict.HOLD, Code.NO_COLUMN, f"The CRM has no column for it; known is {case.said}."


def _confirmed(case: _Case) -> Answer | None:
    if not case.view.says_the_same(case.golden):
        return None
    return Verdict.CONFIRM, Code.SAME_VALUE, f"{quoted(case.view.current)} is confirmed by {case.said}."


def _forbidden(case: _Case) -> Answer | None:
    standing = case.view.standing
    if case.view.spec.policy is Policy.NEVER:
        return (
            Verdict.HOLD,
            Code.POLICY_NEVER,
            f"The field's policy is `never`: it is people's; known is {case.said}.",
        )
    if standing.locked:
        note = f": {standing.lock_note}" if standing.lock_note else ""
        return Verdict.HOLD, Code.LOCKED, f"A steward locked this field{note}; known is {case.said}."
    if case.view.account.held:
        return Verdict.HOLD, Code.RECORD_HELD, f"The record is on hold in the CRM; known is {case.said}."
    return None


def _turned_down(case: _Case) -> Answer | None:
    if case.golden.key not in case.view.standing.kept_keys:
        return None
    kept = f"A person saw {quoted(case.change.value)} and kept {quoted(case.view.current)}"
    return Verdict.HOLD, Code.KEPT_BY_PERSON, f"{kept}; not asked again until the evidence changes."


def _accepted(case: _Case) -> Answer | None:
    """A steward's word counts once, and only about the value it was given about."""
    standing = case.view.standing
    if standing.accepted_item:
        meant = standing.accepted_item == case.change.id
    else:
        meant = standing.accepted_key is not None and standing.accepted_key == case.golden.key
    overruled = standing.ours_key == case.golden.key and case.view.edited_since_ours
    if not meant or overruled:
        return None
    who = standing.accepted_by or "a steward"
    reason = f"{who} accepted {case.said} in place of {quoted(case.view.current)}."
    return Verdict.WRITE, Code.ACCEPTED_BY_STEWARD, reason


def _cleared(case: _Case) -> Answer | None:
    if not case.view.cleared_by_person:
        return None
    return (
        Verdict.HOLD,
        Code.CLEARED_BY_PERSON,
        f"Somebody cleared this field; it stays clear. Known is {case.said}.",
    )


def _fill_only(case: _Case) -> Answer | None:
    if case.view.spec.policy is not Policy.FILL_BLANK or case.view.current is None:
        return None
    return Verdict.HOLD, Code.POLICY_FILL_ONLY, f"The policy only fills blanks; known is {case.said}."


def _undone(case: _Case) -> Answer | None:
    if case.golden.key not in case.view.standing.undone_keys:
        return None
    reason = f"this was written once and undone, so it is asked: {case.said}."
    return Verdict.REVIEW, Code.UNDONE_BEFORE, case.against(reason)


def _worded(case: _Case) -> Answer | None:
    """Another wording from a source that guesses (a trade told by the words of a page) is no reason to ask anybody."""
    view = case.view
    if case.overwrites or not case.foreign or not view.spec.free_wording:
        return None
    if view.status in (Freshness.INVALID, Freshness.CONTRADICTED) or case.golden.confidence >= _SURE:
        return None
    reason = (
        f"{quoted(view.current)} may be worded otherwise, and {case.said} is not sure enough to ask about."
    )
    return Verdict.NOTHING, Code.NOT_STALE, reason


def _person(case: _Case) -> Answer | None:
    view = case.view
    if case.overwrites or not view.in_human_hold:
        return None
    days = days_between(view.history.changed_at, view.now)
    who = view.history.changed_by or ("a person" if view.history.actor is Actor.PERSON else "somebody")
    when = ago(days)
    if view.edited_since_ours:
        who, when = f"{who}, after us,", "since our own write" if days is None else when
    reason = (
        f"{who} set {quoted(view.current)} {when}, within the {view.spec.hold_days} days an edit by a person is "
        f"left alone; the evidence says {case.said}."
    )
    return Verdict.REVIEW, Code.PERSON_EDITED, reason


def _not_stale(case: _Case) -> Answer | None:
    view = case.view
    if case.overwrites or not case.foreign or view.status in REPLACEABLE:
        return None
    if case.golden.confidence < view.spec.min_confidence or view.link_unsure:
        reason = f"{quoted(view.current)} is not stale, and {case.said} is not sure enough to ask about."
        return Verdict.NOTHING, Code.BELOW_CONFIDENCE, reason
    if view.spec.free_wording:
        reason = f"{quoted(view.current)} is not stale, and another wording is no contradiction: {case.said}."
        return Verdict.NOTHING, Code.NOT_STALE, reason
    if view.age_days is None:
        reason = f"The age of {quoted(view.current)} is unknown; the evidence says {case.said}."
        return Verdict.REVIEW, Code.AGE_UNKNOWN, reason
    trusted = f"{quoted(view.current)} is {age(view.age_days)} and trusted for {view.spec.ttl_days}"
    return Verdict.REVIEW, Code.NOT_STALE, f"{trusted}; the evidence says {case.said}."


def _doubtful(case: _Case) -> Answer | None:
    """Evidence that is not good enough to be written unseen, whatever stands there."""
    view, golden = case.view, case.golden
    if golden.confidence < view.spec.min_confidence:
        reason = f"{case.said} is below the field's bar of {view.spec.min_confidence:.2f}."
        return (
            Verdict.NOTHING if view.is_ours else Verdict.REVIEW,
            Code.BELOW_CONFIDENCE,
            case.against(reason),
        )
    if view.link is not None and view.link_unsure:
        reason = f"it is unsure that the source means this company ({view.link.reason}); it says {case.said}."
        return Verdict.REVIEW, Code.LINK_UNSURE, case.against(reason)
    rival = rival_of(golden)
    if rival is not None:
        value, sources = rival
        reason = (
            f"sources of equal weight differ: {case.said}, but {quoted(value)} from {' and '.join(sources)}."
        )
        return Verdict.REVIEW, Code.AMBIGUOUS, case.against(reason)
    if view.is_newer_than(golden):
        return (
            Verdict.REVIEW,
            Code.NOT_STALE,
            case.against(f"the evidence is older than the value: {case.said}."),
        )
    return None


def _sensitive(case: _Case) -> Answer | None:
    if case.view.current is None or not case.view.spec.sensitive or case.overwrites:
        return None
    reason = f"the field is sensitive, so replacing it is asked; the evidence says {case.said}."
    return Verdict.REVIEW, Code.SENSITIVE, case.against(reason)


_REPLACED = {
    Freshness.EXPIRED: Code.EXPIRED_REPLACED,
    Freshness.INVALID: Code.INVALID_REPLACED,
    Freshness.CONTRADICTED: Code.CONTRADICTED_REPLACED,
}


def _write(case: _Case) -> Answer:
    said = f"the evidence says {case.said}."
    if case.view.current is None:
        return Verdict.WRITE, Code.BLANK_FILLED, case.against(said)
    if case.view.is_ours:
        return Verdict.WRITE, Code.OURS_RENEWED, case.against(f"we wrote it and nobody touched it; {said}")
    if case.view.status in _REPLACED and not case.overwrites:
        return Verdict.WRITE, _REPLACED[case.view.status], case.against(said)
    return Verdict.WRITE, Code.POLICY_OVERWRITE, case.against(f"the policy is `overwrite_always`; {said}")


_RULES: tuple[Callable[[_Case], Answer | None], ...] = (
    _no_column, _confirmed, _forbidden, _turned_down, _accepted, _cleared, _fill_only, _undone, _worded, _person,
    _not_stale, _doubtful, _sensitive,
)  # fmt: skip

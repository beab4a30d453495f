"""What a decision is made from: one field of one account at one time, with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.account import Account, Actor, FieldHistory
from accounts.catalogue import FieldSpec
from accounts.change import Standing
from accounts.golden import Freshness, GoldenValue, Staleness
from accounts.link import Link, LinkDecision
from accounts.values import Hints, no_hints
from accounts.values.phone import same_line
from crm.merge import same_text
from crm.wording import days_between

#: A loser from another source counts as a rival when its score comes this near to the winner's.
RIVAL = 0.97


@dataclass(frozen=True, slots=True)
class FieldView:
    """Everything `decide` may look at.

    `column` is the CRM's name of the field, None where it has none. `current` is the CRM's own text (None where
    blank) and `current_key` its identity under the account's hints. `history` says who put it there and when, best
    evidence first (`crm.history.history_of`). `link` is the least sure link the golden value rests on, None where
    the account itself names the source. `held_as` is what the CRM would hold for the golden value (its pick-list entry, its format). `weight` is the account's value, 1 being ordinary. Times in UTC.
    """

    account: Account
    spec: FieldSpec
    column: str | None
    current: str | None
    current_key: str
    golden: GoldenValue | None
    staleness: Staleness | None
    history: FieldHistory
    standing: Standing
    now: datetime
    link: Link | None = None
    weight: float = 1.0
    hints: Hints = no_hints
    held_as: str | None = None

    @property
    def age_days(self) -> int | None:
        """The age of the CRM's value in days, None where unknown."""
        if self.staleness is not None and self.staleness.age_days is not None:
            return self.staleness.age_days
        return days_between(self.history.changed_at, self.now)

    @property
    def status(self) -> Freshness:
        """Where the field stands; a field nobody judged is *due*."""
        return self.staleness.status if self.staleness is not None else Freshness.DUE

    @property
    def is_ours(self) -> bool:
        """True when what stands there is what we last wrote there; the same value retyped is somebody's own."""
        standing = self.standing
        if self.current is None or not standing.ours_key or standing.ours_key != self.current_key:
            return False
        return standing.ours_text is None or same_text(self.current, standing.ours_text)

    @property
    def edited_since_ours(self) -> bool:
        """True when we wrote this field and another value, or none, stands there now."""
        return bool(self.standing.ours_key) and not self.is_ours

    @property
    def cleared_by_person(self) -> bool:
        """True when the field is blank because somebody emptied it, not because nobody ever filled it."""
        if self.current is not None:
            return False
        told = self.account.history.get(self.spec.name)
        emptied = told is not None and told.actor is Actor.PERSON
        return self.standing.cleared_by_person or self.edited_since_ours or emptied

    @property
    def in_human_hold(self) -> bool:
        """True when a person, or hands nobody knows, touched the value within the field's hold.

        Unknown hands count where their change is dated, or where they changed what we had written; an edit of
        unknown age is taken for a young one.
        """
        if self.current is None or self.is_ours:
            return False
        actor, at = self.history.actor, self.history.changed_at
        unknown = actor is Actor.UNKNOWN and at is not None
        over_ours = self.edited_since_ours and not self._machine_since_ours
        if not (actor is Actor.PERSON or unknown or over_ours):
            return False
        times = [t for t in (at, self.standing.ours_at if over_ours else None) if t is not None]
        return not times or self.now - max(times) < timedelta(days=self.spec.hold_days)

    @property
    def _machine_since_ours(self) -> bool:
        """True when the history owns up to a machine's change after our own write."""
        at, ours_at = self.history.changed_at, self.standing.ours_at
        return (
            self.history.actor is Actor.MACHINE and at is not None and ours_at is not None and at >= ours_at
        )

    @property
    def link_unsure(self) -> bool:
        """True when the golden value rests on a record that may be another company's."""
        return self.link is not None and self.link.decision is not LinkDecision.ACCEPT

    def says_the_same(self, golden: GoldenValue) -> bool:
        """True when the CRM's value equals any observed one; for phones, when it is the same line.

        A cell that joins several values says the same when all of them are observed; one of ours must hold them all.
        """
        keys = (golden.key, *golden.confirming_keys)
        if self.current is None or self.current_key in keys:
            return self.current is not None
        if same_text(self.current, self.held_as) or (self.is_ours and self.standing.meant_key == golden.key):
            return True
        if self.spec.joined and not self.is_ours:
            return set(self.current_key.split(";")) <= set(golden.confirming_keys)
        return self.spec.type == "phone" and any(same_line(self.current_key, key) for key in keys)

    def is_newer_than(self, golden: GoldenValue) -> bool:
        """True when the value came to stand there after the evidence was read; an invalid value has no such merit."""
        if self.current is None or self.is_ours or self.status is Freshness.INVALID:
            return False
        return self.history.changed_at is not None and golden.observed_at < self.history.changed_at


def rival_of(golden: GoldenValue) -> tuple[str, tuple[str, ...]] | None:
    """A losing value (and its sources) that another source backs with nearly the winner's score, or None."""
    truths = (golden.key, *golden.confirming_keys)
    for loser in golden.losers:
        near = loser.score >= RIVAL * golden.score
        if near and loser.key not in truths and not set(loser.sources) <= set(golden.sources):
            return loser.value, loser.sources
    return None

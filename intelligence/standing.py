"""What people said about signals: wrong company, wrong event, not useful. Kept as decisions, used from the next night on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.change import ReviewDecision
from intelligence.duplicates import ALIKE, shingles

#: The field under which feedback stands among the decisions.
FEEDBACK = "signals"
WRONG_COMPANY, WRONG_EVENT, NOT_USEFUL = "wrong-company", "wrong-event", "not-useful"
KINDS = (WRONG_COMPANY, WRONG_EVENT, NOT_USEFUL)
_TAKES_BACK = frozenset({WRONG_COMPANY, WRONG_EVENT})


@dataclass(slots=True)
class Feedback:
    """All feedback summed. `away` holds (account, source, record) or (account, "", address) that are not to speak of it."""

    away: set[tuple[str, str, str]] = field(default_factory=set)
    taken_back: dict[str, str] = field(default_factory=dict)
    titles: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    useless: set[str] = field(default_factory=set)
    useless_classes: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def of(cls, decisions: Iterable[ReviewDecision]) -> Feedback:
        """The sum of the decisions that are feedback; others are passed over."""
        total = cls()
        for decision in decisions:
            if decision.extras.get("kind") == "feedback":
                total._take(decision)
        return total

    def _take(self, decision: ReviewDecision) -> None:
        extras, account = decision.extras, decision.account_id
        what, ids = extras.get("what", ""), _listed(extras, "signal_ids")
        if what in _TAKES_BACK:
            self.taken_back |= dict.fromkeys(ids, what)
            self.titles.setdefault((account, extras.get("event_class", "")), []).extend(
                _listed(extras, "titles")
            )
        if what == WRONG_COMPANY:
            self.away |= {(account, "", url) for url in _listed(extras, "urls")}
            for record in _listed(extras, "records"):
                source, _, name = record.partition(" ")
                self.away.add((account, source, name))
        if what == NOT_USEFUL:
            self.useless |= set(ids)
            self.useless_classes[account, extras.get("event_class", "")] += 1

    def keeps_away(self, account_id: str, source: str, record_id: str, url: str) -> bool:
        """True where a person said that this record, or this page, is about another company."""
        return (account_id, "", url) in self.away or (account_id, source, record_id) in self.away

    def told_wrongly(self, account_id: str, event_class: str, title: str) -> bool:
        """True for another telling of a story that was taken back: a title alike."""
        mine = shingles(title)
        return any(
            mine and len(mine & other) / len(mine | other) >= ALIKE
            for other in map(shingles, self.titles.get((account_id, event_class), ()))
        )

    def worth(self, account_id: str, event_class: str, signal_ids: Iterable[str]) -> float:
        """The share of its points a story keeps: none once it was called useless, half for each other one of its class."""
        if any(i in self.useless for i in signal_ids):
            return 0.0
        return float(0.5 ** self.useless_classes[account_id, event_class])


def _listed(extras: dict[str, str], name: str) -> list[str]:
    return [part for part in extras.get(name, "").split("\n") if part]

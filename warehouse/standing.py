"""What people have said about a field: locks, kept values, accepted proposals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from accounts.change import ReviewAction, ReviewDecision

#: Decisions on whole accounts carry this in place of a field.
WHOLE_ACCOUNT = "*"

#: Kinds of words, in `extras` and in place of a field: another name of an account; whether two accounts are one company.
ALIAS, MERGE = "alias", "merge"


@dataclass
class Said:
    """The sum of what was decided about one field of one account."""

    locked: bool = False
    lock_note: str = ""
    kept_keys: set[str] = field(default_factory=set)
    accepted_key: str | None = None
    accepted_by: str | None = None
    accepted_item: str | None = None


class Decided:
    """All decisions, summed per account and field. Later words override earlier ones."""

    def __init__(self, decisions: Iterable[ReviewDecision]) -> None:
        self._fields: dict[tuple[str, str], Said] = defaultdict(Said)
        self._links: dict[tuple[str, str], bool] = {}
        self._names: dict[str, dict[str, ReviewDecision]] = defaultdict(dict)
        self.pairs: dict[frozenset[str], ReviewDecision] = {}
        self.settled_items: set[str] = set()
        for decision in decisions:
            self._take(decision)

    def _take(self, d: ReviewDecision) -> None:
        if d.extras.get("kind") == "link" and d.action in (ReviewAction.ACCEPT, ReviewAction.REJECT):
            self._links[d.account_id, d.proposed_key] = d.action is ReviewAction.ACCEPT
            self.settled_items.add(d.item_id)
            return
        if d.extras.get("kind") == ALIAS:
            self._names[d.account_id][d.proposed_key] = d
            return
        if d.extras.get("kind") == MERGE:
            self.pairs[frozenset((d.account_id, d.proposed_key))] = d
            return
        said = self._fields[d.account_id, d.field]
        if d.action is ReviewAction.LOCK:
            said.locked, said.lock_note = (
                True,
                f"locked by {d.by} on {d.at:%Y-%m-%d}" + (f": {d.note}" if d.note else ""),
            )
        elif d.action is ReviewAction.UNLOCK:
            said.locked = False
            return
        elif d.action is ReviewAction.ACCEPT:
            said.accepted_key, said.accepted_by, said.accepted_item = d.proposed_key, d.by, d.item_id
            said.kept_keys.discard(d.proposed_key)
            if d.carried_out_by:
                said.accepted_key = said.accepted_item = None
        else:
            said.kept_keys.add(d.proposed_key)
            if said.accepted_key == d.proposed_key:
                said.accepted_key = None
        self.settled_items.add(d.item_id)

    def said(self, account_id: str, field_name: str) -> Said:
        """What was said about a field; a lock on the whole account counts for each of its fields."""
        own = self._fields.get((account_id, field_name)) or Said()
        whole = self._fields.get((account_id, WHOLE_ACCOUNT))
        if whole and whole.locked and not own.locked:
            return Said(
                True, whole.lock_note, own.kept_keys, own.accepted_key, own.accepted_by, own.accepted_item
            )
        return own

    def judged(self, account_id: str, source: str, record_id: str) -> bool | None:
        """A steward's word on whether a source's record is the account."""
        return self._links.get((account_id, f"{source}:{record_id}"))

    def links(self) -> Mapping[tuple[str, str], bool]:
        """All words on records: (account, `source:record`) → whether they are the same."""
        return self._links

    def aliases(self, account_id: str) -> Iterable[str]:
        """Names that stewards gave an account."""
        return tuple(d.extras["text"] for d in self.named(account_id) if d.action is ReviewAction.ACCEPT)

    def named(self, account_id: str | None = None) -> Iterable[ReviewDecision]:
        """The words on names of an account, or of all, that stand: accepted where it is called so, rejected where not."""
        of = self._names if account_id is None else {account_id: self._names.get(account_id, {})}
        return [d for said in of.values() for d in said.values()]

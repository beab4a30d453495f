"""Merges proposed, never performed: accounts that may be one company, the worst groups first.

Companies that share a parent's domain, branches and namesakes are no duplicates: an edge of the hierarchy, or a steward's
"different", keeps two accounts out of one group. What a steward has judged is not asked again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from accounts.account import Company
from accounts.cluster import ClusterEvent, ClusterEventKind
from accounts.family import HierarchyEdge
from matchers.attributes import by_weight, compare_attributes
from matchers.clusters import dedupe
from matchers.membership import Membership
from matchers.model import probability
from matchers.names import parse
from matchers.pairs import PairMatcher
from matchers.weighing import UNLIKE, added, place_of

_KEPT_APART = (ClusterEventKind.DIFFERENT, ClusterEventKind.UNSURE)
_TOLD = 0.95
"""How sure two accounts are one, at the least, where a steward says that one is called what the other is called."""

_SO_CALLED = 20
"""Accounts of one name that another's given name leads to."""


@dataclass(frozen=True, slots=True)
class Member:
    """One account of a group: how sure it is the one that is to be kept, and why."""

    account_id: str
    probability: float
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Accounts that may be one company. `keep` is the fullest record; `members` are the others, surest first."""

    keep: str
    members: tuple[Member, ...]

    @property
    def id(self) -> str:
        """Stable while the kept record and the group stay."""
        return "+".join(sorted([self.keep, *(m.account_id for m in self.members)])[:2])

    @property
    def worst(self) -> tuple[int, float]:
        """Groups of many sure doubles are the worst."""
        return sum(m.probability >= 0.9 for m in self.members), max(m.probability for m in self.members)


def propose_merges(
    companies: Sequence[Company],
    edges: Iterable[HierarchyEdge] = (),
    filled: Mapping[str, int] | None = None,
    events: Iterable[ClusterEvent] = (),
    called: Mapping[str, Sequence[str]] | None = None,
    labels: Sequence[tuple[str, float]] | None = None,
) -> list[Proposal]:
    """Proposals among some accounts, worst first. `filled` counts each account's cells; `events` hold stewards' words,
    `called` the other names that stewards gave accounts, `labels` what `dedupe` says of them where that is known.

    What a steward has judged, either way, is not proposed again; accounts one of which is known to be called what the other
    is called are proposed, whatever else they look like.
    """
    groups = _grouped(companies, called or {}, labels or dedupe(companies))
    apart = {frozenset((e.account_id, e.other_id)) for e in edges if e.other_id}
    said = Membership(events)
    matcher: PairMatcher | None = None
    found: list[Proposal] = []
    for group, why in groups:
        matcher = matcher or PairMatcher([parse(c.names[0]) for c in companies if c.names])
        found += _proposals(group, apart, said, filled or {}, _Members(matcher, why))
    return sorted(found, key=lambda p: (tuple(-x for x in p.worst), p.keep))


def _grouped(
    companies: Sequence[Company], called: Mapping[str, Sequence[str]], found: Sequence[tuple[str, float]]
) -> list[tuple[list[Company], Mapping[str, str]]]:
    """Groups of two and more that may be one company, with what a name told by a steward says of a member."""
    labels = [label for label, _ in found]
    home = {company.id: label for company, label in zip(companies, labels, strict=True)}
    why: dict[str, str] = {}
    into: dict[str, str] = {}
    if called:
        named: dict[str, list[str]] = defaultdict(list)
        for company in companies:
            for name in company.names[:2]:
                named[parse(name).core].append(company.id)
        for account, names in called.items():
            for name in names if account in home else ():
                for other in named.get(parse(name).core, ())[:_SO_CALLED]:
                    if other != account:
                        into[_end(into, home[other])] = _end(into, home[account])
                        why[account] = why[other] = f"a steward gives {account} the name “{name}”"
    groups: dict[str, list[Company]] = defaultdict(list)
    for company, label in zip(companies, labels, strict=True):
        groups[_end(into, label)].append(company)
    return [(group, why) for group in groups.values() if len(group) > 1]


def _end(into: Mapping[str, str], label: str) -> str:
    """Where a label leads, through groups that were put together."""
    seen = {label}
    while (label := into.get(label, label)) not in seen:
        seen.add(label)
    return label


def _proposals(
    group: Sequence[Company], apart: set[frozenset[str]], said: Membership, filled: Mapping[str, int], members: _Members
) -> Iterator[Proposal]:  # fmt: skip
    """The group around its fullest record; what is kept apart from it makes a group of its own."""
    left = sorted(group, key=lambda c: (-filled.get(c.id, 0), c.id))
    while len(left) > 1:
        keep, rest = left[0], left[1:]
        told = {c.id: said.said(c.id, keep.id) for c in rest}
        ours = [c for c in rest if frozenset((c.id, keep.id)) not in apart and told[c.id] not in _KEPT_APART]
        open_ = [c for c in ours if told[c.id] is not ClusterEventKind.SAME]
        found = sorted((members.of(c, keep) for c in open_), key=lambda m: (-m.probability, m.account_id))
        if found:
            yield Proposal(keep.id, tuple(found))
        taken = {c.id for c in ours}
        left = [c for c in rest if c.id not in taken]


@dataclass(frozen=True, slots=True)
class _Members:
    """Says of an account how sure it is the kept one, and why; `told` are words of stewards about accounts."""

    matcher: PairMatcher
    told: Mapping[str, str]

    def of(self, company: Company, keep: Company) -> Member:
        """The account as a member of the group."""
        member = _member(company, keep, self.matcher)
        word = self.told.get(company.id)
        if word is None or self.told.get(keep.id) != word:
            return member
        return Member(company.id, max(member.probability, _TOLD), f"{word}; {member.reason}")


def _member(company: Company, keep: Company, matcher: PairMatcher) -> Member:
    """How sure an account is the kept one, by its name and by what else both have."""
    names = parse(company.names[0] if company.names else ""), parse(keep.names[0] if keep.names else "")
    score = float(matcher.scores([names])[0])
    more = added(company, keep, place_of(company), place_of(keep))
    total = score + (0.0 if more > 0 and score < UNLIKE else more)
    evidence = [e.words for e in by_weight(compare_attributes(company, keep))]
    reason = "; ".join([matcher.answers([names])[0].reason, *evidence[:3]])
    return Member(company.id, round(float(probability(np.array(total))), 4), reason)


def proposal_rows(proposals: Sequence[Proposal]) -> Iterator[dict[str, Any]]:
    """Rows of `merge_proposal` without their run: one a member, and one for the account that is to be kept."""
    for rank, proposal in enumerate(proposals, 1):
        shared = {"group_id": proposal.id, "rank": rank}
        yield shared | {
            "account_id": proposal.keep, "other_id": None, "keep": True, "probability": proposal.worst[1],
            "reason": "the fullest record of the group",
        }  # fmt: skip
        for member in proposal.members:
            yield shared | {
                "account_id": member.account_id, "other_id": proposal.keep, "keep": False,
                "probability": member.probability, "reason": member.reason,
            }  # fmt: skip

"""Merges proposed, never performed: accounts that may be one company, the worst groups first.

Companies that share a parent's domain, branches and namesakes are no duplicates: an edge of the hierarchy, or a steward's
"different", keeps two accounts out of one group.
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
) -> list[Proposal]:
    """Proposals among some accounts, worst first. `filled` counts each account's cells; `events` hold stewards' words."""
    labels = dedupe(companies)
    groups: dict[str, list[Company]] = defaultdict(list)
    for company, (label, _) in zip(companies, labels, strict=True):
        groups[label].append(company)
    apart = {frozenset((e.account_id, e.other_id)) for e in edges if e.other_id}
    said = Membership(events)
    matcher: PairMatcher | None = None
    found: list[Proposal] = []
    for group in groups.values():
        if len(group) < 2:
            continue
        matcher = matcher or PairMatcher([parse(c.names[0]) for c in companies if c.names])
        found += _proposals(group, apart, said, filled or {}, matcher)
    return sorted(found, key=lambda p: (tuple(-x for x in p.worst), p.keep))


def _proposals(
    group: Sequence[Company],
    apart: set[frozenset[str]],
    said: Membership,
    filled: Mapping[str, int],
    matcher: PairMatcher,
) -> Iterator[Proposal]:
    """The group around its fullest record; what is kept apart from it makes a group of its own."""
    left = sorted(group, key=lambda c: (-filled.get(c.id, 0), c.id))
    while len(left) > 1:
        keep, rest = left[0], left[1:]
        ours = [
            c
            for c in rest
            if frozenset((c.id, keep.id)) not in apart and said.said(c.id, keep.id) not in _KEPT_APART
        ]
        members = sorted(
            (_member(c, keep, matcher) for c in ours), key=lambda m: (-m.probability, m.account_id)
        )
        if members:
            yield Proposal(keep.id, tuple(members))
        taken = {c.id for c in ours}
        left = [c for c in rest if c.id not in taken]


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

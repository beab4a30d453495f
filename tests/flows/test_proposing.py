"""Merges are proposed worst first; branches, namesakes, subsidiaries and what a steward told apart are not."""

from __future__ import annotations

from datetime import UTC, datetime

from accounts.account import Company
from accounts.cluster import ClusterEvent, ClusterEventKind
from flows.proposing import proposal_rows, propose_merges
from matchers.hierarchy import hierarchy

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROWS = [
    Company("1", ("Norvel Tide Ltd",), websites=("norveltide.com",)),
    Company("2", ("NORVEL TIDE LIMITED",), websites=("https://www.norveltide.com/",)),
    Company("3", ("Norvel Tide Pumps GmbH",), websites=("norveltide.com",)),
    Company("4", ("Kestrel Bay Inc",), websites=("norveltide.com",)),
    Company("5", ("苏州青禾塔科技有限公司",)),
    Company("6", ("苏州青禾塔科技有限公司上海分公司",)),
]


def test_two_spellings_of_one_company_are_proposed_with_the_fuller_record_to_keep() -> None:
    [group] = propose_merges(ROWS, hierarchy(ROWS), {"2": 9, "1": 4})
    assert group.keep == "2" and [m.account_id for m in group.members] == ["1"]
    assert group.members[0].probability > 0.9 and "same registrable domain" in group.members[0].reason


def test_sharing_a_parents_domain_makes_no_duplicate() -> None:
    said = {
        i for p in propose_merges(ROWS, hierarchy(ROWS)) for i in (p.keep, *(m.account_id for m in p.members))
    }
    assert said.isdisjoint({"3", "4", "5", "6"})


def test_a_steward_who_told_two_accounts_apart_is_heard() -> None:
    event = ClusterEvent(1, ClusterEventKind.DIFFERENT, (), NOW, "ana", pair=("1", "2"))
    assert propose_merges(ROWS, hierarchy(ROWS), {}, [event]) == []


def test_the_group_with_most_sure_doubles_comes_first() -> None:
    rows = [Company(str(n), ("Acorn Works Ltd",), websites=("acorn.works",)) for n in range(4)] + ROWS[:2]
    proposals = propose_merges(
        [Company(f"x{c.id}" if n < 4 else c.id, c.names, c.websites) for n, c in enumerate(rows)]
    )
    assert [len(p.members) for p in proposals] == [3, 1]
    told = list(proposal_rows(proposals))
    assert [r["rank"] for r in told] == [1, 1, 1, 1, 2, 2] and sum(r["keep"] for r in told) == 2
    assert propose_merges([]) == []

"""The work list without what nobody can be asked."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.account import Account
from accounts.golden import Freshness
from accounts.run import FieldNeed, WorkItem
from flows.planning import askable


@dataclass(frozen=True)
class Offered:
    """As much of a source as planning looks at."""

    name: str
    needs: frozenset[str]


SOURCES = (
    Offered("site", frozenset({"website", "domain"})),
    Offered("edgar", frozenset({"cik"})),
    Offered("feeds", frozenset()),
)
PHONE = FieldNeed("phone", Freshness.MISSING, "blank", ("site", "edgar"))
CIK_ONLY = FieldNeed("sic", Freshness.MISSING, "blank", ("edgar",))
ANY = FieldNeed("city", Freshness.EXPIRED, "old")


def asked(needs: tuple[FieldNeed, ...], **fields: str) -> list[WorkItem]:
    return list(askable([WorkItem("A", needs, 1.0)], {"A": Account("A", fields)}, SOURCES))


def test_a_source_without_its_anchor_is_left_out() -> None:
    [item] = asked((PHONE, CIK_ONLY, ANY), website="tarn.example")
    assert [(need.field, need.sources) for need in item.needs] == [("phone", ("site",)), ("city", ())]


def test_an_account_nobody_can_be_asked_about_is_no_work() -> None:
    assert asked((PHONE, CIK_ONLY)) == []


def test_one_that_every_source_can_be_asked_about_stays_as_it_is() -> None:
    item = WorkItem("A", (PHONE, CIK_ONLY), 1.0)
    account = Account("A", {"domain": "tarn.example", "cik": "0000000001"})
    [found] = askable([item], {"A": account}, SOURCES)
    assert found is item


def test_accounts_share_the_needs_that_are_cut_alike() -> None:
    accounts = {name: Account(name, {"website": f"{name}.example"}) for name in "AB"}
    first, second = askable([WorkItem(name, (PHONE,), 1.0) for name in "AB"], accounts, SOURCES)
    assert first.needs[0] is second.needs[0]

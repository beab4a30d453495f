"""Parents, head offices, owners and namesakes are told apart from each other and from the same company."""

from __future__ import annotations

import pytest

from accounts.account import Company
from accounts.family import EdgeKind, HierarchyEdge, StatedParent
from matchers.hierarchy import MOST, hierarchy
from matchers.owners import owner_kind


def edges_of(
    *rows: tuple[str, str] | tuple[str, str, str], stated: tuple[StatedParent, ...] = ()
) -> dict[tuple[str, str], HierarchyEdge]:
    companies = [Company(r[0], (r[1],), websites=(r[2],) if len(r) > 2 else ()) for r in rows]
    return {(e.account_id, e.kind.value): e for e in hierarchy(companies, stated)}


@pytest.mark.parametrize(
    "branch",
    ["苏州青禾塔科技有限公司上海分公司"],
)
def test_a_chinese_branch_belongs_to_the_company_it_names(branch: str) -> None:
    found = edges_of(("1", "苏州青禾塔科技有限公司"), ("2", branch))
    edge = found["2", "head_office"]
    assert (edge.other_id, edge.grade) == ("1", "A") and "上海分公司" in edge.evidence
    assert ("1", "head_office") not in found


@pytest.mark.parametrize(
    "branch", ["Norvel Tide Ltd, Shanghai Branch", "Norvel Tide Limited - Singapore Branch"]
)
def test_a_latin_branch_belongs_to_the_company_it_names(branch: str) -> None:
    assert edges_of(("1", "Norvel Tide Ltd"), ("2", branch))["2", "head_office"].other_id == "1"


def test_one_brand_in_two_cities_is_two_siblings() -> None:
    found = edges_of(("1", "青禾塔科技（深圳）有限公司"), ("2", "苏州青禾塔科技有限公司"))
    assert found["1", "sibling"].other_id == "2" and "深圳 against 苏州" in found["1", "sibling"].evidence
    assert found["2", "sibling"].grade == "C"


def test_what_stands_on_the_parents_site_and_carries_its_name_is_below_it() -> None:
    rows = (
        ("1", "Norvel Tide Ltd", "norveltide.com"),
        ("2", "Norvel Tide Pumps GmbH", "www.norveltide.com/pumps"),
    )
    found = edges_of(*rows)
    assert found["2", "parent"].other_id == "1" and ("1", "parent") not in found


def test_a_stated_parent_is_found_among_the_accounts_once() -> None:
    said = StatedParent(
        "2", "parent", "Norvel Tide Limited", 0.93, "gleif", "direct parent: Norvel Tide Limited"
    )
    found = edges_of(
        ("1", "Norvel Tide Ltd"),
        ("2", "Kestrel Bay Inc"),
        ("3", "Norvel Tide Ltd, Hull Branch"),
        stated=(said,),
    )
    edge = found["2", "parent"]
    assert (edge.other_id, edge.grade, edge.source) == ("1", "A", "gleif")
    assert "direct parent: Norvel Tide Limited" in edge.evidence


def test_a_fund_is_an_owner_and_no_parent() -> None:
    said = StatedParent("1", "parent", "Kestrel Private Equity LP", 0.85, "site")
    found = edges_of(("1", "Acorn Works"), stated=(said,))
    assert found["1", "owner"].other_id is None and ("1", "parent") not in found


def test_nobody_is_its_own_parent_and_twins_are_not_guessed_between() -> None:
    own = StatedParent("1", "ultimate_parent", "ACORN WORKS Inc", 0.9, "gleif")
    twin = StatedParent("2", "parent", "Acorn Works", 0.9, "gleif")
    rows = (("1", "Acorn Works"), ("2", "Birch Mill"), ("3", "Acorn Works Ltd"))
    found = edges_of(*rows, stated=(own, twin))
    assert ("1", "ultimate_parent") not in found and found["2", "parent"].other_id is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Norvel Capital Partners IV", "fund"), ("青禾创业投资有限公司", "fund"), ("Ministry of Tides", "government"),
        ("某省人民政府国有资产监督管理委员会", "government"), ("Holding 7 Limited", "holding"), ("Hong Kong Holdings Ltd", "holding"),
        ("Birch Holdings plc", ""), ("Norvel Group plc", ""), ("青禾塔控股集团有限公司", ""), ("", ""),
    ],
)  # fmt: skip
def test_owners_are_told_by_their_names(name: str, kind: str) -> None:
    assert owner_kind(name) == kind


def test_a_crowd_of_one_brand_takes_no_quadratic_time() -> None:
    rows = [
        (str(n), f"青禾塔{'科技' if n % 2 else '物流'}（{'深圳' if n % 3 else '苏州'}）有限公司")
        for n in range(2000)
    ]
    found = hierarchy([Company(i, (name,), websites=("shared-site.com",)) for i, name in rows])
    assert len([e for e in found if e.kind is EdgeKind.SIBLING]) <= MOST * MOST

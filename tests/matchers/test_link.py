from __future__ import annotations

from collections.abc import Iterable

import pytest

from accounts.account import Company
from accounts.link import Candidate, Link, LinkDecision
from matchers import link_account


def company(identity: str, name: str, **more: object) -> Company:
    return Company(id=identity, names=(name,), **more)  # type: ignore[arg-type]


def link(account: Company, *candidates: Company, stated: bool = False) -> Link:
    found = link_account(
        account,
        [Candidate("list", c, "https://list.example/", stated) for c in candidates],
        account_id="a",
        source="list",
    )
    assert found is not None
    return found


class Judged:
    def __init__(self, said: dict[str, bool], names: Iterable[str] = ()) -> None:
        self._said, self._names = said, tuple(names)

    def judged(self, account_id: str, source: str, record_id: str) -> bool | None:
        return self._said.get(record_id)

    def aliases(self, account_id: str) -> Iterable[str]:
        return self._names


def test_no_candidates_no_link() -> None:
    assert link_account(company("1", "Velmont"), [], account_id="a", source="list") is None


def test_full_unique_name_is_accepted() -> None:
    found = link(
        company("1", "Velmont, Inc.", address={"country": "US"}),
        company("9", "Velmont, Inc."),
        company("8", "Velmont Hotels Ltd"),
    )
    assert (found.record_id, found.decision) == ("9", LinkDecision.ACCEPT)
    assert found.grades["name"] == "A"
    assert found.runner_up_id == "8"
    assert found.probability >= 0.95
    assert found.model


def test_a_bare_brand_among_several_registrants_is_reviewed() -> None:
    found = link(company("1", "Summit"), company("9", "Summit Inc"), company("8", "Summit Ltd"))
    assert found.decision is LinkDecision.REVIEW


def test_a_bare_brand_is_no_proof() -> None:
    assert link(company("1", "Velmont"), company("9", "Velmont, Inc.")).decision is LinkDecision.REVIEW


def test_the_same_domain_is_accepted_with_both_values_in_the_reason() -> None:
    found = link(
        company("1", "Velmont", websites=("https://www.velmont.example.com",)),
        company("9", "Velmont Industries", websites=("http://velmont.example.com/about",)),
    )
    assert found.decision is LinkDecision.ACCEPT
    assert "example.com" in found.reason
    assert "Velmont Industries" in found.reason


def test_a_shared_host_is_no_proof() -> None:
    found = link(
        company("1", "Velmont", websites=("https://facebook.com/velmont",)),
        company("9", "Kestrel Foods", websites=("https://www.facebook.com/kestrel",)),
    )
    assert found.decision is LinkDecision.REJECT
    assert "domain" not in found.grades


def test_another_country_is_reviewed() -> None:
    found = link(
        company("1", "Velmont Ltd", address={"country": "GB"}),
        company("9", "Velmont Ltd", address={"country": "US"}),
    )
    assert found.decision is LinkDecision.REVIEW
    assert found.grades["country"] == "F"


def test_names_with_nothing_in_common_are_rejected() -> None:
    assert (
        link(company("1", "Velmont, Inc."), company("9", "Kestrel Foods Ltd")).decision is LinkDecision.REJECT
    )


def test_a_name_inside_another_is_not_enough() -> None:
    found = link(
        company("1", "Ember"), company("9", "November Capital"), company("8", "Embers of the North Sea Oil")
    )
    assert found.decision is not LinkDecision.ACCEPT


def test_stated_record_is_accepted_whatever_its_title() -> None:
    account = company("1", "Velmont", websites=("https://velmont.com",))
    assert (
        link(account, company("9", "Welcome", websites=("https://velmont.com",)), stated=True).decision
        is LinkDecision.ACCEPT
    )


def test_stated_record_that_contradicts_is_reviewed() -> None:
    account = company("1", "Velmont", address={"country": "US", "city": "上海"})
    other = company("9", "Kestrel Foods", address={"country": "DE", "city": "广州"})
    assert link(account, other, stated=True).decision is LinkDecision.REVIEW


def test_other_identifier_bars_acceptance() -> None:
    found = link(
        company("1", "Velmont, Inc.", identifiers={"cik": "111"}),
        company("9", "Velmont, Inc.", identifiers={"cik": "222"}),
    )
    assert found.decision is not LinkDecision.ACCEPT


def test_an_identifier_with_a_failed_check_weighs_less() -> None:
    sound, broken = "549300LBI3LRIZ2V8V66", "549300LBI3LRIZ2V8V67"
    strong = link(
        company("1", "V", identifiers={"lei": sound}), company("9", "V", identifiers={"lei": sound})
    )
    weak = link(
        company("1", "V", identifiers={"lei": broken}), company("9", "V", identifiers={"lei": broken})
    )
    assert strong.grades["identifier"] == "A"
    assert weak.grades["identifier"] == "B"
    assert "check digit" in weak.reason


def test_across_scripts_with_one_domain() -> None:
    found = link(
        company("1", "深圳市蓝鲸海科技有限公司", websites=("www.lanjinghai.cn",)),
        company("9", "Shenzhen Lanjinghai Technology Co., Ltd.", websites=("https://lanjinghai.cn/en",)),
        company("8", "Suzhou Lanjing Trading"),
    )
    assert (found.record_id, found.decision) == ("9", LinkDecision.ACCEPT)


@pytest.mark.parametrize(("said", "decision"), [(True, LinkDecision.ACCEPT), (False, LinkDecision.REJECT)])
def test_a_judgement_overrides(said: bool, decision: LinkDecision) -> None:
    account = company("1", "Velmont, Inc.")
    candidate = Candidate("list", company("9", "Velmont, Inc." if not said else "Kestrel"), "", False)
    found = link_account(account, [candidate], account_id="a", source="list", judgements=Judged({"9": said}))
    assert found is not None
    assert found.decision is decision


def test_an_alias_is_a_name() -> None:
    candidate = Candidate("list", company("9", "Kestrel Foods Ltd"), "", False)
    found = link_account(
        company("1", "Velmont"),
        [candidate],
        account_id="a",
        source="list",
        judgements=Judged({}, ["Kestrel Foods Ltd"]),
    )
    assert found is not None
    assert found.decision is LinkDecision.ACCEPT


def test_nameless_companies_do_not_crash() -> None:
    nobody = Company(id="", names=())
    assert link(nobody, nobody).decision is LinkDecision.REJECT

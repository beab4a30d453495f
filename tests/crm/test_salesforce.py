"""Salesforce in particular: logging in, guards, bulk, setting up, and input that is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.change import Change, WriteStatus
from accounts.config import Config, CrmConfig
from accounts.errors import ConfigError, CrmBudgetSpent, CrmRefused, CrmUnavailable
from crm.apply import apply_change_set
from crm.salesforce import Salesforce
from demo.simulate.org import OrgClock
from demo.simulate.salesforce import SalesforceSimulator, make
from demo.simulate.salesforce_oauth import CLIENT, SECRET, USERNAME
from tests.crm.build import CATALOGUE, CLOCK, NOW, change, change_set
from tests.crm.memory_ledger import MemoryLedger

PHONE = "+44 20 7946 0000"


@pytest.fixture
def org(tmp_path: Path) -> Iterator[SalesforceSimulator]:
    simulated = make(0, OrgClock(NOW, timedelta(seconds=1)))
    simulated.start()
    simulated.settings(tmp_path)
    yield simulated
    simulated.stop()


def open_crm(
    org: SalesforceSimulator, folder: Path, columns: dict[str, Any] | None = None, **options: Any
) -> Salesforce:
    given = {"host": org.url, "login": org.url, "client_id": CLIENT, "username": USERNAME,
             "private_key_file": str(folder / "simulated-salesforce.pem"), **options}  # fmt: skip
    config = Config(
        crm=CrmConfig(
            kind="salesforce",
            options={k: v for k, v in given.items() if v is not None},
            columns=columns or {},
        )
    )
    crm = Salesforce(config, CATALOGUE, CLOCK)
    crm.sleep = lambda _: None
    return crm


def write(crm: Salesforce, *changes: Change) -> list[tuple[str, WriteStatus, str]]:
    report = apply_change_set(crm, MemoryLedger(), change_set(*changes), CLOCK)
    return [(o.change.field, o.status, o.message) for o in report.outcomes]


# -- logging in ------------------------------------------------------------------------------------------------


def test_both_ways_to_log_in(
    org: SalesforceSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    org.org.add({"Name": "Birch Lamps"})
    assert len(open_crm(org, tmp_path).pull().accounts) == 1
    monkeypatch.setenv("EVERGREEN_SALESFORCE_CLIENT_SECRET", SECRET)
    assert len(open_crm(org, tmp_path, private_key_file=None, username=None).pull().accounts) == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"client_id": "somebody else's"}, "consumer key of the connected app"),
        ({"username": "nobody@example.com"}, "pre-authorised"),
    ],
)
def test_wrong_credentials_name_the_remedy(
    org: SalesforceSimulator, tmp_path: Path, options: dict[str, str], told: str
) -> None:
    with pytest.raises(CrmUnavailable, match="refuses to log us in") as refused:
        open_crm(org, tmp_path, **options).describe()
    assert told in refused.value.remedy
    assert refused.value.exit_code == 3


def test_a_wrong_secret_is_not_shown(
    org: SalesforceSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERGREEN_SALESFORCE_CLIENT_SECRET", "wrong-and-very-secret")
    with pytest.raises(CrmUnavailable) as refused:
        open_crm(org, tmp_path, private_key_file=None).describe()
    assert "wrong-and-very-secret" not in str(refused.value) + refused.value.raw


def test_a_key_others_may_read_or_that_is_none(org: SalesforceSimulator, tmp_path: Path) -> None:
    key = tmp_path / "simulated-salesforce.pem"
    key.chmod(0o644)
    with pytest.raises(ConfigError, match="read by others"):
        open_crm(org, tmp_path).describe()
    key.chmod(0o600)
    key.write_text("-----BEGIN CERTIFICATE-----")
    with pytest.raises(ConfigError, match="no RSA private key"):
        open_crm(org, tmp_path).describe()


def test_a_wrong_host_is_named(org: SalesforceSimulator, tmp_path: Path) -> None:
    dead = "http://127.0.0.1:9"
    with pytest.raises(CrmUnavailable, match=r"127\.0\.0\.1:9 is out of reach") as refused:
        open_crm(org, tmp_path, host=dead, login=dead).describe()
    assert "host" in refused.value.remedy
    with pytest.raises(ConfigError, match="unencrypted"):
        open_crm(org, tmp_path, host="http://crm.example.com")


def test_a_proxy_that_answers_html_with_status_200(org: SalesforceSimulator, tmp_path: Path) -> None:
    account, crm = org.org.add({"Name": "Birch Lamps"}), open_crm(org, tmp_path)
    crm.describe()
    org.org.faults.html = 1
    with pytest.raises(
        CrmUnavailable, match="web page titled 'Access to this site is being checked'"
    ) as refused:
        crm.pull()
    assert "proxy" in refused.value.remedy
    org.org.faults.html = 1
    with pytest.raises(CrmUnavailable, match="web page"):
        write(crm, change(account, "phone", None, PHONE, column="Phone"))
    assert org.org.writes == 0


def test_a_token_that_expires_is_renewed_once(org: SalesforceSimulator, tmp_path: Path) -> None:
    account, crm = org.org.add({"Name": "Birch Lamps"}), open_crm(org, tmp_path)
    crm.describe()
    for _ in range(3):
        org.org.faults.expire = 1
        assert list(crm.read([account])) == [account]
    org.org.faults.expire = 99
    with pytest.raises(CrmUnavailable, match="refuses our credentials"):
        crm.read([account])


def test_slow_down_is_obeyed_and_trouble_is_not_taken_for_an_answer(
    org: SalesforceSimulator, tmp_path: Path
) -> None:
    account, crm = org.org.add({"Name": "Birch Lamps"}), open_crm(org, tmp_path)
    waited: list[float] = []
    crm.sleep = waited.append
    crm.describe()
    org.org.faults.throttle, org.org.faults.retry_after = 2, 7
    assert list(crm.read([account])) == [account]
    assert waited == [7, 7]
    org.org.faults.fail = 99
    with pytest.raises(CrmUnavailable, match="in trouble"):
        crm.read([account])


# -- the org ---------------------------------------------------------------------------------------------------


def test_an_org_without_our_fields(tmp_path: Path) -> None:
    with make(1, OrgClock(NOW), ours=False) as bare:
        assert isinstance(bare, SalesforceSimulator)
        bare.settings(tmp_path)
        crm = open_crm(bare, tmp_path)
        schema = crm.describe()
        assert schema.column_of("tier") is None
        assert any("setup-crm" in warning and "Enr_Tier__c" in warning for warning in schema.warnings)
        [account] = crm.pull().accounts
        with pytest.raises(CrmRefused, match="Enr_Tier__c"):
            write(crm, change(account.id, "tier", None, "A", column="Enr_Tier__c"))
        assert bare.org.writes == 0
        made = crm.install(["tier", "score", "brief", "phone"])
        assert made[:3] == ("Enr_Tier__c", "Enr_Score__c", "Enr_Brief__c")
        assert {"Enr_Hold__c", "Enr_Wrong_Phone__c"} <= set(made[3:])
        assert (
            write(crm, change(account.id, "tier", None, "A", column="Enr_Tier__c"))[0][1]
            is WriteStatus.WRITTEN
        )
        assert crm.install(["tier", "score", "brief"]) == ()
        granted = bare.setup.tables
        assert {row["Field"] for row in granted["FieldPermissions"]} == {f"Account.{name}" for name in made}
        assert len(granted["PermissionSetAssignment"]) == 1


def test_no_accounts_at_all(org: SalesforceSimulator, tmp_path: Path) -> None:
    crm = open_crm(org, tmp_path)
    pulled = crm.pull()
    assert (pulled.accounts, pulled.cursor, pulled.complete) == ((), None, True)
    assert crm.read([]) == {}
    assert crm.read(["", "A1", "001' OR Id != '", "001xx0000009999AAA"]) == {}


def test_accounts_that_are_no_companies_are_left_out_by_a_condition(
    org: SalesforceSimulator, tmp_path: Path
) -> None:
    person, firm = (
        org.org.add({"Name": "Maya Patel", "Ownership": "Private"}),
        org.org.add({"Name": "Birch Lamps"}),
    )
    crm = open_crm(org, tmp_path, where="Ownership != 'Private'")
    assert [a.id for a in crm.pull().accounts] == [firm]
    outcome = write(crm, change(person, "phone", None, PHONE, column="Phone"))
    assert [status for _, status, _ in outcome] == [WriteStatus.HELD]
    assert org.org.writes == 0


def test_two_accounts_with_one_domain_are_two_accounts(org: SalesforceSimulator, tmp_path: Path) -> None:
    one, two = (
        org.org.add({"Name": name, "Website": "https://birch.example"}) for name in ("Birch", "Birch North")
    )
    org.org.faults.duplicates.add(two)
    outcome = write(
        open_crm(org, tmp_path), *(change(i, "phone", None, PHONE, column="Phone") for i in (one, two))
    )
    assert [status for _, status, _ in outcome] == [WriteStatus.WRITTEN, WriteStatus.REJECTED]
    assert "duplicate" in outcome[1][2]
    assert (org.org.entries[one].values["Phone"], org.org.entries[two].values.get("Phone")) == (PHONE, None)


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("description", "x" * 300_000, WriteStatus.INVALID),
        ("brief", "b" * 32_001, WriteStatus.INVALID),
        ("city", "Ｗ" * 41, WriteStatus.INVALID),
        ("description", "lamps 💡 and 灯", WriteStatus.WRITTEN),
        ("description", "half a pair \ud83d", WriteStatus.INVALID),
        ("description", "a\x00b", WriteStatus.INVALID),
        ("enriched_at", "0001-01-01", WriteStatus.INVALID),
        ("enriched_at", "2026-11-22", WriteStatus.WRITTEN),
        ("employees", "51-200", WriteStatus.INVALID),
        ("employees", "999999999999", WriteStatus.INVALID),
        ("industry", "Astrology", WriteStatus.INVALID),
        ("industry", "Software", WriteStatus.WRITTEN),
        ("phone", "#N/A", WriteStatus.INVALID),
        ("phone", "", WriteStatus.INVALID),
        ("legal_name", "=HYPERLINK(1)", WriteStatus.INVALID),
    ],
)  # fmt: skip
def test_values_of_every_kind_of_oddness(
    org: SalesforceSimulator, tmp_path: Path, field: str, value: str, status: WriteStatus
) -> None:
    account, crm = org.org.add({"Name": "Birch Lamps"}, at=NOW - timedelta(days=9)), open_crm(org, tmp_path)
    column = crm.mapping[field].property
    [(_, found, message)] = write(crm, change(account, field, None, value, column=column, value_key="k"))
    assert found is status, message
    if status is WriteStatus.INVALID:
        assert message
        assert org.org.writes == 0


def test_odd_values_in_the_org_are_read_as_they_are(org: SalesforceSimulator, tmp_path: Path) -> None:
    odd = {
        "Name": "灯" * 300,
        "Description": "d" * 300_000 + "💡",
        "BillingCity": "half \ud83d",
        "Enr_Enriched_At__c": "0001-01-01",
    }
    account = org.org.add(odd)
    read = open_crm(org, tmp_path).read([account])[account]
    assert len(read.values["description"]) == 300_001
    assert read.values["enriched_at"] == "0001-01-01"
    assert open_crm(org, tmp_path).pull().accounts[0].values == read.values


# -- pick lists ------------------------------------------------------------------------------------------------


def test_pick_lists_are_mapped_and_what_has_no_place_is_told(
    org: SalesforceSimulator, tmp_path: Path
) -> None:
    accounts = [org.org.add({"Name": f"Firm {n}"}) for n in range(3)]
    crm = open_crm(org, tmp_path, {"industry": {"values": {"Lamp making": "Manufacturing"}}})
    wanted = ["Lamp making", "software", "Alchemy"]
    outcome = write(
        crm,
        *(change(a, "industry", None, v, column="Industry") for a, v in zip(accounts, wanted, strict=True)),
    )
    assert sorted(status for _, status, _ in outcome) == ["invalid", "written", "written"]
    assert [org.org.entries[a].values.get("Industry") for a in accounts] == [
        "Manufacturing",
        "Technology",
        None,
    ]
    assert dict(crm.unmapped) == {("industry", "Alchemy"): 1}
    assert (crm.held_as("industry", "Software"), crm.held_as("industry", "Alchemy")) == (
        "Technology",
        "Alchemy",
    )


def test_a_value_that_stands_there_in_the_orgs_words_is_not_written(
    org: SalesforceSimulator, tmp_path: Path
) -> None:
    account, crm = org.org.add({"Name": "Birch", "Industry": "Technology"}), open_crm(org, tmp_path)
    [(_, status, _)] = write(crm, change(account, "industry", "Technology", "Software", column="Industry"))
    assert (status, org.org.writes) == (WriteStatus.UNCHANGED, 0)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"phone": "ParentId"}, "it holds reference, and the field is phone"),
        (
            {"employees": "Enr_Enriched_At__c", "enriched_at": False},
            "it holds date, and the field is headcount",
        ),
        ({"phone": "Nowhere__c"}, "there is no such property, or our user may not see it"),
    ],
)
def test_a_mapping_that_does_not_fit_stops_before_the_first_write(
    org: SalesforceSimulator, tmp_path: Path, columns: dict[str, Any], told: str
) -> None:
    account, crm = org.org.add({"Name": "Birch Lamps"}), open_crm(org, tmp_path, columns)
    field = next(iter(columns))
    sent = [
        change(account, "city", None, "York", column="BillingCity"),
        change(account, field, None, "120", column=columns[field]),
    ]
    with pytest.raises(CrmRefused, match=told):
        write(crm, *sent)
    assert org.org.writes == 0
    assert any(told in warning for warning in crm.describe().warnings)


def test_two_fields_for_one_property_or_an_unknown_setting_are_refused(
    org: SalesforceSimulator, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="both name Phone"):
        open_crm(org, tmp_path, {"city": "Phone"})
    with pytest.raises(ConfigError, match="normalise has no 'shout'"):
        open_crm(org, tmp_path, {"city": {"normalise": ["shout"]}})
    with pytest.raises(ConfigError, match="propety"):
        open_crm(org, tmp_path, {"city": {"propety": "BillingCity"}})


# -- guards and bulk -------------------------------------------------------------------------------------------


def test_a_field_without_history_is_written_on_a_condition(org: SalesforceSimulator, tmp_path: Path) -> None:
    account, crm = org.org.add({"Name": "Birch Lamps"}, at=NOW - timedelta(days=9)), open_crm(org, tmp_path)
    org.org.faults.before_write = lambda: org.org.edit(account, {"TickerSymbol": "HAND"})
    [(_, status, _)] = write(crm, change(account, "ticker", None, "BRCH", column="TickerSymbol"))
    assert (status, org.org.entries[account].values["TickerSymbol"]) == (WriteStatus.CONFLICT, "HAND")
    assert ("POST", "/services/data/v66.0/composite") in org.log
    assert org.org.writes == 0


def test_another_field_edited_in_between_does_not_stop_ours(org: SalesforceSimulator, tmp_path: Path) -> None:
    account, crm = org.org.add({"Name": "Birch Lamps"}, at=NOW - timedelta(days=9)), open_crm(org, tmp_path)
    org.org.faults.before_write = lambda: org.org.edit(account, {"BillingCity": "Hove"})
    crm.sleep = lambda _: org.org.clock.advance(timedelta(seconds=2))
    [(_, status, message)] = write(crm, change(account, "ticker", None, "BRCH", column="TickerSymbol"))
    assert status is WriteStatus.WRITTEN, message
    assert org.org.entries[account].values == {
        "Name": "Birch Lamps",
        "BillingCity": "Hove",
        "TickerSymbol": "BRCH",
    }


def test_what_changed_in_the_second_of_our_reading_waits(org: SalesforceSimulator, tmp_path: Path) -> None:
    account, crm = org.org.add({"Name": "Birch Lamps"}), open_crm(org, tmp_path)
    waited: list[float] = []
    crm.sleep = lambda seconds: (waited.append(seconds), org.org.clock.advance(timedelta(seconds=2)))[0]
    org.org.edit(account, {"BillingCity": "Hove"})
    [(_, status, _)] = write(crm, change(account, "ticker", None, "BRCH", column="TickerSymbol"))
    assert (status, len(waited)) == (WriteStatus.WRITTEN, 1)


def test_our_own_lane_goes_in_bulk_with_every_row_told(org: SalesforceSimulator, tmp_path: Path) -> None:
    accounts = [org.org.add({"Name": f"Firm {n}"}) for n in range(60)]
    org.org.edit(accounts[3], {"Enr_Tier__c": "B"})
    org.org.faults.reject[accounts[5]] = 'the territory rule, with: colons and "quotes"'
    crm = open_crm(org, tmp_path, bulk_from=50)
    sent = [change(a, "tier", None, "A", column="Enr_Tier__c") for a in accounts if a != accounts[3]]
    sent += [change(a, "score", None, str(n), column="Enr_Score__c") for n, a in enumerate(accounts[:30])]
    report = apply_change_set(crm, MemoryLedger(), change_set(*sent), CLOCK)
    rejected = [o for o in report.outcomes if o.status is WriteStatus.REJECTED]
    assert {o.change.account_id for o in rejected} == {accounts[5]}
    assert all('the territory rule, with: colons and "quotes"' in o.message for o in rejected)
    assert len(report.written) == len(sent) - 2
    assert org.org.entries[accounts[3]].values["Enr_Tier__c"] == "B"  # a blank cell leaves it alone
    assert org.calls["bulk"] >= 6
    assert org.org.entries[accounts[0]].values["Enr_Score__c"] == 0


def test_bulk_clears_by_its_mark(org: SalesforceSimulator, tmp_path: Path) -> None:
    from crm.remote.records import Row

    accounts = [org.org.add({"Name": f"Firm {n}", "Enr_Tier__c": "A", "Enr_Score__c": 3}) for n in range(2)]
    crm = open_crm(org, tmp_path, bulk_from=1)
    results = crm.write_own([Row(accounts[0], {"Enr_Tier__c": None}), Row(accounts[1], {"Enr_Score__c": 4})])
    assert [r.fault for r in results] == [None, None]
    assert org.org.entries[accounts[0]].values == {"Name": "Firm 0", "Enr_Score__c": 3}
    assert org.org.entries[accounts[1]].values == {"Name": "Firm 1", "Enr_Tier__c": "A", "Enr_Score__c": 4}


def test_a_large_org_is_read_in_bulk_and_reads_the_same(org: SalesforceSimulator, tmp_path: Path) -> None:
    for number in range(40):
        org.org.add(
            {"Name": f"Firm {number}", "NumberOfEmployees": number + 1, "Phone": "020 7946 0000"},
            at=NOW - timedelta(days=3),
        )
    small, large = open_crm(org, tmp_path).pull(), open_crm(org, tmp_path, bulk_read_from=10).pull()
    assert small.fingerprint == large.fingerprint
    assert org.calls["bulk query"] >= 3
    assert large.accounts[0].last_modified_by == "import"


def test_what_is_deleted_or_merged_since_the_cursor_is_told(org: SalesforceSimulator, tmp_path: Path) -> None:
    one, two, three = (org.org.add({"Name": f"Firm {n}"}) for n in range(3))
    crm = open_crm(org, tmp_path)
    cursor = crm.pull().cursor
    org.org.delete(two)
    org.org.delete(three, merged_into=one)
    pulled = crm.pull(cursor)
    assert set(pulled.gone) == {two, three}
    assert not pulled.complete


def test_hands_are_told_apart_by_field(org: SalesforceSimulator, tmp_path: Path) -> None:
    account = org.org.add({"Name": "Birch Lamps"})
    org.org.edit(account, {"Phone": "020 7946 0001"})
    crm = open_crm(org, tmp_path)
    write(crm, change(account, "city", None, "York", column="BillingCity"))
    [pulled] = crm.pull().accounts
    assert {f: h.actor.value for f, h in pulled.history.items()} == {
        "phone": "person",
        "city": "ours",
        "": "unknown",
    }
    assert pulled.history["phone"].changed_by == "maya"


def test_the_budget_is_a_share_of_what_is_left(org: SalesforceSimulator, tmp_path: Path) -> None:
    org.org.faults.calls_left = org.org.faults.calls_limit = 1_000
    crm = open_crm(org, tmp_path)
    budget = crm.budget()
    assert budget is not None and 290 <= budget.calls_left <= 300
    crm.describe()
    assert (later := crm.budget()) is not None and later.calls_left < budget.calls_left
    org.org.faults.calls_left = 0
    with pytest.raises(CrmBudgetSpent, match="TotalRequests Limit exceeded"):
        crm.pull()


# -- what reps see, and what they say --------------------------------------------------------------------------


def test_the_package_holds_fields_rights_and_a_section_and_is_the_same_twice(
    org: SalesforceSimulator, tmp_path: Path
) -> None:
    from lxml import etree

    from crm.salesforce.package import add_section, write_package

    mapping, space = open_crm(org, tmp_path).mapping, {"m": "http://soap.sforce.com/2006/04/metadata"}
    files = write_package(tmp_path / "package", mapping, "66.0")
    before = {f: f.read_bytes() for f in files}
    assert {f: f.read_bytes() for f in write_package(tmp_path / "package", mapping, "66.0")} == before
    tree = {f.name: etree.fromstring(before[f]) for f in files}
    members = {m.text for m in tree["package.xml"].iterfind(".//m:members", space)}
    made = {f"Account.{m.property}" for m in mapping if m.create} | {
        f"Account.{name}" for name in mapping.extras.values()
    }
    assert made <= members
    granted = {f.text for f in tree["Evergreen_Enrichment.permissionset"].iterfind(".//m:field", space)}
    assert granted == made
    tracked = [f.findtext("m:fullName", None, space) for f in tree["Account.object"].iterfind("m:fields", space)
               if f.findtext("m:trackHistory", None, space) == "true"]  # fmt: skip
    assert "Phone" in tracked
    assert len(tracked) <= 20
    layout = tmp_path / "Account Layout.layout"
    layout.write_text(
        f'<Layout xmlns="{space["m"]}"><layoutSections><label>Info</label></layoutSections><x>kept</x></Layout>'
    )
    assert add_section(layout, mapping)
    assert not add_section(layout, mapping)
    after = etree.fromstring(layout.read_bytes())
    assert [s.findtext("m:label", None, space) for s in after.iterfind("m:layoutSections", space)] == [
        "Info",
        "Evergreen",
    ]
    shown = {
        i.findtext("m:field", None, space): i.findtext("m:behavior", None, space)
        for i in after.iterfind(".//m:layoutItems", space)
    }
    assert (shown["Enr_Tier__c"], shown["Enr_Sources__c"], shown["Enr_Wrong_Phone__c"]) == (
        "Readonly",
        "Readonly",
        "Edit",
    )
    assert after.findtext("m:x", None, space) == "kept"
    with pytest.raises(ConfigError, match="no page layout"):
        add_section(files[0], mapping)


def test_a_ticked_box_is_read_back(org: SalesforceSimulator, tmp_path: Path) -> None:
    account = org.org.add({"Name": "Birch", "Phone": "020 7946 0000"})
    org.org.add({"Name": "Kettle", "Enr_Wrong_Phone__c": False})
    org.org.edit(account, {"Enr_Wrong_Phone__c": True})
    crm = open_crm(org, tmp_path)
    crm.pull()
    assert list(crm.wrongs()) == [(account, "phone", "maya")]


def test_a_hold_set_in_the_org_is_respected(org: SalesforceSimulator, tmp_path: Path) -> None:
    account = org.org.add({"Name": "Birch", "Enr_Hold__c": True})
    crm = open_crm(org, tmp_path)
    assert crm.read([account])[account].held
    assert [status for _, status, _ in write(crm, change(account, "phone", None, PHONE, column="Phone"))] == [
        WriteStatus.HELD
    ]

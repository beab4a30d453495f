"""The simulated org is driven by `simple-salesforce`, as a real one would be, so that it cannot drift from what clients expect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import (
    Salesforce,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from demo.simulate.org import OrgClock
from demo.simulate.salesforce import SalesforceSimulator, make
from tests.crm.build import NOW


class _Plain(HTTPAdapter):
    """simple-salesforce speaks https only; the simulator listens on plain http."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


@pytest.fixture
def org() -> Iterator[SalesforceSimulator]:
    simulated = make(5, OrgClock(NOW, timedelta(seconds=1)))
    simulated.start()
    yield simulated
    simulated.stop()


@pytest.fixture
def client(org: SalesforceSimulator) -> Salesforce:
    session = requests.Session()
    session.trust_env = False
    host = urlsplit(org.url).netloc
    session.mount(f"https://{host}", _Plain())
    org.tokens.good.add("token")
    return Salesforce(session_id="token", instance_url=f"https://{host}", session=session, version="66.0")


def test_one_record(org: SalesforceSimulator, client: Salesforce) -> None:
    made = client.Account.create({"Name": "Birch Lamps"})
    assert made["success"]
    assert client.Account.update(made["id"], {"Phone": "020 7946 0000"}) == 204
    assert client.Account.get(made["id"])["Phone"] == "020 7946 0000"
    assert client.Account.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        client.Account.get(made["id"])
    day = timedelta(days=1)
    gone = client.Account.deleted(org.org.clock.now() - day, org.org.clock.now() + day)
    assert [row["id"] for row in gone["deletedRecords"]] == [made["id"]]


def test_describe_and_limits(client: Salesforce) -> None:
    fields = {f["name"]: f for f in client.Account.describe()["fields"]}
    assert (fields["Phone"]["type"], fields["Phone"]["length"], fields["Phone"]["updateable"]) == (
        "phone",
        40,
        True,
    )
    assert fields["Industry"]["restrictedPicklist"]
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000
    assert client.api_usage["api-usage"].total == 100_000


def test_queries_and_their_pages(org: SalesforceSimulator, client: Salesforce) -> None:
    for number in range(4_100):
        org.org.add({"Name": f"Firm {number}"})
    rows = client.query_all(
        "SELECT Id, Name, LastModifiedBy.Name FROM Account WHERE Name != 'nobody' ORDER BY Name DESC"
    )
    assert (rows["totalSize"], len(rows["records"]), rows["done"]) == (4_105, 4_105, True)
    assert rows["records"][0]["LastModifiedBy"]["Name"] in ("import", "maya")
    counted = client.query("SELECT COUNT() FROM Account")
    assert counted["totalSize"] == 4_105
    with pytest.raises(SalesforceMalformedRequest, match="No such column"):
        client.query("SELECT Nonsense FROM Account")
    with pytest.raises(SalesforceMalformedRequest, match="MALFORMED_QUERY"):
        client.query("SELECT Id FROM")


def test_history_as_a_child_of_its_account(org: SalesforceSimulator, client: Salesforce) -> None:
    account = next(iter(org.org.entries))
    org.org.edit(account, {"Phone": "020 7946 0001"})
    soql = f"SELECT Id, (SELECT Field, OldValue, NewValue, CreatedBy.Name FROM Histories) FROM Account WHERE Id = '{account}'"
    [row] = client.query(soql)["records"][0]["Histories"]["records"]
    assert (row["Field"], row["NewValue"], row["CreatedBy"]["Name"]) == ("Phone", "020 7946 0001", "maya")


def test_collections_tell_of_every_row(org: SalesforceSimulator, client: Salesforce) -> None:
    first, second, third, *_ = org.org.entries
    org.org.faults.locks[second] = 1
    rows = [{"attributes": {"type": "Account"}, "id": i, "Phone": "020 7946 0000"} for i in (first, second)]
    rows.append({"attributes": {"type": "Account"}, "id": third, "Phone": "0" * 41})
    results = client.restful("composite/sobjects", method="PATCH", json={"allOrNone": False, "records": rows})
    assert [r["success"] for r in results] == [True, False, False]
    assert results[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert results[2]["errors"][0] | {"message": ""} == {
        "statusCode": "STRING_TOO_LONG",
        "message": "",
        "fields": ["Phone"],
    }


def test_conditions_in_a_composite(org: SalesforceSimulator, client: Salesforce) -> None:
    account = next(iter(org.org.entries))
    part = {"method": "PATCH", "url": f"/services/data/v66.0/sobjects/Account/{account}", "referenceId": "a", "body": {"Phone": "1"},
            "httpHeaders": {"If-Unmodified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"}}  # fmt: skip
    told = client.restful("composite", method="POST", json={"compositeRequest": [part]})
    assert told["compositeResponse"][0]["httpStatusCode"] == 412


def test_bulk_in_and_out(org: SalesforceSimulator, client: Salesforce) -> None:
    first, second, *_ = org.org.entries
    org.org.edit(first, {"Enr_Tier__c": "B"})
    rows = [
        {"Id": first, "Enr_Tier__c": "#N/A"},
        {"Id": second, "Enr_Tier__c": "A"},
        {"Id": "001xx0000999999AAA", "Enr_Tier__c": "A"},
    ]
    [told] = client.bulk2.Account.update(records=rows, wait=0)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (3, 1)
    assert "001xx0000999999AAA" in client.bulk2.Account.get_failed_records(told["job_id"])
    assert org.org.entries[first].values.get("Enr_Tier__c") is None
    [page] = client.bulk2.Account.query("SELECT Id, Enr_Tier__c FROM Account WHERE Enr_Tier__c = 'A'", wait=0)
    assert page.splitlines()[1] == f'"{second}","A"'


def test_a_spent_limit_and_an_expired_session(org: SalesforceSimulator, client: Salesforce) -> None:
    org.org.faults.calls_left = 0
    with pytest.raises(SalesforceRefusedRequest, match="TotalRequests Limit exceeded"):
        client.limits()
    org.org.faults.calls_left, org.org.faults.expire = 9, 1
    with pytest.raises(SalesforceExpiredSession, match="Session expired or invalid"):
        client.limits()

"""HubSpot's own client drives the simulator, so that it cannot drift from what real clients expect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hubspot import HubSpot as Client
from hubspot.crm.companies import (
    BatchInputSimplePublicObjectBatchInput,
    BatchReadInputSimplePublicObjectId,
    PublicObjectSearchRequest,
    SimplePublicObjectInput,
)
from hubspot.crm.companies.exceptions import ApiException
from hubspot.crm.properties import BatchInputPropertyCreate, PropertyCreate

from demo.simulate.hubspot import TOKEN, HubSpotSimulator, make
from demo.simulate.org import OrgClock
from tests.crm.build import NOW


@pytest.fixture
def portal() -> Iterator[HubSpotSimulator]:
    simulated = make(230, OrgClock(NOW, timedelta(seconds=1)))
    simulated.start()
    yield simulated
    simulated.stop()


def client_of(portal: HubSpotSimulator, token: str = TOKEN) -> Client:
    client = Client(access_token=token)
    client.config["host"] = portal.url
    return client


def companies(portal: HubSpotSimulator, token: str = TOKEN):  # type: ignore[no-untyped-def]
    return client_of(portal, token).crm.companies


def test_the_list_is_paged_to_its_end(portal: HubSpotSimulator) -> None:
    assert len(companies(portal).get_all(properties=["name"])) == 230


def test_a_batch_read_brings_histories_with_sources_newest_first(portal: HubSpotSimulator) -> None:
    number = next(iter(portal.org.entries))
    portal.org.edit(number, {"phone": "303-555-0101"})
    asked = BatchReadInputSimplePublicObjectId(
        properties=["phone"], properties_with_history=["phone"], inputs=[{"id": number}]
    )
    [row] = companies(portal).batch_api.read(asked).results
    newest = row.properties_with_history["phone"][0]
    assert (newest.value, newest.source_type, newest.updated_by_user_id) == ("303-555-0101", "CRM_UI", 52)


def test_a_batch_with_an_unknown_id_tells_it_beside_the_good_ones(portal: HubSpotSimulator) -> None:
    number = next(iter(portal.org.entries))
    body = BatchInputSimplePublicObjectBatchInput(
        inputs=[{"id": number, "properties": {"city": "Bern"}}, {"id": "1", "properties": {"city": "Bern"}}]
    )
    told = companies(portal).batch_api.update(body)
    assert [row.id for row in told.results] == [number]
    assert told.num_errors == 1
    assert told.errors[0].category == "OBJECT_NOT_FOUND"


def test_one_invalid_property_refuses_the_whole_batch(portal: HubSpotSimulator) -> None:
    first, second, *_ = portal.org.entries
    body = BatchInputSimplePublicObjectBatchInput(
        inputs=[
            {"id": first, "properties": {"city": "Bern"}},
            {"id": second, "properties": {"industry": "LAMPS"}},
        ]
    )
    with pytest.raises(ApiException) as met:
        companies(portal).batch_api.update(body)
    assert met.value.status == 400
    assert portal.org.entries[first].values.get("city") != "Bern"


def test_a_search_finds_what_changed_in_order_and_lags(portal: HubSpotSimulator) -> None:
    first, second, *_ = portal.org.entries
    portal.org.edit(second, {"city": "Bern"})
    portal.org.edit(first, {"city": "Chur"})
    since = str(int(NOW.timestamp() * 1000))
    asked = PublicObjectSearchRequest(
        filter_groups=[{"filters": [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": since}]}],
        sorts=[{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}], properties=["city"], limit=200,
    )  # fmt: skip
    assert [row.id for row in companies(portal).search_api.do_search(asked).results] == [second, first]
    portal.org.faults.lag = timedelta(minutes=1)
    assert companies(portal).search_api.do_search(asked).total == 0


def test_a_cleared_value_is_an_empty_text(portal: HubSpotSimulator) -> None:
    number = next(iter(portal.org.entries))
    companies(portal).basic_api.update(number, SimplePublicObjectInput(properties={"city": ""}))
    assert "city" not in portal.org.entries[number].values


def test_properties_are_made_once(portal: HubSpotSimulator) -> None:
    made = PropertyCreate(
        name="enr_lamps", label="Lamps", group_name="companyinformation", type="string", field_type="text"
    )
    core = client_of(portal).crm.properties
    assert (
        core.batch_api.create("companies", BatchInputPropertyCreate(inputs=[made])).results[0].name
        == "enr_lamps"
    )
    told = core.batch_api.create("companies", BatchInputPropertyCreate(inputs=[made]))
    assert told.errors[0].category == "CONFLICT"


def test_a_wrong_token_is_a_401(portal: HubSpotSimulator) -> None:
    with pytest.raises(ApiException) as met:
        companies(portal, "wrong").basic_api.get_page()
    assert met.value.status == 401

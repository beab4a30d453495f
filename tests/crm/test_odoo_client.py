"""The simulated Odoo, driven by other people's clients: the standard library's XML-RPC and Odoo's own client library."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Iterator
from typing import Any

import odoolib
import pytest

from demo.simulate.odoo import DATABASE, KEY, OdooSimulator, make


@pytest.fixture
def odoo() -> Iterator[OdooSimulator]:
    simulated = make(3, ours=False)
    with simulated:
        yield simulated


class ByHand:
    """What Odoo's own documentation shows: `execute_kw` through the standard library."""

    def __init__(self, odoo: OdooSimulator) -> None:
        common: Any = xmlrpc.client.ServerProxy(f"{odoo.url}/xmlrpc/2/common")
        assert common.version()["server_version"] == "19.0"
        assert common.authenticate(DATABASE, "evergreen", "wrong", {}) is False
        self.user = common.authenticate(DATABASE, "evergreen", KEY, {})
        self.object: Any = xmlrpc.client.ServerProxy(f"{odoo.url}/xmlrpc/2/object")

    def __call__(self, method: str, *args: Any, model: str = "res.partner", **kwargs: Any) -> Any:
        return self.object.execute_kw(DATABASE, self.user, KEY, model, method, list(args), kwargs)


def test_the_standard_librarys_client(odoo: OdooSimulator) -> None:
    call = ByHand(odoo)
    ids = call("search", [["is_company", "=", True]])
    assert len(ids) == 3
    made = call("create", {"name": "Birch Lamps", "is_company": True, "country_id": 3})
    assert call("read", [made], fields=["name", "country_id", "phone"]) == [
        {"id": made, "name": "Birch Lamps", "country_id": [3, "Germany"], "phone": False}
    ]
    assert call("write", [made], {"phone": "+49 561 4000", "website": "birch.example/x"}) is True
    assert call("read", [made], fields=["website"])[0]["website"] == "http://birch.example/x"
    assert call("read", [999_999], fields=["name"]) == []
    assert call("write", [], {"phone": "1"}) is True
    told = call("fields_get", [], attributes=["type", "relation"])
    assert told["country_id"] == {"type": "many2one", "relation": "res.country"}


def test_a_text_into_a_many2one_succeeds_and_empties_it(odoo: OdooSimulator) -> None:
    call = ByHand(odoo)
    made = call("create", {"name": "Birch", "country_id": 3})
    for text in ("Germany", "57"):
        call("write", [made], {"country_id": 3})
        assert call("write", [made], {"country_id": text}) is True
        assert call("read", [made], fields=["country_id"])[0]["country_id"] is False
    with pytest.raises(xmlrpc.client.Fault) as refused:
        call("write", [made], {"country_id": 999_999})
    assert refused.value.faultCode == 2
    assert call("write", [made], {"is_company": "no"}) is True
    assert call("read", [made], fields=["is_company"])[0]["is_company"] is True


def test_one_missing_record_and_nothing_is_written(odoo: OdooSimulator) -> None:
    call = ByHand(odoo)
    [first, *_] = call("search", [])
    with pytest.raises(xmlrpc.client.Fault) as refused:
        call("write", [first, 999_999], {"city": "Leeds"})
    assert refused.value.faultCode == 2
    assert call("read", [first], fields=["city"])[0]["city"] != "Leeds"
    with pytest.raises(xmlrpc.client.Fault) as unknown:
        call("write", [first], {"nosuch": "1"})
    assert unknown.value.faultCode == 1
    assert "KeyError" in unknown.value.faultString


def test_the_import_takes_all_rows_or_none(odoo: OdooSimulator) -> None:
    call = ByHand(odoo)
    one, two, _ = call("search", [])
    told = call(
        "load", [".id", "city", "country_id/.id"], [[str(one), "Leeds", "1"], [str(two), "Kassel", "77"]]
    )
    assert told["ids"] is False
    assert [m["record"] for m in told["messages"]] == [1]
    assert call("search_count", [["city", "=", "Leeds"]]) == 0
    told = call("load", [".id", "city"], [[str(one), "Leeds"], [str(two), "Kassel"]])
    assert (told["ids"], told["messages"]) == ([one, two], [])


def test_archived_rows_hide_and_tracked_changes_are_told(odoo: OdooSimulator) -> None:
    call = ByHand(odoo)
    [first, *_] = call("search", [])
    call("write", [first], {"phone": "+44 20 7946 0000", "city": "Leeds"})
    call("write", [first], {"active": False})
    assert first not in call("search", [])
    assert first in call("search", [], context={"active_test": False})
    messages = call("search_read", [["res_id", "=", first]], ["tracking_value_ids"], model="mail.message")
    values = [v for m in messages for v in m["tracking_value_ids"]]
    [tracked] = call("read", values, ["field_id", "new_value_char"], model="mail.tracking.value")
    assert (tracked["field_id"][1], tracked["new_value_char"]) == ("Phone (res.partner)", "+44 20 7946 0000")


@pytest.mark.parametrize("protocol", ["xmlrpc", "jsonrpc", "json2"])
def test_odoos_own_client_library(odoo: OdooSimulator, protocol: str) -> None:
    port = int(odoo.url.rpartition(":")[2])
    connection = odoolib.get_connection("127.0.0.1", protocol, port, DATABASE, "evergreen", KEY)
    connection.check_login()
    partner = connection.get_model("res.partner")
    ids = partner.search([["is_company", "=", True]])
    assert len(ids) == 3
    partner.write(ids[:2], {"city": "Leeds"})
    assert {row["city"] for row in partner.read(ids[:2], ["city"])} == {"Leeds"}
    assert "country_id" in partner.fields_get()
    with pytest.raises(Exception, match=r"nosuch|KeyError"):
        partner.write(ids, {"nosuch": "1"})


def test_a_wrong_key_is_no_login(odoo: OdooSimulator) -> None:
    port = int(odoo.url.rpartition(":")[2])
    connection = odoolib.get_connection("127.0.0.1", "json2", port, DATABASE, "evergreen", "wrong")
    assert connection.check_login() is False

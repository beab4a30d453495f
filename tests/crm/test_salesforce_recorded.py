"""Recorded bodies of real clients are classed as they should be, and the simulator words its errors alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crm.remote.records import Fault, Shape
from crm.remote.session import Reply
from crm.salesforce.connector import _property
from crm.salesforce.words import bulk_result, errors_in, fault_of, row_result, words_of

CRM = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "crm"


def body(name: str) -> Any:
    path = CRM / name
    if not path.exists():
        pytest.skip("the recorded bodies are not beside this checkout")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "status", "fault"),
    [
        ("expired_session_response", 401, Fault.AUTH_EXPIRED), ("query_error_response", 400, Fault.UNKNOWN_FIELD),
        ("write_error_response", 400, Fault.UNKNOWN_FIELD), ("delete_error_response", 404, None),
        ("sobject_describe_error_response", 404, None),
    ],
)  # fmt: skip
def test_recorded_errors_are_classed(name: str, status: int, fault: Fault | None) -> None:
    recorded = body(f"salesforce-restforce/{name}.json")
    reply = Reply(status, {}, recorded, json.dumps(recorded))
    assert errors_in(recorded)
    assert fault_of(reply) in (fault, Fault.GONE)
    assert str(errors_in(recorded)[0]["message"]) in words_of(reply)


@pytest.mark.shared
def test_a_recorded_describe_is_read() -> None:
    fields = body("salesforce-restforce/sobject_describe_success_response.json")["fields"]
    read = {p.name: p for p in (_property(field, tracked=False) for field in fields)}
    assert len(read) == len(fields)
    assert not read["Id"].writable
    assert all(
        p.shape is not Shape.OTHER
        or p.raw in ("id", "address", "location", "base64", "anyType", "complexvalue")
        for p in read.values()
    )


@pytest.mark.shared
def test_rows_of_a_collection_that_landed_in_part() -> None:
    rows = body("documented/salesforce_collections_partial.json")["body"]
    results = [row_result(row["errors"]) for row in rows]
    assert [r.fault for r in results] == [None, Fault.VALIDATION, Fault.LOCKED_ROW]
    assert results[1].properties == ("Phone",)
    assert "STRING_TOO_LONG" in results[1].message


@pytest.mark.parametrize(
    ("text", "fault", "names"),
    [
        ("STRING_TOO_LONG:Phone: data value too large: 000 (max length=40):Phone --", Fault.VALIDATION, ("Phone",)),
        ("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--", Fault.LOCKED_ROW, ()),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION:a: b, \"c\":Phone BillingCity --", Fault.VALIDATION, ("Phone", "BillingCity")),
        ("", Fault.OTHER, ()),
        ("什么", Fault.OTHER, ()),
        ("x" * 10_000, Fault.OTHER, ()),
    ],
)  # fmt: skip
def test_bulk_errors(text: str, fault: Fault, names: tuple[str, ...]) -> None:
    result = bulk_result(text)
    assert (result.fault, result.properties) == (fault, names)


@pytest.mark.parametrize(
    "told", [None, [], {}, "<html>", [None, 1], [{"message": "m"}], {"errorCode": 5}, [{"errorCode": None}]]
)
def test_bodies_of_any_shape_are_no_crash(told: Any) -> None:
    reply = Reply(400, {}, told, str(told))
    assert fault_of(reply) is None
    assert isinstance(words_of(reply), str)

from __future__ import annotations

import json
from pathlib import Path

import pytest

from accounts.errors import SourceBroken
from enrichers.registry.gleif_parse import parse_entities, read_entities

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sources" / "gleif"


def record(**entity):
    return {
        "type": "lei-records",
        "id": "X",
        "attributes": {
            "lei": "549300lbi3lriz2v8v66",
            "entity": {
                "legalName": {"name": "翠湖精密机械有限公司", "language": "zh"},
                "otherNames": [
                    {"name": "Cuihu Machines", "type": "TRADING_OR_OPERATING_NAME"},
                    {"name": "翠湖机械厂", "type": "PREVIOUS_LEGAL_NAME"},
                ],
                "transliteratedOtherNames": [{"name": "Cuihu Precision Machinery Co., Ltd."}],
                "legalAddress": {
                    "addressLines": ["湖滨路9号", None, ""], "city": "杭州", "region": "CN-ZJ", "country": "cn",
                    "postalCode": "310000",
                },
                "registeredAs": "913301000000000000",
                "status": "ACTIVE",
                **entity,
            },
            "registration": {"status": "LAPSED", "lastUpdateDate": "2025-02-03T10:00:00Z"},
        },
    }  # fmt: skip


def body(data) -> bytes:
    return json.dumps({"meta": {}, "data": data}).encode()


def test_one_record_is_read():
    [entity] = parse_entities(body(record()))
    assert (entity.lei, entity.lei_valid) == ("549300LBI3LRIZ2V8V66", True)
    assert (entity.legal_name, entity.language) == ("翠湖精密机械有限公司", "zh")
    assert entity.latin_names == ("Cuihu Precision Machinery Co., Ltd.",)
    assert entity.former_names == ("翠湖机械厂",)
    assert entity.other_names == ("Cuihu Machines",)
    assert (entity.legal_address.street, entity.legal_address.region, entity.legal_address.country) == (
        "湖滨路9号", "ZJ", "CN",
    )  # fmt: skip
    assert (entity.status, entity.registration_status, entity.updated) == ("ACTIVE", "LAPSED", "2025-02-03")


def test_a_list_is_many_records_and_may_be_empty():
    assert len(list(read_entities(body([record(), record()])))) == 2
    assert list(read_entities(body([]))) == []


def test_shapes_that_are_not_as_promised_are_read_as_nothing():
    [entity] = parse_entities(
        body(record(otherNames="x", legalAddress=[], legalForm=None, successorEntities=[None, 1]))
    )
    assert entity.other_names == ()
    assert entity.legal_address.city == ""


@pytest.mark.parametrize(
    "junk", [b"", b"[]", b"{}", b"null", b'{"data": null}', b'{"data": {}}', b"[" * 50_000]
)
def test_what_is_no_answer_of_gleif_is_broken(junk):
    with pytest.raises(SourceBroken):
        list(parse_entities(junk))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded responses are not here")
def test_the_recorded_answers_are_read():
    found = [entity for file in sorted(SHARED.glob("*.json")) for entity in parse_entities(file.read_bytes())]
    assert {e.legal_address.country for e in found} == {"IE", "SE"}

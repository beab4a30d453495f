"""What GLEIF's JSON says of legal entities: pure functions from a body to records.

Source: https://documenter.getpostman.com/view/7679680/SVYrrxuU (GLEIF API v1, JSON:API); data are CC0.
A lapsed registration says that nobody paid for the renewal, not that the company is gone: `status` does that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from accounts.errors import SourceBroken
from accounts.json_text import load_json
from accounts.values.base import tidy
from accounts.values.identifier import lei_checks
from enrichers.readers import reader

_PREVIOUS = "PREVIOUS_LEGAL_NAME"


@dataclass(frozen=True, slots=True)
class LegalAddress:
    """An address as registered; `country` is ISO 3166 alpha-2, `region` the part after the country of ISO 3166-2."""

    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """One LEI record. Names in Latin letters stand in `latin_names` where the legal name is in another script."""

    lei: str
    lei_valid: bool
    legal_name: str
    language: str
    other_names: tuple[str, ...]
    former_names: tuple[str, ...]
    latin_names: tuple[str, ...]
    status: str
    registration_status: str
    category: str
    jurisdiction: str
    registered_as: str
    registered_at: str
    legal_form: str
    created: str
    updated: str
    legal_address: LegalAddress
    headquarters: LegalAddress
    successors: tuple[str, ...]


def parse_entities(body: bytes) -> Iterator[LegalEntity]:
    """The records of a response, one or many. Raises SourceBroken where the body is no such response."""
    try:
        data = load_json(body).get("data")
    except (ValueError, RecursionError, AttributeError) as error:
        raise SourceBroken("GLEIF answered with something that is not its JSON.") from error
    if not isinstance(data, dict | list):
        raise SourceBroken("GLEIF answered without data.")
    for entry in data if isinstance(data, list) else [data]:
        yield _entity(entry)


@reader("gleif")
def read_entities(body: bytes) -> Iterator[dict[str, Any]]:
    """Records of `lei-records`: one a legal entity."""
    return (asdict(entity) for entity in parse_entities(body))


def _entity(entry: Any) -> LegalEntity:
    attributes = _map(_map(entry).get("attributes"))
    entity, registration = _map(attributes.get("entity")), _map(attributes.get("registration"))
    legal_name, lei = _map(entity.get("legalName")), _text(attributes.get("lei")).upper()
    if not lei or not _text(legal_name.get("name")):
        raise SourceBroken("A GLEIF record without lei and legalName cannot be read.")
    names = tuple(_names(entity.get("otherNames")))
    form = _map(entity.get("legalForm"))
    return LegalEntity(
        lei=lei,
        lei_valid=lei_checks(lei),
        legal_name=_text(legal_name.get("name")),
        language=_text(legal_name.get("language")),
        other_names=tuple(name for name, kind in names if kind != _PREVIOUS),
        former_names=tuple(name for name, kind in names if kind == _PREVIOUS),
        latin_names=tuple(name for name, _ in _names(entity.get("transliteratedOtherNames"))),
        status=_text(entity.get("status")),
        registration_status=_text(registration.get("status")),
        category=_text(entity.get("category")),
        jurisdiction=_text(entity.get("jurisdiction")),
        registered_as=_text(entity.get("registeredAs")),
        registered_at=_text(_map(entity.get("registeredAt")).get("id")),
        legal_form=_text(form.get("other")) or _text(form.get("id")),
        created=_text(entity.get("creationDate"))[:10],
        updated=_text(registration.get("lastUpdateDate"))[:10],
        legal_address=_address(entity.get("legalAddress")),
        headquarters=_address(entity.get("headquartersAddress")),
        successors=tuple(_text(_map(s).get("name")) for s in _list(entity.get("successorEntities"))),
    )


def _names(entries: Any) -> Iterator[tuple[str, str]]:
    """Names with their kind (`PREVIOUS_LEGAL_NAME`, `TRADING_OR_OPERATING_NAME`, …), each once."""
    named = {_text(entry.get("name")): _text(entry.get("type")) for entry in map(_map, _list(entries))}
    return ((name, kind) for name, kind in named.items() if name)


def _address(value: Any) -> LegalAddress:
    address = _map(value)
    lines = [text for text in map(_text, _list(address.get("addressLines"))) if text]
    return LegalAddress(
        street=", ".join(lines),
        city=_text(address.get("city")),
        region=_text(address.get("region")).partition("-")[2],
        postcode=_text(address.get("postalCode")),
        country=_text(address.get("country")).upper(),
    )


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return tidy(value[:1000]) if isinstance(value, str) else ""

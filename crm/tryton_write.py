"""What a party must be told so that its flat account reads as wanted: values and commands of one `party.party.write`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.remote.records import Property, Row
from crm.tryton_party import CHILDREN, STREET_PARTS, Raw, child_of
from crm.tryton_rpc import dressed


class Unwritable(ValueError):
    """A property of one party that cannot take its value; `name` is the property."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Places:
    """The countries and subdivisions Tryton knows: ids by code, and by country's code and name."""

    countries: Mapping[str, int] = field(default_factory=dict)
    subdivisions: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """One row as a write: the party, its values, and the timestamps that must not have moved. No values: nothing to do."""

    row: Row
    values: Mapping[str, Any]
    stamps: Mapping[str, str]


def order_of(row: Row, party: Raw, properties: Mapping[str, Property], places: Places, ours: str) -> Order:
    """The write for one row, over the party as it was read. Raises Unwritable."""
    values: dict[str, Any] = {
        name: dressed(properties[name].raw, value)
        for name, value in row.properties.items()
        if "." not in name
    }
    for name, value in row.properties.items():
        if name.startswith(("contact.", "identifier.")):
            _add(values, name, _command(party, name, value, ours))
    address = {n.partition(".")[2]: v for n, v in row.properties.items() if n.startswith("address.")}
    if address:
        _add(values, "address", _address(party, address, places, ours))
    stamps = json.loads(row.seen.version) if row.seen is not None and row.seen.version else {}
    return Order(row, values, stamps)


def stray_of(party: Raw, name: str, value: Any, ours: str) -> list[Any] | None:
    """The command that takes back what we made beside what somebody else made in the same moment, or None."""
    group, _, rest = name.partition(".")
    parent, _, text = CHILDREN[group]
    first = child_of(party, name)
    for child in party.get(f"{parent}.") or ():
        same = child.get(rest if group == "address" else text) == value and child.get("type") in (None, rest)
        if child is not first and same and _made_by(child, ours):
            return ["delete", [child["id"]]]
    return None


def _add(values: dict[str, Any], name: str, command: list[Any] | None) -> None:
    if command is not None:
        values.setdefault(CHILDREN[name.partition(".")[0]][0], []).append(command)


def _command(party: Raw, name: str, value: Any, ours: str) -> list[Any] | None:
    """What becomes of a contact mechanism or identifier: written, made, or out of the way."""
    group, _, kind = name.partition(".")
    text, child = CHILDREN[group][2], child_of(party, name)
    if child is None:
        return ["create", [{"type": kind, text: value}]] if value is not None else None
    if value is not None:
        return ["write", [child["id"]], {text: value}]
    return _removed(child, ours)


def _removed(child: Raw, ours: str) -> list[Any]:
    """What we made goes for good; anybody else's is only put out of use."""
    if _made_by(child, ours):
        return ["delete", [child["id"]]]
    return ["write", [child["id"]], {"active": False}]


def _made_by(child: Raw, ours: str) -> bool:
    maker, last = child.get("create_uid.") or {}, child.get("write_uid.") or {}
    return bool(maker.get("login") == ours and last.get("login", ours) == ours)


def _address(party: Raw, cells: Mapping[str, Any], places: Places, ours: str) -> list[Any] | None:
    child = child_of(party, "address.")
    if "street" in cells and child is not None and any(child.get(part) for part in STREET_PARTS):
        raise Unwritable(
            "address.street", "The street is kept in parts there (name, number); a person must change it."
        )
    values = {name: value for name, value in cells.items() if name not in ("country", "subdivision")}
    if "country" in cells:
        values["country"] = _country(cells["country"], places)
    if "subdivision" in cells:
        values["subdivision"] = _subdivision(cells, child, places)
    if child is None:
        return ["create", [values]] if any(v is not None for v in values.values()) else None
    if _made_by(child, ours) and not any(_left(child, values)):
        return ["delete", [child["id"]]]
    return ["write", [child["id"]], values]


def _left(child: Raw, values: Mapping[str, Any]) -> list[Any]:
    """What an address would still say."""
    shown = {n: v for n, v in child.items() if n in ("street", "city", "postal_code")}
    shown |= {n: child.get(f"{n}.") for n in ("country", "subdivision") if f"{n}." in child}
    return list({**shown, **values}.values())


def _country(code: str | None, places: Places) -> int | None:
    if code is None:
        return None
    if code not in places.countries:
        raise Unwritable("address.country", f"Tryton has no country {code}.")
    return places.countries[code]


def _subdivision(cells: Mapping[str, Any], child: Raw | None, places: Places) -> int | None:
    name = cells["subdivision"]
    if name is None:
        return None
    there = ((child or {}).get("country.") or {}).get("code")
    code = cells.get("country", there)
    found = places.subdivisions.get((code or "", name))
    if found is None:
        raise Unwritable("address.subdivision", f"Tryton has no {name!r} in the country {code or '(none)'}.")
    return found

"""A party as one flat account: the first contact mechanism of a type, the first address, the first identifier of a type.

The first is the one Tryton itself shows first: by sequence, those without one before, then by id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.remote.records import PropertyEvent, Record

Raw = Mapping[str, Any]

PARTY, ADDRESS = "party.party", "party.address"
#: What each group of properties is made of: the one2many field of the party, its model, the field that holds the text.
CHILDREN = {
    "contact": ("contact_mechanisms", "party.contact_mechanism", "value"),
    "identifier": ("identifiers", "party.identifier", "code"),
    "address": ("addresses", ADDRESS, ""),
}
#: Parts of a street. Where one is set the street is made of them, and a text written over it would not be shown.
STREET_PARTS = (
    "street_name", "building_number", "unit_number", "floor_number", "room_number", "post_box", "post_office",
    "private_bag",
)  # fmt: skip
_STAMPS = ("create_date", "create_uid.login", "write_date", "write_uid.login", "_timestamp")
_STREET = frozenset({"street", "street_unstructured", "building_name", *STREET_PARTS})


@dataclass(frozen=True, slots=True)
class Touch:
    """One entry of Tryton's own log: who wrote which fields of a record, and when."""

    fields: frozenset[str]
    by: str
    at: datetime


def field_names(names: Sequence[str]) -> list[str]:
    """What to ask `party.party` for, to show these properties."""
    groups = {name.partition(".")[0] for name in names if "." in name}
    asked = [name for name in names if "." not in name]
    asked += ["replaced_by", *_STAMPS]
    for group in sorted(groups):
        parent, _, text = CHILDREN[group]
        own = ["type", text] if text else _address_fields(names)
        asked += [f"{parent}.{name}" for name in (*own, "sequence", "active", *_STAMPS)]
    return list(dict.fromkeys(asked))


def _address_fields(names: Sequence[str]) -> list[str]:
    fields = [name.partition(".")[2] for name in names if name.startswith("address.")]
    dotted = {"country": ["country.code"], "subdivision": ["subdivision.name", "country.code"]}
    found = [part for name in fields for part in dotted.get(name, [name])]
    return [*found, *STREET_PARTS] if "street" in fields else found


def child_of(party: Raw, name: str) -> Raw | None:
    """The record behind a property of a party, None where there is none yet."""
    group, _, rest = name.partition(".")
    children = party.get(f"{CHILDREN[group][0]}.") or ()
    fitting = [c for c in children if c.get("active", True) and (group == "address" or c.get("type") == rest)]
    return min(fitting, key=_place, default=None)


def _place(child: Raw) -> tuple[bool, int, int]:
    sequence = child.get("sequence")
    return (sequence is not None, sequence or 0, int(child["id"]))


def shown(party: Raw, name: str) -> Any:
    """A property's value, None where it is blank."""
    if "." not in name:
        return party.get(name)
    group, _, rest = name.partition(".")
    child = child_of(party, name)
    if child is None:
        return None
    if group != "address":
        return child.get(CHILDREN[group][2]) or None
    if rest in ("country", "subdivision"):
        other = child.get(f"{rest}.")
        return other["code" if rest == "country" else "name"] if other else None
    return child.get(rest) or None


def record_of(party: Raw, names: Sequence[str], log: Mapping[str, Sequence[Touch]], ours: str) -> Record:
    """A party as an account. Its version holds what a write must not find changed."""
    events = tuple(event for name in names for event in _event(party, name, log, ours))
    by, at = _last(party)
    return Record(
        str(party["id"]), {name: shown(party, name) for name in names}, at, by,
        version=json.dumps(_timestamps(party, names), sort_keys=True), events=events,
    )  # fmt: skip


def _timestamps(party: Raw, names: Iterable[str]) -> dict[str, str]:
    found = {f"{PARTY},{party['id']}": party["_timestamp"]}
    for name in names:
        child = child_of(party, name) if "." in name else None
        if child is not None:
            found[f"{CHILDREN[name.partition('.')[0]][1]},{child['id']}"] = child["_timestamp"]
    return found


def _event(party: Raw, name: str, log: Mapping[str, Sequence[Touch]], ours: str) -> list[PropertyEvent]:
    """Who last touched a property, by the log or the stamps of the one record behind it."""
    group, _, rest = name.partition(".")
    record = child_of(party, name) if "." in name else party
    if record is None:
        return []
    if group in ("contact", "identifier"):
        by, at = _last(record)
    else:
        model = ADDRESS if group == "address" else PARTY
        fields = _STREET if rest == "street" else {rest or name}
        touches = log.get(f"{model},{record['id']}", ())
        found = max((t for t in touches if t.fields & fields), key=lambda t: t.at, default=None)
        if found is not None:
            by, at = found.by, found.at
        elif touches or not edited(record):
            by, at = _login(record, "create_uid"), record.get("create_date")
        else:
            by, at = _last(record)
            by = None if by == ours else by  # ours, but of which of its fields?
    return [PropertyEvent(str(party["id"]), name, None, shown(party, name), by or "", at)] if at else []


def edited(record: Raw) -> bool:
    """True where a record was written since it was made."""
    return record.get("write_date") not in (None, record.get("create_date"))


def _last(record: Raw) -> tuple[str | None, datetime | None]:
    if record.get("write_date") is not None:
        return _login(record, "write_uid"), record["write_date"]
    return _login(record, "create_uid"), record.get("create_date")


def _login(record: Raw, name: str) -> str | None:
    user = record.get(f"{name}.")
    return user["login"] if user else None

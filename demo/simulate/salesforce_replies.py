"""How the simulated org writes things: errors, instants, tags, records of a query."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from demo.simulate.org import Entry
from demo.simulate.server import Answer
from demo.simulate.soql import Select

STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp")


def stamp(at: datetime) -> str:
    """An instant as the API prints it: whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def failure(status: int, code: str, message: str) -> Answer:
    """An error as the REST API words it."""
    return Answer(status, [{"message": message, "errorCode": code}])


def etag(entry: Entry) -> str:
    """The tag of one state of a record."""
    return '"' + hashlib.sha256(f"{entry.id}{entry.version}".encode()).hexdigest()[:32] + '--gzip"'


def whole(at: datetime) -> datetime:
    """The instant in whole seconds, as records carry it."""
    return at.replace(microsecond=0)


def shown(query: Select, row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields a query asks for, relations as nested objects."""
    found: dict[str, Any] = {}
    for name in query.fields:
        value = row.get(name)
        value = stamp(value) if isinstance(value, datetime) else value
        outer, dot, inner = name.partition(".")
        found[outer] = {"attributes": {"type": "User"}, inner: value} if dot else value
    return found

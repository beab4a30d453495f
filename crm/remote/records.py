"""The shapes between a connector and the base it stands on: properties, records, rows to write, what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from accounts.account import Actor


class Fault(StrEnum):
    """What a CRM's refusal means, whatever words it comes in."""

    AUTH_EXPIRED = "auth_expired"
    PERMISSION = "permission"
    BUDGET_SPENT = "budget_spent"
    THROTTLED = "throttled"
    LOCKED_ROW = "locked_row"
    STALE = "stale"
    HELD = "held"
    VALIDATION = "validation"
    UNKNOWN_FIELD = "unknown_field"
    GONE = "gone"
    DUPLICATE = "duplicate"
    AMBIGUOUS = "ambiguous"
    TRANSIENT = "transient"
    UNKNOWN_OUTCOME = "unknown_outcome"
    OTHER = "other"


class Shape(StrEnum):
    """What a property holds; connectors translate their vendor's type names into these."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    PICKLIST = "picklist"
    MULTI_PICKLIST = "multi_picklist"
    URL = "url"
    PHONE = "phone"
    EMAIL = "email"
    REFERENCE = "reference"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Property:
    """One property of the CRM's account object, as its own describe tells it.

    `options` maps the values of a pick list that may be chosen now to their labels; `restricted`: no other value is
    taken. `max_length` is in characters, `digits` before the decimal point. `tracked`: the CRM keeps a history of it.
    `raw` is the vendor's own name of the type, for messages.
    """

    name: str
    shape: Shape
    label: str = ""
    writable: bool = True
    options: Mapping[str, str] = field(default_factory=dict)
    restricted: bool = False
    max_length: int | None = None
    digits: int | None = None
    tracked: bool = False
    custom: bool = False
    raw: str = ""


@dataclass(frozen=True, slots=True)
class PropertyEvent:
    """One change of one property in the CRM's history, raw values as the API gives them; `at` in UTC.

    Leave out changes whose values the CRM does not tell: a value that is not known is no blank.
    """

    id: str
    name: str
    old: Any
    new: Any
    by: str
    at: datetime
    hands: Actor | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One account as the API gave it: `properties` by the CRM's names with JSON values, blanks left out or not.

    `version` is the precondition token (ETag, timestamp). `held` says in words why nobody but its keeper may write it
    (in approval, locked), "" where nothing does. `modified_at` in UTC; `modified_by` is a user's name, not an id. `hands` says
    what kind of user that is where the CRM tells by itself, else the name is looked up among `machine_users`. `events` is
    the newest history, oldest first, where it came along; None: it did not.
    """

    id: str
    properties: Mapping[str, Any]
    modified_at: datetime | None = None
    modified_by: str | None = None
    hands: Actor | None = None
    version: str | None = None
    held: str = ""
    events: tuple[PropertyEvent, ...] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One record to write: encoded values by the CRM's property names, None to clear; `seen` is the record as re-read."""

    id: str
    properties: Mapping[str, Any]
    seen: Record | None = None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: no `fault` means the CRM says it is written. `message` in the vendor's own words.

    `properties` names those the fault is about, empty for all of the row; `written` those that were written all the same.
    """

    fault: Fault | None = None
    message: str = ""
    properties: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """What the CRM says is left of its daily call limit; `resets_at` in UTC where it tells."""

    calls: int
    limit: int | None = None
    resets_at: datetime | None = None

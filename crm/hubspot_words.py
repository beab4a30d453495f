"""HubSpot's manner of speaking: which refusal means what, which hands a history names, how a property is described.

Sources: HubSpot's CRM API reference (companies, properties), its error-handling and usage-limit pages; what these leave open is
said in `docs/revops.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.account import Actor
from crm.remote.formats import read_moment
from crm.remote.mapping import MappedField
from crm.remote.records import Fault, Left, Property, PropertyEvent, RowResult, Shape
from crm.remote.session import Reply

_CATEGORIES = {
    "EXPIRED_AUTHENTICATION": Fault.AUTH_EXPIRED, "INVALID_AUTHENTICATION": Fault.AUTH_EXPIRED,
    "MISSING_SCOPES": Fault.PERMISSION, "BANNED": Fault.PERMISSION, "OBJECT_NOT_FOUND": Fault.GONE,
    "CONFLICT": Fault.DUPLICATE, "VALIDATION_ERROR": Fault.VALIDATION, "PROPERTY_DOESNT_EXIST": Fault.UNKNOWN_FIELD,
    "READ_ONLY_VALUE": Fault.PERMISSION, "INVALID_OPTION": Fault.VALIDATION, "OBJECT_LOCKED": Fault.LOCKED_ROW,
}  # fmt: skip
_STATUS = {
    401: Fault.AUTH_EXPIRED, 403: Fault.PERMISSION, 404: Fault.GONE, 409: Fault.DUPLICATE, 423: Fault.LOCKED_ROW,
    400: Fault.VALIDATION,
}  # fmt: skip
#: Who stands behind a `sourceType` of the history. Ours is told by its `sourceId`; a type not named here is nobody we know.
_PEOPLE = frozenset({"CRM_UI", "CRM_UI_BULK_ACTION", "MOBILE_ANDROID", "MOBILE_IOS", "CONTACTS_WEB", "SALES"})
_MACHINES = frozenset(
    {"INTEGRATION", "API", "IMPORT", "AUTOMATION_PLATFORM", "WORKFLOWS", "BATCH_UPDATE", "COMPANY_INSIGHTS", "COMPANIES",
     "CALCULATED", "FORM", "ANALYTICS", "ENRICHMENT", "DATA_ENRICHMENT", "MIGRATION", "SALESFORCE", "MERGE_COMPANIES"}
)  # fmt: skip
_SHAPES = {
    ("string", "textarea"): Shape.LONG_TEXT, ("string", "html"): Shape.LONG_TEXT, ("string", "phonenumber"): Shape.PHONE,
    ("enumeration", "checkbox"): Shape.MULTI_PICKLIST, ("enumeration", "booleancheckbox"): Shape.BOOLEAN,
}  # fmt: skip
_TYPES = {
    "string": Shape.TEXT, "number": Shape.NUMBER, "date": Shape.DATE, "datetime": Shape.MOMENT,
    "enumeration": Shape.PICKLIST, "bool": Shape.BOOLEAN, "phone_number": Shape.PHONE,
}  # fmt: skip
_MADE = {
    Shape.LONG_TEXT: ("string", "textarea"), Shape.NUMBER: ("number", "number"), Shape.INTEGER: ("number", "number"),
    Shape.DATE: ("date", "date"), Shape.MOMENT: ("datetime", "date"), Shape.PHONE: ("string", "phonenumber"),
}  # fmt: skip
#: A text property holds so many characters.
_MOST = 65_536


def fault_of(reply: Reply) -> Fault | None:
    """What an answer means; None for a good one, 207 among them."""
    if reply.status < 400:
        return None
    body = reply.body if isinstance(reply.body, dict) else {}
    if reply.status == 429:
        return Fault.BUDGET_SPENT if body.get("policyName") == "DAILY" else Fault.THROTTLED
    if reply.status >= 500 or reply.status == 477:
        return Fault.TRANSIENT
    return _STATUS.get(reply.status) or _CATEGORIES.get(str(body.get("category", "")), Fault.OTHER)


def words_of(reply: Reply) -> str:
    """HubSpot's own sentence, with its correlation id where it gives one."""
    body = reply.body if isinstance(reply.body, dict) else {}
    said = str(body.get("message") or reply.text)
    return f"{said} ({body['correlationId']})" if body.get("correlationId") else said


def left_of(headers: Mapping[str, str]) -> Left | None:
    """What is left of the day's calls, where the headers tell; those of a search never do."""
    left, limit = headers.get("X-HubSpot-RateLimit-Daily-Remaining"), headers.get("X-HubSpot-RateLimit-Daily")
    if left is None or not left.isdigit():
        return None
    return Left(int(left), int(limit) if limit is not None and limit.isdigit() else None)


def property_of(told: Mapping[str, Any]) -> Property:
    """A property as its definition describes it."""
    kind, field = str(told.get("type", "")), str(told.get("fieldType", ""))
    shape = _SHAPES.get((kind, field)) or _TYPES.get(kind, Shape.OTHER)
    options = {
        str(o["value"]): str(o.get("label", "")) for o in told.get("options") or () if not o.get("hidden")
    }
    fixed = (told.get("modificationMetadata") or {}).get("readOnlyValue", False)
    return Property(
        str(told["name"]), shape, str(told.get("label") or ""), not (fixed or told.get("calculated")), options,
        shape in (Shape.PICKLIST, Shape.MULTI_PICKLIST), _MOST if shape in (Shape.TEXT, Shape.LONG_TEXT) else None,
        tracked=True, custom=not told.get("hubspotDefined", False), raw=f"{kind}/{field}",
    )  # fmt: skip


def definition_of(mapped: MappedField, group: str) -> dict[str, Any]:
    """The definition that makes a property of ours."""
    kind, field = _MADE.get(mapped.shape or Shape.TEXT, ("string", "text"))
    return {
        "name": mapped.property, "label": mapped.label or mapped.property, "groupName": group, "type": kind, "fieldType": field,
        "description": f"Written by Evergreen: {mapped.field}.",
    }  # fmt: skip


def events_of(number: str, history: Mapping[str, Any], our_app: str | None) -> tuple[PropertyEvent, ...]:
    """The edits a `propertiesWithHistory` tells, oldest first. The oldest known value is where it starts, no edit."""
    found = []
    for name, versions in history.items():
        told = [v for v in versions if read_moment(v.get("timestamp"))]
        told.sort(key=lambda v: str(read_moment(v["timestamp"])))
        for before, after in zip([None, *told], told, strict=False):
            at = read_moment(after["timestamp"])
            if at is None:
                continue
            by, hands = _hands(after, our_app)
            old = before.get("value") if before is not None else None
            found.append(PropertyEvent(number, name, old, after.get("value"), by, at, hands))
    return tuple(sorted(found, key=lambda event: event.at))


def _hands(version: Mapping[str, Any], our_app: str | None) -> tuple[str, Actor | None]:
    """The name to show and what kind of hands these are."""
    source, ident = str(version.get("sourceType") or ""), str(version.get("sourceId") or "")
    if our_app is not None and ident == our_app:
        return our_app, Actor.OURS
    user = version.get("updatedByUserId")
    name = str(version.get("sourceLabel") or (f"user {user}" if user else "") or ident or source)
    if source in _PEOPLE:
        return name, Actor.PERSON
    return name, Actor.MACHINE if source in _MACHINES else Actor.UNKNOWN


def row_results(ids: Sequence[str], body: Any) -> list[RowResult]:
    """What became of each row of a batch, from its results and its list of errors. A row neither names is not known."""
    body = body if isinstance(body, dict) else {}
    good = {str(row.get("id")) for row in body.get("results") or ()}
    bad: dict[str, RowResult] = {}
    for error in body.get("errors") or ():
        named = [str(i) for i in (error.get("context") or {}).get("ids") or ()]
        result = RowResult(
            _CATEGORIES.get(str(error.get("category")), Fault.OTHER),
            str(error.get("message") or ""),
            blamed(error),
        )
        bad |= dict.fromkeys(named, result)
    unknown = RowResult(Fault.UNKNOWN_OUTCOME, "HubSpot's answer says nothing of this record.")
    return [RowResult() if i in good else bad.get(i, unknown) for i in ids]


def blamed(error: Mapping[str, Any]) -> tuple[str, ...]:
    """The properties an error names in its details."""
    named: list[str] = []
    for detail in error.get("errors") or ():
        context = detail.get("context") or {}
        told = context.get("propertyName") or detail.get("in") or ()
        named += [told] if isinstance(told, str) else [str(name) for name in told]
    return tuple(dict.fromkeys(named))

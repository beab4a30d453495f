"""Dataverse's manner of speaking: refusals, column types, column definitions.

Source: Dataverse Web API reference and service-protection limits. Codes not read in public are told by status and words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crm.remote.mapping import MappedField
from crm.remote.records import Fault, Property, Shape

_STATUS = {
    401: Fault.AUTH_EXPIRED,
    403: Fault.PERMISSION,
    404: Fault.GONE,
    412: Fault.STALE,
    429: Fault.THROTTLED,
}
_CODES = {
    "0x80060882": Fault.STALE, "0x80040217": Fault.GONE, "0x80040220": Fault.PERMISSION, "0x80040333": Fault.DUPLICATE,
    "0x80040237": Fault.DUPLICATE, "0x80072322": Fault.THROTTLED, "0x80072321": Fault.THROTTLED, "0x80072326": Fault.THROTTLED,
    "0x80044150": Fault.TRANSIENT, "0x80048d19": Fault.UNKNOWN_FIELD,
}  # fmt: skip
_SHAPES = {
    "String": Shape.TEXT, "Memo": Shape.LONG_TEXT, "Integer": Shape.INTEGER, "BigInt": Shape.INTEGER, "Decimal": Shape.NUMBER,
    "Double": Shape.NUMBER, "Money": Shape.NUMBER, "Boolean": Shape.BOOLEAN, "DateTime": Shape.MOMENT, "Picklist": Shape.PICKLIST,
    "State": Shape.PICKLIST, "Status": Shape.PICKLIST, "Lookup": Shape.REFERENCE, "Owner": Shape.REFERENCE,
    "Customer": Shape.REFERENCE,
}  # fmt: skip
_MADE = {
    Shape.TEXT: "String", Shape.LONG_TEXT: "Memo", Shape.INTEGER: "Integer", Shape.NUMBER: "Decimal", Shape.DATE: "DateTime",
    Shape.EMAIL: "String", Shape.URL: "String",
}  # fmt: skip
_ENGLISH = 1033
#: Plug-ins and workflows refuse in their own words, all under one code.
_CLOSED = re.compile(r"in approval|approval process|read-only because|is locked|审批|锁定", re.I)


def fault_of(status: int, body: Any) -> Fault | None:
    """What an answer, or a part of a batch, means."""
    if status < 400:
        return None
    code = str(_error(body).get("code", "")).lower()
    if code in _CODES:
        return _CODES[code]
    if _CLOSED.search(str(_error(body).get("message", ""))):
        return Fault.HELD
    return _STATUS.get(status) or (Fault.TRANSIENT if status >= 500 else Fault.VALIDATION)


def words_of(body: Any, text: str = "") -> str:
    """The vendor's sentence with its code."""
    error = _error(body)
    return f"{error.get('message', '')} ({error.get('code', '')})" if error.get("message") else text


def _error(body: Any) -> Mapping[str, Any]:
    told = body.get("error") if isinstance(body, Mapping) else None
    return told if isinstance(told, Mapping) else {}


def property_of(
    told: Mapping[str, Any], lengths: Mapping[str, int], options: Mapping[str, Mapping[str, str]]
) -> Property:
    """A column from its metadata; lengths and option sets come from calls of their own."""
    name, kind = str(told["LogicalName"]), str(told.get("AttributeType") or "")
    shape = (
        Shape.DATE
        if kind == "DateTime" and told.get("Format") == "DateOnly"
        else _SHAPES.get(kind, Shape.OTHER)
    )
    label = ((told.get("DisplayName") or {}).get("UserLocalizedLabel") or {}).get("Label") or ""
    return Property(
        name, shape, str(label), bool(told.get("IsValidForUpdate", True)), options.get(name, {}), shape is Shape.PICKLIST,
        lengths.get(name), custom=bool(told.get("IsCustomAttribute")), raw=kind,
    )  # fmt: skip


def definition_of(mapped: MappedField) -> dict[str, Any]:
    """The metadata that makes a column of ours."""
    shape = mapped.shape or Shape.TEXT
    kind = _MADE.get(shape, "String")
    told: dict[str, Any] = {
        "@odata.type": f"Microsoft.Dynamics.CRM.{kind}AttributeMetadata", "SchemaName": mapped.property,
        "RequiredLevel": {"Value": "None"},
        "DisplayName": {"LocalizedLabels": [{"Label": mapped.label or mapped.property, "LanguageCode": _ENGLISH}]},
    }  # fmt: skip
    if kind in ("String", "Memo"):
        told["MaxLength"] = mapped.length or (2000 if kind == "Memo" else 200)
    if shape is Shape.DATE:
        told["Format"] = "DateOnly"
    return told

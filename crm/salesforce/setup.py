"""Makes our custom fields by the Tooling API, and the permission set that lets our user see and write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.errors import CrmCallRefused
from crm.remote.mapping import MappedField
from crm.remote.records import Shape
from crm.remote.session import ApiSession

PERMISSION_SET = "Evergreen_Enrichment"


def definition(mapped: MappedField) -> Mapping[str, Any]:
    """The metadata of one custom field, as the Tooling API and a metadata package take it.

    Source: Metadata API Developer Guide, CustomField.
    """
    shape, label = mapped.shape or Shape.TEXT, label_of(mapped)
    made: dict[str, Any] = {
        "label": label,
        "description": f"Kept by Evergreen: {mapped.label}.",
        "required": False,
    }
    if shape is Shape.LONG_TEXT:
        return made | {"type": "LongTextArea", "length": mapped.length or 4000, "visibleLines": 4}
    if shape in (Shape.INTEGER, Shape.NUMBER):
        return made | {"type": "Number", "precision": 18, "scale": 0 if shape is Shape.INTEGER else 2}
    if shape is Shape.BOOLEAN:
        return {k: v for k, v in made.items() if k != "required"} | {
            "type": "Checkbox",
            "defaultValue": False,
        }
    plain = {
        Shape.DATE: "Date",
        Shape.MOMENT: "DateTime",
        Shape.URL: "Url",
        Shape.EMAIL: "Email",
        Shape.PHONE: "Phone",
    }
    if shape in plain:
        return made | {"type": plain[shape]}
    return made | {"type": "Text", "length": min(mapped.length or 255, 255)}


def label_of(mapped: MappedField) -> str:
    """A label of at most 40 characters, the most Salesforce takes."""
    return f"Enr {mapped.label}"[:40]


def make_fields(session: ApiSession, path: str, fields: Sequence[MappedField], user: str) -> tuple[str, ...]:
    """Makes the fields and grants them; returns the names made. A field that is there already, hidden from us, is granted."""
    made: list[str] = []
    for mapped in fields:
        body = {"FullName": f"Account.{mapped.property}", "Metadata": definition(mapped)}
        try:
            session.call(
                "POST", f"{path}/tooling/sobjects/CustomField", purpose="setup", safe=False, json=body
            )
        except CrmCallRefused as error:
            if "DUPLICATE_DEVELOPER_NAME" not in error.raw:
                raise
        made.append(mapped.property)
    if made:
        _grant(session, path, made, user)
    return tuple(made)


def _grant(session: ApiSession, path: str, names: Sequence[str], user: str) -> None:
    found = _rows(session, path, f"SELECT Id FROM PermissionSet WHERE Name = '{PERMISSION_SET}'")
    holder = (
        str(found[0]["Id"])
        if found
        else _made(session, path, "PermissionSet", {"Name": PERMISSION_SET, "Label": "Evergreen Enrichment"})
    )
    assigned = _rows(
        session,
        path,
        f"SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = '{holder}' AND AssigneeId = '{user}'",
    )
    if not assigned:
        _made(session, path, "PermissionSetAssignment", {"PermissionSetId": holder, "AssigneeId": user})
    granted = {
        str(r["Field"])
        for r in _rows(session, path, f"SELECT Field FROM FieldPermissions WHERE ParentId = '{holder}'")
    }
    for name in names:
        if f"Account.{name}" not in granted:
            right = {
                "ParentId": holder,
                "SobjectType": "Account",
                "Field": f"Account.{name}",
                "PermissionsRead": True,
                "PermissionsEdit": True,
            }
            _made(session, path, "FieldPermissions", right)


def _rows(session: ApiSession, path: str, soql: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = session.get(f"{path}/query", purpose="setup", params={"q": soql}).body[
        "records"
    ]
    return rows


def _made(session: ApiSession, path: str, kind: str, body: Mapping[str, Any]) -> str:
    reply = session.call("POST", f"{path}/sobjects/{kind}", purpose="setup", safe=False, json=dict(body))
    return str(reply.body["id"])

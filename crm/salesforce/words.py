"""What Salesforce says, classed: error codes of REST, of saved rows and of bulk results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crm.remote.records import Fault, RowResult
from crm.remote.session import Reply

#: REST API Developer Guide, "Status Codes and Error Responses"; SOAP API, "Core Data Types", StatusCode.
FAULTS: Mapping[str, Fault] = {
    "INVALID_SESSION_ID": Fault.AUTH_EXPIRED,
    "REQUEST_LIMIT_EXCEEDED": Fault.BUDGET_SPENT,
    "SERVER_UNAVAILABLE": Fault.TRANSIENT,
    "UNKNOWN_EXCEPTION": Fault.TRANSIENT,
    "TOO_MANY_REQUESTS": Fault.THROTTLED,
    "UNABLE_TO_LOCK_ROW": Fault.LOCKED_ROW,
    "ENTITY_IS_LOCKED": Fault.HELD,
    "ENTITY_IS_DELETED": Fault.GONE,
    "NOT_FOUND": Fault.GONE,
    "INVALID_CROSS_REFERENCE_KEY": Fault.GONE,
    "MALFORMED_ID": Fault.GONE,
    "DUPLICATES_DETECTED": Fault.DUPLICATE,
    "DUPLICATE_VALUE": Fault.DUPLICATE,
    "INSUFFICIENT_ACCESS": Fault.PERMISSION,
    "INSUFFICIENT_ACCESS_OR_READONLY": Fault.PERMISSION,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": Fault.PERMISSION,
    "API_DISABLED_FOR_ORG": Fault.PERMISSION,
    "INVALID_FIELD": Fault.UNKNOWN_FIELD,
    "INVALID_FIELD_FOR_INSERT_UPDATE": Fault.UNKNOWN_FIELD,
    "INVALID_TYPE": Fault.UNKNOWN_FIELD,
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Fault.VALIDATION,
    "FIELD_INTEGRITY_EXCEPTION": Fault.VALIDATION,
    "FIELD_FILTER_VALIDATION_EXCEPTION": Fault.VALIDATION,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Fault.VALIDATION,
    "INVALID_TYPE_ON_FIELD_IN_RECORD": Fault.VALIDATION,
    "STRING_TOO_LONG": Fault.VALIDATION,
    "NUMBER_OUTSIDE_VALID_RANGE": Fault.VALIDATION,
    "REQUIRED_FIELD_MISSING": Fault.VALIDATION,
    "CANNOT_EXECUTE_FLOW_TRIGGER": Fault.VALIDATION,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Fault.VALIDATION,
    "PRECONDITION_FAILED": Fault.STALE,
}
REMEDIES: Mapping[Fault, str] = {
    Fault.PERMISSION: "Grant our user the permission set that `evergreen setup-crm` makes, and API access.",
    Fault.UNKNOWN_FIELD: "Run `evergreen check`: a field is not there, or our user may not see it.",
    Fault.AUTH_EXPIRED: "Check the connected app: its session policy, and whether our user is still allowed.",
}
_BULK = re.compile(r"(?P<code>[A-Z_]+):(?P<message>.*?)(?::(?P<fields>[\w ]*) ?--)?\s*", re.DOTALL)


def errors_in(body: Any) -> list[Mapping[str, Any]]:
    """The error objects of a reply's body."""
    found = body if isinstance(body, list) else [body]
    return [
        e for e in found if isinstance(e, Mapping) and ("errorCode" in e or "statusCode" in e or "error" in e)
    ]


def fault_of(reply: Reply) -> Fault | None:
    """The class of a refused call; None for a good one, and where only the HTTP status speaks."""
    if reply.status < 400:
        return None
    if reply.status == 412:
        return Fault.STALE
    codes = [str(e.get("errorCode") or e.get("error") or "") for e in errors_in(reply.body)]
    return next((FAULTS[code] for code in codes if code in FAULTS), None)


def words_of(reply: Reply) -> str:
    """Salesforce's own text of a refusal."""
    said = [
        f"{e.get('errorCode') or e.get('error')}: {e.get('message') or e.get('error_description')}"
        for e in errors_in(reply.body)
    ]
    return "; ".join(said) or reply.text


def row_result(errors: Sequence[Mapping[str, Any]]) -> RowResult:
    """What became of one row, by the errors of its SaveResult (`statusCode`) or REST reply (`errorCode`)."""
    if not errors:
        return RowResult()
    first = errors[0]
    code = str(first.get("statusCode") or first.get("errorCode") or "UNKNOWN")
    names = tuple(str(name) for error in errors for name in error.get("fields") or ())
    said = "; ".join(f"{e.get('statusCode') or e.get('errorCode')}: {e.get('message')}" for e in errors)
    return RowResult(FAULTS.get(code, Fault.OTHER), said, names)


def bulk_result(text: str) -> RowResult:
    """The same for the `sf__Error` of a bulk row: `CODE:message:fields --`."""
    found = _BULK.fullmatch(text.strip())
    if found is None:
        return RowResult(Fault.OTHER, text)
    names = tuple(name for name in (found["fields"] or "").split() if name)
    return RowResult(FAULTS.get(found["code"], Fault.OTHER), f"{found['code']}: {found['message']}", names)

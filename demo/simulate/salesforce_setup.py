"""Setup objects of the simulated org: custom fields by the Tooling API, field-level security by permission sets."""

from __future__ import annotations

import re
from typing import Any

from demo.simulate.org import Org, Trait
from demo.simulate.server import Answer, Request
from demo.simulate.soql import Malformed, Select, choose, parse

_TYPES = {"Text": "string", "LongTextArea": "textarea", "TextArea": "textarea", "Number": "double", "Date": "date", "DateTime": "datetime",
          "Checkbox": "boolean", "Url": "url", "Email": "email", "Phone": "phone"}  # fmt: skip


class Setup:
    """A field made by API is there and granted to nobody: describe shows it once a permission set of our user says so."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self.tables: dict[str, list[dict[str, Any]]] = {
            "PermissionSet": [],
            "FieldPermissions": [],
            "PermissionSetAssignment": [],
        }

    def rows(self, query: Select) -> list[dict[str, Any]]:
        """Records of a setup table. Raises Malformed for a table that does not exist."""
        if query.table == "FieldDefinition":
            rows: list[dict[str, Any]] = [
                {"QualifiedApiName": t.name, "IsFieldHistoryTracked": t.tracked, "EntityDefinition.QualifiedApiName": "Account"}
                for t in self._org.traits.values()
            ]  # fmt: skip
        elif query.table in self.tables:
            rows = self.tables[query.table]
        else:
            raise Malformed(f"sObject type '{query.table}' is not supported.")
        return [
            {"attributes": {"type": query.table}, **{f: r.get(f) for f in query.fields}}
            for r in choose(query, rows)
        ]

    def answer(self, request: Request, what: str) -> Answer:
        """Any request to setup objects."""
        what = what.rstrip("/")
        if what == "tooling/query":
            try:
                found = self.rows(parse(request.query.get("q", "")))
            except Malformed as error:
                return Answer(400, [{"errorCode": "INVALID_TYPE", "message": str(error)}])
            return Answer(200, {"totalSize": len(found), "done": True, "records": found})
        if what == "tooling/sobjects/CustomField" and request.method == "POST":
            return self._field(request.json or {})
        table = what.removeprefix("sobjects/")
        if table in self.tables and request.method == "POST":
            row = {**(request.json or {}), "Id": f"0PSxx{len(self.tables[table]):010d}AAA"}
            self.tables[table].append(row)
            if table == "FieldPermissions":
                self._grant(row)
            return Answer(201, {"id": row["Id"], "success": True, "errors": []})
        return Answer(404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}])

    def _field(self, body: dict[str, Any]) -> Answer:
        name = str(body.get("FullName", "")).removeprefix("Account.")
        made = body.get("Metadata") or {}
        kind = _TYPES.get(str(made.get("type")))
        if kind is None or not re.fullmatch(r"[A-Za-z]\w{0,39}__c", name) or not made.get("label"):
            return Answer(
                400,
                [
                    {
                        "errorCode": "FIELD_INTEGRITY_EXCEPTION",
                        "message": "the field's definition is not valid",
                    }
                ],
            )
        if name in self._org.traits:
            return Answer(
                400,
                [
                    {
                        "errorCode": "DUPLICATE_DEVELOPER_NAME",
                        "message": f"There is already a field named {name}.",
                    }
                ],
            )
        length = int(made.get("length") or made.get("precision") or 255)
        self._org.traits[name] = Trait(
            name, kind, str(made["label"]), length, custom=True, tracked=bool(made.get("trackHistory"))
        )
        self._org.faults.hidden.add(name)
        return Answer(201, {"id": f"00Nxx{len(self._org.traits):010d}", "success": True, "errors": []})

    def _grant(self, row: dict[str, Any]) -> None:
        name = str(row.get("Field", "")).removeprefix("Account.")
        if str(row.get("PermissionsRead")).lower() == "true":
            self._org.faults.hidden.discard(name)

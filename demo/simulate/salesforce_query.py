"""Queries of the simulated org: accounts, their history, setup tables; pages of 2,000."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demo.simulate.org import Entry, Org
from demo.simulate.salesforce_replies import STAMPS, failure, shown, whole
from demo.simulate.salesforce_setup import Setup
from demo.simulate.server import Answer, Request
from demo.simulate.soql import Malformed, Select, choose, parse

_PAGE = 2000


class Queries:
    """Runs queries over one org and keeps what is left of long answers."""

    def __init__(self, org: Org, setup: Setup) -> None:
        self.org, self._setup = org, setup
        self._cursors: dict[str, tuple[list[Any], int]] = {}

    def run(self, text: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        """The records a query gives. Raises Malformed, or LookupError naming a field nobody may see."""
        query = parse(text)
        if query.table == "AccountHistory":
            rows = [row for e in self.org.entries.values() for row in self._history_rows(e)]
            return [
                {"attributes": {"type": "AccountHistory"}, **shown(query, row)} for row in choose(query, rows)
            ]
        if query.table != "Account":
            return self._setup.rows(query)
        self._check(query)
        entries = list(self.org.entries.values()) if deleted else self.org.live()
        wanted = next((value for name, sign, value in query.where if name == "Id" and sign == "in"), None)
        if wanted is not None:
            entries = [
                self.org.entries[i]
                for i in wanted
                if i in self.org.entries and (deleted or not self.org.entries[i].deleted)
            ]
        return [self.record(query, row) for row in choose(query, map(self.row, entries))]

    def _check(self, query: Select) -> None:
        known = {"Id", "IsDeleted", "MasterRecordId", "COUNT()", *STAMPS, "LastModifiedById", "LastModifiedBy.Name", "CreatedById",
                 *(t.name for t in self.org.visible())}  # fmt: skip
        for name in [*query.fields, *(n for n, _, _ in query.where)]:
            if name not in known:
                raise LookupError(f"No such column '{name}' on entity 'Account'.")

    def row(self, entry: Entry) -> dict[str, Any]:
        """All fields of an account, instants as datetimes."""
        return {
            **dict.fromkeys(self.org.traits), **entry.values, "Id": entry.id, "IsDeleted": entry.deleted is not None,
            "MasterRecordId": entry.merged_into, "CreatedDate": whole(entry.created), "LastModifiedDate": whole(entry.modified),
            "SystemModstamp": whole(entry.modified), "LastModifiedById": f"005{entry.modified_by}",
            "LastModifiedBy.Name": entry.modified_by,
        }  # fmt: skip

    def _history_rows(self, entry: Entry) -> list[dict[str, Any]]:
        return [
            {"AccountId": e.id, "Field": e.name, "OldValue": e.old, "NewValue": e.new, "CreatedById": f"005{e.by}",
             "CreatedBy.Name": e.by, "CreatedDate": whole(e.at)}
            for e in self.org.history(entry.id)
            if e.name not in self.org.faults.hidden
        ]  # fmt: skip

    def record(self, query: Select, row: Mapping[str, Any]) -> dict[str, Any]:
        """One record as a query shows it."""
        url = f"/services/data/v66.0/sobjects/Account/{row['Id']}"
        found = {"attributes": {"type": "Account", "url": url}, **shown(query, row)}
        for child in query.children:
            rows = choose(child, self._history_rows(self.org.entries[row["Id"]]))
            inner = [{"attributes": {"type": "AccountHistory"}, **shown(child, r)} for r in rows]
            found[child.table] = {"totalSize": len(inner), "done": True, "records": inner} if inner else None
        return found

    def answer(self, request: Request, *, deleted: bool = False) -> Answer:
        """The first page of a query."""
        try:
            rows = self.run(request.query.get("q", ""), deleted=deleted)
        except Malformed as error:
            return failure(400, "MALFORMED_QUERY", str(error))
        except LookupError as error:
            return failure(400, "INVALID_FIELD", str(error.args[0]))
        if "count()" in request.query.get("q", "").lower():
            return Answer(200, {"totalSize": len(rows), "done": True, "records": []})
        return self._page(rows, 0, len(rows))

    def more(self, request: Request, locator: str) -> Answer:
        """A further page."""
        name, _, start = locator.rpartition("-")
        if name not in self._cursors:
            return failure(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        rows, total = self._cursors[name]
        return self._page(rows, int(start), total, name)

    def _page(self, rows: list[Any], start: int, total: int, name: str | None = None) -> Answer:
        done = start + _PAGE >= len(rows)
        body: dict[str, Any] = {"totalSize": total, "done": done, "records": rows[start : start + _PAGE]}
        if not done:
            name = name or f"01g{len(self._cursors):012d}"
            self._cursors[name] = (rows, total)
            body["nextRecordsUrl"] = f"/services/data/v66.0/query/{name}-{start + _PAGE}"
        return Answer(200, body)

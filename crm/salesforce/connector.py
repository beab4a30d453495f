"""The Salesforce connector: reading by SOQL, writing by collections of 200, guarded ones by conditional composites of 25."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from accounts.account import Actor
from accounts.catalogue import Catalogue
from accounts.clock import Clock
from accounts.config import Config
from accounts.errors import CrmCallRefused
from crm.registry import register
from crm.remote.connector import RemoteCrm
from crm.remote.formats import Wire, read_moment
from crm.remote.mapping import MappedField
from crm.remote.options import Options
from crm.remote.records import Fault, Left, Property, PropertyEvent, Record, Row, RowResult, Shape
from crm.remote.session import ApiSession, Dialect, Reply
from crm.salesforce.bulk import Bulk
from crm.salesforce.login import Login
from crm.salesforce.words import REMEDIES, errors_in, fault_of, row_result, words_of

_SHAPES: Mapping[str, Shape] = {
    "string": Shape.TEXT, "textarea": Shape.LONG_TEXT, "phone": Shape.PHONE, "url": Shape.URL, "email": Shape.EMAIL,
    "int": Shape.INTEGER, "double": Shape.NUMBER, "currency": Shape.NUMBER, "percent": Shape.NUMBER, "long": Shape.INTEGER,
    "boolean": Shape.BOOLEAN, "date": Shape.DATE, "datetime": Shape.MOMENT, "picklist": Shape.PICKLIST,
    "multipicklist": Shape.MULTI_PICKLIST, "reference": Shape.REFERENCE, "combobox": Shape.TEXT, "encryptedstring": Shape.TEXT,
}  # fmt: skip
_SYSTEM = ("Id", "LastModifiedDate", "LastModifiedById", "LastModifiedBy.Name", "SystemModstamp")
_HISTORY = ("Field", "OldValue", "NewValue", "CreatedById", "CreatedBy.Name", "CreatedDate")
_LIMITS = re.compile(r"api-usage=(\d+)/(\d+)")
_GUARDED_A_CALL = 25
#: A conditional request goes by whole seconds: what changed in the second of our reading cannot be guarded yet.
_BLIND = timedelta(seconds=1)
_RECENT = timedelta(days=2)


@register("salesforce")
def open_salesforce(config: Config, catalogue: Catalogue, clock: Clock) -> Salesforce:
    """The CRM `salesforce` of a configuration. Raises ConfigError where host, app or key are missing."""
    return Salesforce(config, catalogue, clock)


class Salesforce(RemoteCrm):
    """Accounts of one org."""

    kind = "salesforce"
    wire = Wire()
    rows_a_call = 200
    reads_a_call = 200
    keeps_history = True
    own_rows = 10_000

    def __init__(self, config: Config, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(config, catalogue, clock)
        options = Options(config)
        self.options = options
        self._login = Login(options)
        dialect = Dialect(self._login.headers, fault_of, words_of, self._usage, self._login.secrets, REMEDIES)
        self.session = ApiSession(
            self.kind, options.address("host", remedy="Write https://NAME.my.salesforce.com."), dialect, self.meter, clock,
            timeout=options.number("timeout", 120), ca_file=options.maybe("ca_file"), sleep=self._wait,
        )  # fmt: skip
        self._login.session = self.session
        self.path = f"/services/data/v{options.text('api_version', '66.0')}"
        self._bulk_from = int(options.number("bulk_from", 2_000))
        self._bulk_read_from = int(options.number("bulk_read_from", 50_000))
        self._where = options.text("where", "").strip() if options.maybe("where") else ""
        self._us: tuple[str, frozenset[str]] | None = None
        self._read_at: datetime | None = None

    # -- reading -----------------------------------------------------------------------------------------------

    def properties(self) -> Iterable[Property]:
        """The describe of Account, with which fields the org tracks."""
        body = self.session.get(f"{self.path}/sobjects/Account/describe", purpose="describe").body
        tracked = self._tracked()
        return [_property(field, field["name"] in tracked) for field in body["fields"]]

    def pages(self, names: Sequence[str], since: datetime | None) -> Iterator[Sequence[Record]]:
        """By SystemModstamp, which moves with every change; in bulk where there are many."""
        where = [f"SystemModstamp >= {_stamp(since)}"] if since else []
        where += [f"({self._where})"] if self._where else []
        clause = f" WHERE {' AND '.join(where)}" if where else ""
        soql = f"SELECT {', '.join([*_SYSTEM, *names])} FROM Account{clause} ORDER BY SystemModstamp, Id"
        reply = self._query(soql)
        if int(reply.body["totalSize"]) > self._bulk_read_from:
            for rows in self._bulk().query(soql.rpartition(" ORDER BY ")[0]):
                yield [self._record(_nested(row)) for row in rows]
            return
        yield from ([self._record(row) for row in page] for page in self._following(reply))

    def records(self, ids: Sequence[str], names: Sequence[str]) -> Iterable[Record]:
        """By id, each with its history of the last two days."""
        safe = [i for i in ids if re.fullmatch(r"\w{15,18}", i)]
        if not safe:
            return []
        since = _stamp(self.clock.now() - _RECENT)
        tracked = self._tracked_names()
        child = (
            f", (SELECT {', '.join(_HISTORY)} FROM Histories WHERE CreatedDate >= {since} ORDER BY CreatedDate)"
            if tracked
            else ""
        )
        listed = ", ".join(f"'{i}'" for i in safe)
        only = f" AND ({self._where})" if self._where else ""
        soql = f"SELECT {', '.join([*_SYSTEM, *names])}{child} FROM Account WHERE Id IN ({listed}){only}"
        reply = self._query(soql)
        self._read_at = _date_of(reply) or self.clock.now()
        return [self._record(row) for page in self._following(reply) for row in page]

    def gone(self, since: datetime) -> Iterable[str]:
        """getDeleted, which reaches back 15 days; merged records are among the deleted."""
        now = self.clock.now()
        start = max(since, now - timedelta(days=14))
        params = {
            "start": start.isoformat(timespec="seconds"),
            "end": (now + timedelta(days=1)).isoformat(timespec="seconds"),
        }
        reply = self.session.get(f"{self.path}/sobjects/Account/deleted/", params=params)
        return [str(row["id"]) for row in reply.body["deletedRecords"]]

    def history(self, ids: Collection[str] | None, since: datetime) -> Iterable[PropertyEvent]:
        """AccountHistory of the tracked fields; nothing for the others."""
        tracked = self._tracked_names()
        if not tracked:
            return
        head = f"SELECT AccountId, {', '.join(_HISTORY)} FROM AccountHistory WHERE CreatedDate >= {_stamp(since)}"
        wanted: list[Sequence[str] | None] = [None]
        if ids is not None:
            listed = sorted(i for i in ids if re.fullmatch(r"\w{15,18}", i))
            wanted = [listed[n : n + 200] for n in range(0, len(listed), 200)]
        for some in wanted:
            only = "" if some is None else " AND AccountId IN ({})".format(", ".join(f"'{i}'" for i in some))
            for page in self._following(self._query(f"{head}{only} ORDER BY CreatedDate")):
                yield from (
                    e for row in page if (e := self._history_event(row["AccountId"], row)) is not None
                )

    def left(self) -> Left | None:
        """The org's 24-hour limit."""
        told = self.session.get(f"{self.path}/limits", purpose="limits").body["DailyApiRequests"]
        return Left(int(told["Remaining"]), int(told["Max"]))

    def our_names(self) -> frozenset[str]:
        """Name and login name of the user whose token this is."""
        return self._me()[1]

    # -- writing -----------------------------------------------------------------------------------------------

    def write(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """Rows whose every field has a history go in one collection, since a lost race shows there; others on a condition."""
        tracked = self._tracked_names() | {m.property for m in self.mapping.lane("own")}
        loose = [row for row in rows if set(row.properties) <= tracked]
        guarded = [row for row in rows if not set(row.properties) <= tracked]
        found: dict[str, RowResult] = {}
        if loose:
            found |= zip((r.id for r in loose), self._collection(loose), strict=True)
        for start in range(0, len(guarded), _GUARDED_A_CALL):
            some = guarded[start : start + _GUARDED_A_CALL]
            found |= zip((r.id for r in some), self._conditional(some), strict=True)
        return [found[row.id] for row in rows]

    def write_own(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """In bulk where there are enough of them."""
        return self._bulk().update(rows) if len(rows) >= self._bulk_from else super().write_own(rows)

    def create(self, fields: Sequence[MappedField]) -> Sequence[str]:
        """Custom fields through the Tooling API, then a permission set that lets our user see and write them."""
        from crm.salesforce.package import extra_fields  # noqa: PLC0415 - only `setup-crm` needs them
        from crm.salesforce.setup import make_fields  # noqa: PLC0415

        boxes = [m for m in extra_fields(self.mapping) if m.property not in self.schema()]
        return make_fields(self.session, self.path, [*fields, *boxes], self._me()[0])

    def _collection(self, rows: Sequence[Row]) -> list[RowResult]:
        records = [{"attributes": {"type": "Account"}, "id": row.id, **row.properties} for row in rows]
        body = {"allOrNone": False, "records": records}
        reply = self.session.call(
            "PATCH",
            f"{self.path}/composite/sobjects",
            purpose="write",
            safe=False,
            json=body,
            headers=self._headers(),
        )
        results = reply.body if isinstance(reply.body, list) else []
        if len(results) != len(rows):
            return [
                RowResult(Fault.UNKNOWN_OUTCOME, "Salesforce answered for another number of rows.")
            ] * len(rows)
        return [
            RowResult()
            if r.get("success")
            else row_result(r.get("errors") or [{"message": "no reason given"}])
            for r in results
        ]

    def _conditional(self, rows: Sequence[Row]) -> list[RowResult]:
        """Each row only if nobody has changed it since it was read: `If-Unmodified-Since`."""
        found = {
            row.id: RowResult(Fault.STALE, "It was changed in the second of our reading.") for row in rows
        }
        due = [
            row
            for row in rows
            if row.seen is not None and row.seen.modified_at is not None and not self._blind(row.seen)
        ]
        if not due:
            return [found[row.id] for row in rows]
        parts = [
            {"method": "PATCH", "url": f"{self.path}/sobjects/Account/{row.id}", "referenceId": f"r{n}", "body": row.properties,
             "httpHeaders": {"If-Unmodified-Since": _http_date(row.seen), **self._headers()}}
            for n, row in enumerate(due)
        ]  # fmt: skip
        body = {"allOrNone": False, "compositeRequest": parts}
        reply = self.session.call("POST", f"{self.path}/composite", purpose="write", safe=False, json=body)
        told = {part["referenceId"]: part for part in reply.body["compositeResponse"]}
        for n, row in enumerate(due):
            found[row.id] = _part_result(told.get(f"r{n}"))
        return [found[row.id] for row in rows]

    def _blind(self, record: Record) -> bool:
        return (
            record.modified_at is not None
            and self._read_at is not None
            and record.modified_at + _BLIND > self._read_at
        )

    def _headers(self) -> dict[str, str]:
        headers = {"Sforce-Auto-Assign": "FALSE"}
        if self.options.flag("allow_duplicates", False):
            headers["Sforce-Duplicate-Rule-Header"] = "allowSave=true"
        return headers

    # -- small things ------------------------------------------------------------------------------------------

    def _wait(self, seconds: float) -> None:
        self.sleep(seconds)

    def _bulk(self) -> Bulk:
        return Bulk(self.session, f"{self.path}/jobs", self._wait)

    def _query(self, soql: str) -> Reply:
        return self.session.get(f"{self.path}/query", purpose="query", params={"q": soql})

    def _following(self, reply: Reply) -> Iterator[list[dict[str, Any]]]:
        while True:
            yield reply.body["records"]
            if reply.body["done"]:
                return
            reply = self.session.get(reply.body["nextRecordsUrl"], purpose="query")

    def _record(self, row: Mapping[str, Any]) -> Record:
        events: tuple[PropertyEvent, ...] | None = None
        if "Histories" in row:
            inner = (row["Histories"] or {}).get("records", [])
            events = tuple(e for r in inner if (e := self._history_event(row["Id"], r)) is not None)
        by = (row.get("LastModifiedBy") or {}).get("Name")
        hands = Actor.OURS if self._is_me(row.get("LastModifiedById")) else None
        changed = read_moment(row.get("LastModifiedDate"))
        return Record(str(row["Id"]), row, changed, by, hands, row.get("SystemModstamp"), "", events)

    def _history_event(self, account: str, row: Mapping[str, Any]) -> PropertyEvent | None:
        at = read_moment(row.get("CreatedDate"))
        name = str(row["Field"])
        if at is None or name not in self._tracked_names():
            return None
        by = (row.get("CreatedBy") or {}).get("Name") or str(row.get("CreatedById"))
        hands = Actor.OURS if self._is_me(row.get("CreatedById")) else None
        return PropertyEvent(account, name, row.get("OldValue"), row.get("NewValue"), by, at, hands)

    def _tracked(self) -> frozenset[str]:
        """Fields with a history that tells values; empty where our user may not ask."""
        soql = "SELECT QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Account' AND IsFieldHistoryTracked = true"
        try:
            reply = self.session.get(f"{self.path}/tooling/query", purpose="describe", params={"q": soql})
        except CrmCallRefused:
            return frozenset()
        return frozenset(str(row["QualifiedApiName"]) for row in reply.body["records"])

    def _tracked_names(self) -> frozenset[str]:
        blind = (Shape.LONG_TEXT, Shape.MULTI_PICKLIST, Shape.REFERENCE)  # their history tells that, not what
        return frozenset(
            p.name
            for p in self.schema().values()
            if p.tracked and (p.shape not in blind or p.name.startswith("Billing"))
        )

    def _me(self) -> tuple[str, frozenset[str]]:
        """Our user's id, and the names it goes by."""
        if self._us is None:
            body = self.session.get("/services/oauth2/userinfo", purpose="login").body
            names = {str(body.get(key) or "") for key in ("preferred_username", "name")} - {""}
            self._us = str(body["user_id"]), frozenset(names)
        return self._us

    def _is_me(self, user_id: object) -> bool:
        return bool(user_id) and str(user_id)[:15] == self._me()[0][:15]

    def _usage(self, reply: Reply) -> None:
        found = _LIMITS.search(reply.headers.get("Sforce-Limit-Info", ""))
        if found is not None:
            used, limit = map(int, found.groups())
            self.meter.told(Left(max(0, limit - used), limit))


def _property(field: Mapping[str, Any], tracked: bool) -> Property:
    options = {
        str(o["value"]): str(o.get("label") or o["value"])
        for o in field.get("picklistValues") or ()
        if o.get("active")
    }
    digits = int(field.get("digits") or 0) or int(field.get("precision") or 0) - int(field.get("scale") or 0)
    return Property(
        field["name"], _SHAPES.get(field["type"], Shape.OTHER), str(field.get("label") or ""), bool(field.get("updateable")),
        options, bool(field.get("restrictedPicklist")), int(field.get("length") or 0) or None, digits or None, tracked,
        bool(field.get("custom")), str(field["type"]),
    )  # fmt: skip


def _part_result(part: Mapping[str, Any] | None) -> RowResult:
    if part is None:
        return RowResult(Fault.UNKNOWN_OUTCOME, "Salesforce does not tell what became of it.")
    if int(part["httpStatusCode"]) == 412:
        return RowResult(Fault.STALE, "It was changed between our reading and our writing.")
    if int(part["httpStatusCode"]) < 300:
        return RowResult()
    return row_result(errors_in(part.get("body")) or [{"message": str(part.get("body"))}])


def _nested(row: Mapping[str, str]) -> dict[str, Any]:
    """A CSV row as the REST API gives it: blanks are null, relations nested."""
    found: dict[str, Any] = {}
    for name, text in row.items():
        outer, dot, inner = name.partition(".")
        found[outer] = {inner: text or None} if dot else (text or None)
    return found


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _http_date(record: Record | None) -> str:
    assert record is not None and record.modified_at is not None
    return format_datetime(record.modified_at, usegmt=True)


def _date_of(reply: Reply) -> datetime | None:
    try:
        at = parsedate_to_datetime(reply.headers.get("Date", ""))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at

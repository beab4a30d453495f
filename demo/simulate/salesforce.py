"""A simulated Salesforce org: OAuth, describe, SOQL, collections, composite, conditional requests, Bulk API 2.0, setup objects.

Honest to what `simple-salesforce` and the vendor's documents agree on; where they are silent it does the least a client could count on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from demo.simulate.accounts import start_accounts
from demo.simulate.org import (
    DUPLICATE,
    GONE,
    HELD,
    INVALID,
    LOCKED,
    NOT_LISTED,
    READ_ONLY,
    TOO_LONG,
    UNKNOWN,
    US,
    WRONG_TYPE,
    Entry,
    Org,
    OrgClock,
    Refusal,
    Trait,
)  # fmt: skip
from demo.simulate.salesforce_bulk import BulkJobs
from demo.simulate.salesforce_oauth import CLIENT, USERNAME, Tokens
from demo.simulate.salesforce_query import Queries
from demo.simulate.salesforce_replies import STAMPS, etag, failure, stamp, whole
from demo.simulate.salesforce_setup import Setup
from demo.simulate.salesforce_traits import account_traits
from demo.simulate.server import Answer, Request, Simulator, simulator
from demo.simulate.soql import Select

_CODES = {
    LOCKED: "UNABLE_TO_LOCK_ROW", HELD: "ENTITY_IS_LOCKED", INVALID: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    GONE: "ENTITY_IS_DELETED", UNKNOWN: "INVALID_FIELD", READ_ONLY: "INVALID_FIELD_FOR_INSERT_UPDATE",
    TOO_LONG: "STRING_TOO_LONG", NOT_LISTED: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", WRONG_TYPE: "INVALID_TYPE_ON_FIELD_IN_RECORD",
    DUPLICATE: "DUPLICATES_DETECTED",
}  # fmt: skip
_PATH = re.compile(r"/services/data/v[\d.]+(?P<rest>/.*)?")


def account_id(number: int) -> str:
    """An 18-character id, as Salesforce makes them; the same number gives the same id."""
    head = f"001xx0000{number:06d}"
    return head + "".join(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[sum(1 << i for i, c in enumerate(head[n : n + 5]) if c.isupper())]
        for n in (0, 5, 10)
    )


@simulator("salesforce")
def make(accounts: int = 200, clock: OrgClock | None = None, *, ours: bool = True) -> SalesforceSimulator:
    """An org with so many accounts; `ours` False: without our custom fields."""
    org = Org(account_traits(ours=ours), clock, account_id)
    names = {
        "name": "Name", "phone": "Phone", "website": "Website", "street": "BillingStreet", "city": "BillingCity",
        "country": "BillingCountry", "employees": "NumberOfEmployees", "description": "Description",
    }  # fmt: skip
    for start in start_accounts(accounts):
        values: dict[str, Any] = {names[f]: text for f, text in start.values.items() if f in names}
        if "NumberOfEmployees" in values:
            values["NumberOfEmployees"] = int(values["NumberOfEmployees"])
        org.add(values, start.by, org.clock.now() - timedelta(days=900 - start.number % 800))
    return SalesforceSimulator(org)


class SalesforceSimulator(Simulator):
    """One org, spoken to over REST."""

    kind = "salesforce"

    def __init__(self, org: Org) -> None:
        super().__init__(org)
        self.tokens = Tokens()
        self.setup = Setup(org)
        self.queries = Queries(org, self.setup)
        self.bulk = BulkJobs(org, self.queries, self.written)

    def settings(self, folder: Path) -> str:
        """A configuration that points here, with the private key beside it."""
        file = folder / "simulated-salesforce.pem"
        file.write_bytes(self.tokens.private_key())
        file.chmod(0o600)
        return (
            f'[crm]\nkind = "salesforce"\n\n[crm.options]\nhost = "{self.url}"\nlogin = "{self.url}"\n'
            f'client_id = "{CLIENT}"\nusername = "{USERNAME}"\nprivate_key_file = "{file.name}"\n'
        )

    # -- words -------------------------------------------------------------------------------------------------

    def expired(self) -> Answer:
        """As recorded."""
        self.tokens.good.clear()
        return failure(401, "INVALID_SESSION_ID", "Session expired or invalid")

    def throttled(self) -> Answer:
        """Too many at once: Salesforce says 503 there, 429 comes from its edge."""
        return Answer(429, [{"message": "too many requests", "errorCode": "TOO_MANY_REQUESTS"}],
                      {"Retry-After": f"{self.org.faults.retry_after:g}"})  # fmt: skip

    def spent(self) -> Answer:
        """The 24-hour limit, which is a 403."""
        return failure(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

    def is_write(self, request: Request) -> bool:
        """Queries by POST do not count; composite and collections do."""
        if request.method not in ("POST", "PATCH", "PUT", "DELETE") or self.is_login(request):
            return False
        return "/jobs/query" not in request.path

    def purpose(self, request: Request) -> str:
        """By resource."""
        for part, name in (("/jobs/ingest", "bulk"), ("/jobs/query", "bulk query"), ("/query", "query"), ("/composite", "write"),
                           ("/describe", "describe"), ("/limits", "limits")):  # fmt: skip
            if part in request.path:
                return name
        return super().purpose(request)

    # -- requests ----------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        """The reply, with the usage header that every reply of the org carries."""
        if request.path.startswith("/services/oauth2/token"):
            return self.tokens.answer(request, self.url, int(self.org.clock.now().timestamp() * 1000))
        token = request.headers.get("authorization", "").removeprefix("Bearer ").removeprefix("OAuth ")
        if token not in self.tokens.good:
            return failure(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if request.path == "/services/oauth2/userinfo":
            return Answer(200, {"user_id": "005xx0000evergreen", "preferred_username": USERNAME, "name": US})
        found = _PATH.fullmatch(request.path)
        if found is None:
            return failure(404, "NOT_FOUND", "The requested resource does not exist")
        answer = self._rest(request, found["rest"] or "")
        used = self.org.faults.calls_limit - (self.org.faults.calls_left if self.org.faults.calls_left is not None
                                              else self.org.faults.calls_limit - self.made)  # fmt: skip
        usage = {"Sforce-Limit-Info": f"api-usage={used}/{self.org.faults.calls_limit}",
                 "Date": format_datetime(self.org.clock.now(), usegmt=True)}  # fmt: skip
        return Answer(answer.status, answer.body, {**usage, **answer.headers}, answer.hang)

    def _rest(self, request: Request, rest: str) -> Answer:
        routes: list[tuple[str, Callable[..., Answer]]] = [
            (r"/limits/?", self._limits),
            (r"/query/?", self.queries.answer),
            (r"/queryAll/?", lambda r: self.queries.answer(r, deleted=True)),
            (r"/query(?:All)?/(?P<locator>[\w-]+)", self.queries.more),
            (r"/sobjects/Account/describe/?", self._describe),
            (r"/sobjects/Account/deleted/?", self._deleted),
            (r"/sobjects/Account/?", self._create),
            (r"/sobjects/Account/(?P<name>\w+)", self._one),
            (r"/composite/sobjects/?", self._collection),
            (r"/composite/?", self._composite),
            (r"/jobs/(?P<what>.+)", self.bulk.answer),
            (
                r"/(?P<what>tooling/.+|sobjects/(?:PermissionSet|FieldPermissions|PermissionSetAssignment).*)",
                self.setup.answer,
            ),
        ]
        for pattern, handler in routes:
            found = re.fullmatch(pattern, rest)
            if found is not None:
                return handler(request, **found.groupdict())
        return failure(404, "NOT_FOUND", "The requested resource does not exist")

    def _limits(self, request: Request) -> Answer:
        left = self.org.faults.calls_left
        remaining = self.org.faults.calls_limit - self.made if left is None else left
        told = {"Max": self.org.faults.calls_limit, "Remaining": remaining}
        return Answer(
            200, {"DailyApiRequests": told, "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000}}
        )

    def _describe(self, request: Request) -> Answer:
        system = [
            Trait("Id", "id", "Account ID", 18, writable=False),
            *(Trait(n, "datetime", n, 0, writable=False) for n in STAMPS),
        ]
        fields = [self._field(trait) for trait in [*system, *self.org.visible()]]
        return Answer(
            200, {"name": "Account", "label": "Account", "fields": fields, "childRelationships": []}
        )

    def _field(self, trait: Trait) -> dict[str, Any]:
        digits = {"int": 8, "double": 18, "currency": 18}.get(trait.type, 0)
        return {
            "name": trait.name, "label": trait.label, "type": trait.type,
            "length": trait.length if trait.type in ("string", "textarea", "phone", "url", "email", "picklist") else 0,
            "precision": digits if trait.type != "int" else 0, "digits": digits if trait.type == "int" else 0,
            "scale": 0 if trait.type != "currency" else 2, "nillable": trait.name != "Name", "updateable": self.org.may_write(trait),
            "createable": self.org.may_write(trait), "calculated": False, "custom": trait.custom, "externalId": False,
            "picklistValues": [{"value": o, "label": o, "active": True, "defaultValue": False} for o in trait.options],
            "restrictedPicklist": trait.restricted, "referenceTo": ["Account"] if trait.type == "reference" else [],
        }  # fmt: skip

    def _deleted(self, request: Request) -> Answer:
        start, end = (datetime.fromisoformat(request.query[k].replace(" ", "+")) for k in ("start", "end"))
        if start < self.org.clock.now() - timedelta(days=15):
            return failure(400, "INVALID_REPLICATION_DATE", "startDate is too long ago")
        gone = [e for e in self.org.entries.values() if e.deleted is not None and start <= e.deleted <= end]
        rows = [{"id": e.id, "deletedDate": stamp(e.deleted or e.modified)} for e in gone]
        return Answer(
            200,
            {"deletedRecords": rows, "earliestDateAvailable": stamp(start), "latestDateCovered": stamp(end)},
        )

    # -- records -----------------------------------------------------------------------------------------------

    def _create(self, request: Request) -> Answer:
        if request.method != "POST":
            return failure(405, "METHOD_NOT_ALLOWED", "HTTP Method not allowed")
        return Answer(201, {"id": self.org.add(request.json or {}, US), "success": True, "errors": []})

    def _one(self, request: Request, name: str) -> Answer:
        entry = self.org.find(name)
        if entry is None:
            gone = name in self.org.entries
            return failure(
                404,
                "ENTITY_IS_DELETED" if gone else "NOT_FOUND",
                "Provided external ID field does not exist or is not accessible",
            )
        refused = self._condition(request, entry)
        if refused is not None:
            return refused
        if request.method == "DELETE":
            self.org.delete(name)
            return Answer(204)
        if request.method == "PATCH":
            errors = self.written(name, request.json or {})
            return Answer(204) if not errors else Answer(400, [_rest_error(e) for e in errors])
        record = self.queries.record(
            Select(("Id", *STAMPS, *(t.name for t in self.org.visible())), (), "Account", (), (), None),
            self.queries.row(entry),
        )
        return Answer(
            200,
            record,
            {"ETag": etag(entry), "Last-Modified": format_datetime(whole(entry.modified), usegmt=True)},
        )

    def _condition(self, request: Request, entry: Entry) -> Answer | None:
        wanted, since = request.headers.get("if-match"), request.headers.get("if-unmodified-since")
        if wanted is not None and wanted.strip() != etag(entry):
            return failure(412, "PRECONDITION_FAILED", "the entity has changed")
        if since is None:
            return None
        try:
            limit = parsedate_to_datetime(since)
        except ValueError:
            return failure(400, "INVALID_HEADER", "If-Unmodified-Since")
        return (
            failure(412, "PRECONDITION_FAILED", "the entity has changed")
            if whole(entry.modified) > limit
            else None
        )

    def written(self, name: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Writes one record; returns its errors, none where it is written."""
        values = {key: value for key, value in body.items() if key not in ("attributes", "id", "Id")}
        try:
            for key, value in values.items():
                self._typed(key, value)
            self.org.write(name, values)
        except Refusal as refusal:
            return [
                {
                    "statusCode": _CODES[refusal.code],
                    "message": refusal.message,
                    "fields": list(refusal.names),
                }
            ]
        return []

    def _typed(self, key: str, value: Any) -> None:
        trait = self.org.traits.get(key)
        if trait is None or value is None:
            return
        number = trait.type in ("int", "double", "currency")
        if number and (isinstance(value, bool) or not re.fullmatch(r"-?\d+(\.\d+)?", str(value))):
            raise Refusal(WRONG_TYPE, f"{key}: value not of required type: {value}", (key,))
        if trait.type == "date" and not re.match(r"(1[7-9]|[2-4]\d)\d\d-\d\d-\d\d", str(value)):
            raise Refusal(WRONG_TYPE, f"{key}: value not of required type: {value}", (key,))

    def _collection(self, request: Request) -> Answer:
        body = request.json
        rows = body.get("records") if isinstance(body, dict) else None
        if request.method != "PATCH" or not isinstance(rows, list) or len(rows) > 200:
            return failure(
                400, "INVALID_BATCH_SIZE", "record limit reached. cannot submit more than 200 records"
            )
        results = []
        for row in rows:
            name = str(row.get("id") or row.get("Id") or "")
            errors = self.written(name, row)
            results.append(
                {"success": False, "errors": errors}
                if errors
                else {"id": name, "success": True, "errors": []}
            )
        return Answer(200, results)

    def _composite(self, request: Request) -> Answer:
        parts = (request.json or {}).get("compositeRequest", [])
        if len(parts) > 25:
            return failure(400, "PROCESSING_HALTED", "at most 25 subrequests")
        found = []
        for part in parts:
            path, _, query = str(part["url"]).partition("?")
            headers = {k.lower(): v for k, v in (part.get("httpHeaders") or {}).items()}
            inner = _inner(part["method"], path, query, headers, part.get("body"))
            reply = self._rest(inner, _rest_of(path))
            found.append(
                {
                    "body": reply.body,
                    "httpHeaders": dict(reply.headers),
                    "httpStatusCode": reply.status,
                    "referenceId": part["referenceId"],
                }
            )
        return Answer(200, {"compositeResponse": found})


def _inner(method: str, path: str, query: str, headers: Mapping[str, str], body: Any) -> Request:
    values = {k: v[-1] for k, v in parse_qs(query).items()}
    return Request(
        method, unquote(path), values, headers, json.dumps(body).encode() if body is not None else b""
    )


def _rest_error(error: Mapping[str, Any]) -> dict[str, Any]:
    return {"message": error["message"], "errorCode": error["statusCode"], "fields": error["fields"]}


def _rest_of(path: str) -> str:
    found = _PATH.fullmatch(path)
    return (found["rest"] or "") if found is not None else ""

"""A simulated Dataverse environment: accounts with ETags, OData queries, $batch, column metadata.

Shapes as in the Dataverse Web API reference. Invented where it is silent: words of plug-in refusals and of a row in use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from demo.simulate.accounts import start_accounts
from demo.simulate.dynamics_metadata import INDUSTRIES, metadata, trait_of, traits
from demo.simulate.org import (
    DUPLICATE,
    GONE,
    HELD,
    LOCKED,
    READ_ONLY,
    UNKNOWN,
    US,
    Entry,
    Org,
    OrgClock,
    Refusal,
)
from demo.simulate.server import Answer, Request, Simulator, simulator

CLIENT, SECRET, TOKEN = "00000000-0000-4000-8000-000000000001", "secret-of-the-simulator", "token-simulated-1"
_API = "/api/data/v9.2"
_NAMES = "@OData.Community.Display.V1.FormattedValue"
_ROW = re.compile(rf"{_API}/accounts\(([0-9a-f-]{{36}})\)")
_REFUSALS = {
    LOCKED: (429, "0x80072326", "Number of concurrent requests exceeded the limit: the row is in use."),
    HELD: (400, "0x80040265", "The account is in approval and cannot be edited."),
    GONE: (404, "0x80040217", "Entity 'Account' With Id = {id} Does Not Exist"),
    DUPLICATE: (412, "0x80040333", "A record was not created or updated because a duplicate of the current record already exists."),
    READ_ONLY: (403, "0x80040220", "Principal user lacks Write privilege on column."),
    UNKNOWN: (400, "0x80048d19", "Error identified in Payload provided by the user for Entity :'accounts'"),
}  # fmt: skip


@simulator("dynamics")
def make(accounts: int = 200, clock: OrgClock | None = None, *, ours: bool = True) -> DynamicsSimulator:
    """An environment with so many accounts; `ours` False: without our own columns."""
    org = Org(
        traits(ours=ours),
        clock,
        id_of=lambda number: str(UUID(int=0xACC0_0000_0000_4000_8000_0000_0000_0000 + number)),
    )
    names = {
        "name": "name", "phone": "telephone1", "website": "websiteurl", "street": "address1_line1", "city": "address1_city",
        "country": "address1_country", "description": "description",
    }  # fmt: skip
    for start in start_accounts(accounts):
        values: dict[str, Any] = {names[k]: v for k, v in start.values.items() if k in names}
        if "employees" in start.values:
            values["numberofemployees"] = int(start.values["employees"])
        org.add(values, start.by, org.clock.now() - timedelta(days=900 - start.number % 800))
    return DynamicsSimulator(org)


class DynamicsSimulator(Simulator):
    """One environment behind one app registration."""

    kind = "dynamics"

    def settings(self, folder: Path) -> str:
        """A configuration that points here; the secret goes into a file beside it."""
        file = folder / "simulated-dynamics.secret"
        file.write_text(SECRET)
        file.chmod(0o600)
        return (
            f'[crm]\nkind = "dynamics"\nmachine_users = ["import"]\n\n[crm.options]\nurl = "{self.url}"\n'
            f'login = "{self.url}/tenant/oauth2/v2.0/token"\ntenant = "tenant"\nclient_id = "{CLIENT}"\n'
            f'client_secret_file = "{file.name}"\nuser_name = "{US}"\n'
        )

    def is_write(self, request: Request) -> bool:
        """A batch may only read; ours writes."""
        return request.method == "PATCH" or request.path.endswith("/$batch")

    def expired(self) -> Answer:
        """A token that is no longer good: a 401 without a body."""
        return Answer(401, None, {"WWW-Authenticate": 'Bearer error="invalid_token"'})

    def throttled(self) -> Answer:
        """Service protection."""
        body = _body(
            "0x80072322", "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
        )
        return Answer(429, body, {"Retry-After": f"{self.org.faults.retry_after:g}"})

    def spent(self) -> Answer:
        """There is no daily limit that stops; a very long wait stands for it."""
        return Answer(
            429, _body("0x80072322", "Number of requests exceeded the limit."), {"Retry-After": "3600"}
        )

    def answer(self, request: Request) -> Answer:
        """The reply as OData."""
        if self.is_login(request):
            return self._token(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return self.expired()
        row = _ROW.fullmatch(request.path)
        if row is not None:
            return self._row(request, row[1])
        if "/EntityDefinitions(" in request.path:
            return self._columns(request)
        segment = request.path.removeprefix(f"{_API}/")
        if segment == "accounts" and request.method == "GET":
            return self._list(request.query)
        unknown = Answer(404, _body("0x80060888", f"Resource not found for the segment '{segment}'."))
        return self._batch(request) if segment == "$batch" else unknown

    def _token(self, request: Request) -> Answer:
        form = request.form
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return Answer(
                401,
                {
                    "error": "invalid_client",
                    "error_description": "AADSTS7000215: Invalid client secret provided.",
                },
            )
        return Answer(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN})

    # -- reading -----------------------------------------------------------------------------------------------

    def _list(self, query: Mapping[str, str]) -> Answer:
        columns = query.get("$select", "name").split(",")
        visible = {trait.name for trait in self.org.visible()} | {"_modifiedby_value"}
        unknown = [name for name in columns if name not in visible]
        if unknown:
            return Answer(
                400,
                _body(
                    "0x80060888",
                    f"Could not find a property named '{unknown[0]}' on type 'Microsoft.Dynamics.CRM.account'.",
                ),
            )
        found = [entry for entry in self.org.live() if _fits(entry, query.get("$filter", ""))]
        found.sort(key=lambda entry: (entry.modified, entry.id))
        start, size = int(query.get("$skiptoken", 0)), 1000
        body: dict[str, Any] = {
            "@odata.context": f"{self.url}{_API}/$metadata#accounts",
            "value": [self._shown(entry, columns) for entry in found[start : start + size]],
        }
        if start + size < len(found):
            more = "&".join(f"{key}={value}" for key, value in query.items() if key != "$skiptoken")
            body["@odata.nextLink"] = f"{self.url}{_API}/accounts?{more}&$skiptoken={start + size}"
        return Answer(200, body)

    def _shown(self, entry: Entry, columns: list[str]) -> dict[str, Any]:
        row: dict[str, Any] = {"@odata.etag": _etag(entry), "accountid": entry.id}
        for name in columns:
            if name == "modifiedon":
                row[name] = f"{entry.modified.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            elif name == "_modifiedby_value":
                row |= {
                    name: str(UUID(int=sum(entry.modified_by.encode()))),
                    name + _NAMES: entry.modified_by,
                }
            else:
                value = entry.values.get(name)
                row[name] = value
                if name == "industrycode" and value is not None:
                    row[name + _NAMES] = {number: label for label, number in INDUSTRIES.items()}.get(
                        int(value), ""
                    )
        return row

    # -- writing -----------------------------------------------------------------------------------------------

    def _row(self, request: Request, number: str) -> Answer:
        entry = self.org.find(number)
        if request.method == "GET":
            columns = request.query.get("$select", "name").split(",")
            return Answer(200, self._shown(entry, columns)) if entry else _missing(number)
        return self._patch(number, request.json or {}, request.headers.get("if-match"))

    def _patch(self, number: str, values: Mapping[str, Any], version: str | None) -> Answer:
        entry = self.org.find(number)
        if entry is None and version is None:  # an upsert: the trap of a PATCH without a condition
            self.org.entries[number] = Entry(
                number, dict(values), self.org.clock.now(), self.org.clock.now(), US
            )
            return Answer(204, None)
        if entry is None:
            return _missing(number)
        if version not in (None, "*", _etag(entry)):
            words = "The version of the existing record doesn't match the RowVersion property provided."
            return Answer(412, _body("0x80060882", words))
        wrong = self._wrong(values)
        if wrong:
            return Answer(400, _body("0x80048d19", wrong))
        try:
            self.org.write(
                number,
                {
                    name: str(v) if name == "industrycode" and v is not None else v
                    for name, v in values.items()
                },
            )
        except Refusal as refusal:
            status, code, words = _REFUSALS.get(refusal.code, (400, "0x80040265", "{said}"))
            named = "".join(f" '{name}'" for name in refusal.names)
            return Answer(status, _body(code, words.format(id=number, said=refusal.message) + named))
        return Answer(204, None, {"OData-EntityId": f"{self.url}{_API}/accounts({number})"})

    def _wrong(self, values: Mapping[str, Any]) -> str:
        """What is wrong with the types of a payload: OData does not turn texts into numbers."""
        for name, value in values.items():
            trait = self.org.traits.get(name)
            if trait is None or name in self.org.faults.hidden:
                return f"Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.account'."
            if value is not None and isinstance(value, str) != (trait.type in ("String", "Memo", "DateTime")):
                return f"Cannot convert the literal '{value}' of '{name}' to the expected type."
        return ""

    def _batch(self, request: Request) -> Answer:
        boundary = re.search(r"boundary=([^;]+)", request.headers.get("content-type", ""))
        pieces = request.body.decode().split(f"--{boundary[1]}")[1:-1] if boundary else []
        going_on = "odata.continue-on-error" in request.headers.get("prefer", "")
        answers: list[Answer] = []
        for piece in pieces:
            answers.append(self._part(piece))
            if answers[-1].status >= 400 and not going_on:
                break
        mark = "batchresponse_simulated"
        text = "".join(
            f"--{mark}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n{_http(a)}\r\n"
            for a in answers
        )
        return Answer(
            200, f"{text}--{mark}--\r\n".encode(), {"Content-Type": f"multipart/mixed; boundary={mark}"}
        )

    def _part(self, piece: str) -> Answer:
        asked = re.search(
            r"PATCH \S*?/accounts\(([0-9a-f-]{36})\) HTTP/1.1\r\n(.*?)\r\n\r\n(.*)", piece, re.S
        )
        if asked is None:
            return Answer(400, _body("0x80048d19", "the request of the batch cannot be read"))
        version = re.search(r"^If-Match: (.+?)\r?$", asked[2], re.M | re.I)
        return self._patch(asked[1], json.loads(asked[3].strip() or "{}"), version[1] if version else None)

    # -- columns -----------------------------------------------------------------------------------------------

    def _columns(self, request: Request) -> Answer:
        if request.method == "POST":
            told = request.json or {}
            trait = trait_of(told)
            if trait.name in self.org.traits:
                return Answer(
                    400,
                    _body("0x80047013", f"An attribute with the specified name {trait.name} already exists"),
                )
            self.org.traits[trait.name] = trait
            return Answer(204, None)
        kind = re.search(r"Microsoft\.Dynamics\.CRM\.(\w+)AttributeMetadata", request.path)
        shown = [t for t in self.org.visible() if kind is None or t.type == kind[1]]
        return Answer(200, {"value": [metadata(trait, self.org.may_write(trait)) for trait in shown]})


def _fits(entry: Entry, asked: str) -> bool:
    listed = re.search(r"PropertyValues=\[(.*?)\]", asked)
    if listed is not None:
        return f"'{entry.id}'" in listed[1]
    since = re.search(r"modifiedon ge (\S+)", asked)
    return since is None or entry.modified >= datetime.fromisoformat(since[1].replace("Z", "+00:00"))


def _etag(entry: Entry) -> str:
    return f'W/"{468_000 + entry.version}"'


def _missing(number: str) -> Answer:
    return Answer(404, _body("0x80040217", f"Entity 'Account' With Id = {number} Does Not Exist"))


def _body(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _http(answer: Answer) -> str:
    body = json.dumps(answer.body) if answer.body is not None else ""
    kind = "Content-Type: application/json; odata.metadata=minimal\r\n" if body else ""
    return f"HTTP/1.1 {answer.status} Whatever\r\n{kind}OData-Version: 4.0\r\n\r\n{body}"

"""A simulated Odoo 19: XML-RPC, its JSON twin, and JSON-2, over one database of partners.

Manners and shapes as recorded from Odoo 19.0. Simulated without a recording: a daily limit and its words, and that a rule
of somebody's module may hold a record.
"""

from __future__ import annotations

import re
import threading
import xmlrpc.client
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from demo.simulate.accounts import start_accounts
from demo.simulate.odoo_orm import METHODS, OdooOrm
from demo.simulate.odoo_tables import COUNTRIES, USERS, OdooError, crashed, denied, partner_traits
from demo.simulate.org import US, Org, OrgClock
from demo.simulate.server import Answer, Request, Simulator, simulator

DATABASE, KEY = "crm", "api-key-of-the-simulator"
_JSON2 = re.compile(r"/json/2/(?P<model>[\w.]+)/(?P<method>\w+)")
_REMOTE = ("/xmlrpc/common", "/xmlrpc/object", "/xmlrpc/2/common", "/xmlrpc/2/object", "/jsonrpc")
_WRITING = frozenset({"write", "create", "unlink", "load"})
_PARAMETERS: Mapping[str, list[str]] = {
    "search": ["domain", "offset", "limit", "order"], "search_read": ["domain", "fields", "offset", "limit", "order"],
    "search_count": ["domain", "limit"], "read": ["fields", "load"], "write": ["vals"], "create": ["vals_list"], "unlink": [],
    "fields_get": ["allfields", "attributes"], "load": ["fields", "data"], "context_get": [],
}  # fmt: skip


@simulator("odoo")
def make(accounts: int = 200, clock: OrgClock | None = None, *, ours: bool = True) -> OdooSimulator:
    """A database with so many companies; `ours` False: without our own fields."""
    org = Org(partner_traits(ours=ours), clock)
    codes = {code: number for number, (_, code) in COUNTRIES.items()}
    kept = ("name", "phone", "website", "street", "city")
    for start in start_accounts(accounts):
        values: dict[str, Any] = {name: start.values[name] for name in kept if name in start.values}
        if start.values.get("country") in codes:
            values["country_id"] = codes[start.values["country"]]
        at = org.clock.now() - timedelta(days=900 - start.number % 800)
        org.add({**values, "is_company": True}, start.by, at)
    return OdooSimulator(org)


class OdooSimulator(Simulator):
    """One database under three protocols. `keys` are those API keys that are good, by key: the user's id."""

    kind = "odoo"

    def __init__(self, org: Org) -> None:
        super().__init__(org)
        self.orm = OdooOrm(org)
        self.keys = {KEY: 7}
        self._asked = threading.local()

    def settings(self, folder: Path) -> str:
        """A configuration that points here; the key goes into a file beside it."""
        file = folder / "simulated-odoo.key"
        file.write_text(KEY)
        file.chmod(0o600)
        return (
            f'[crm]\nkind = "odoo"\n\n[crm.options]\nurl = "{self.url}"\ndatabase = "{DATABASE}"\nuser = "{US}"\n'
            f'api_key_file = "{file.name}"\nprotocol = "json2"\n'
        )

    def advice(self) -> str:
        """What to connect with."""
        return f'[crm] kind = "odoo", [crm.options] url = "{self.url}", database = "{DATABASE}", user = "{US}", API key {KEY}'

    # -- words -------------------------------------------------------------------------------------------------

    def serve(self, request: Request) -> Answer:
        """Keeps the request of this thread, since Odoo words a refusal by protocol."""
        self._asked.request = request
        return super().serve(request)

    def expired(self) -> Answer:
        """The key is good no more: a fault over XML-RPC, a 401 over JSON-2."""
        return self._refused(denied())

    def throttled(self) -> Answer:
        """What stands before Odoo's hosted service says."""
        return Answer(429, b"Too Many Requests", {"Retry-After": f"{self.org.faults.retry_after:g}"})

    def spent(self) -> Answer:
        """A daily limit, in words of our own: none is documented."""
        return Answer(429, {"message": "daily limit of calls reached"})

    def is_login(self, request: Request) -> bool:
        """Who am I and what version are you cost nothing."""
        service = self._remote(request)[0] if request.path == "/jsonrpc" else ""
        free = ("/xmlrpc/common", "/xmlrpc/2/common", "/json/2/res.users/context_get", "/doc-bearer")
        return service == "common" or request.path.startswith(free)

    def is_write(self, request: Request) -> bool:
        """By the method called."""
        found = _JSON2.fullmatch(request.path)
        if found is not None:
            return found["method"] in _WRITING
        if request.path in ("/xmlrpc/object", "/xmlrpc/2/object", "/jsonrpc"):
            _, _, params = self._remote(request)
            return len(params) > 4 and params[4] in _WRITING
        return False

    # -- requests ----------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        """The reply in the protocol's own shape."""
        try:
            if request.path.startswith("/json/2/"):
                return Answer(200, self._json2(request))
            if request.path.startswith("/doc-bearer/"):
                return Answer(
                    200,
                    {
                        "methods": {
                            m: {"parameters": dict.fromkeys(p), "api": _api(m)}
                            for m, p in _PARAMETERS.items()
                        }
                    },
                )
            if request.path in _REMOTE:
                return self._said(self._rpc(*self._remote(request)))
        except OdooError as error:
            return self._refused(error)
        page = b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n"
        return Answer(404, page, {"Content-Type": "text/html; charset=utf-8"})

    def _json2(self, request: Request) -> Any:
        found = _JSON2.fullmatch(request.path)
        token = re.sub(r"^bearer\s+", "", request.headers.get("authorization", ""), flags=re.I)
        user = self.keys.get(token)
        if user is None:
            raise OdooError("werkzeug.exceptions.Unauthorized", "Invalid apikey", 3, 401)
        if request.headers.get("x-odoo-database", DATABASE) != DATABASE or found is None:
            raise crashed("werkzeug.exceptions.NotFound", "404 Not Found", 404)
        body = request.json
        if not isinstance(body, dict):
            raise crashed("werkzeug.exceptions.BadRequest", "the body is no JSON object", 400)
        return self.orm.call(user, found["model"], found["method"], (), body)

    def _remote(self, request: Request) -> tuple[str, str, list[Any]]:
        """Service, method and parameters of an XML-RPC or JSON-RPC call."""
        if request.path == "/jsonrpc":
            params = (request.json or {}).get("params", {})
            return params.get("service", ""), params.get("method", ""), list(params.get("args", ()))
        try:
            params, method = xmlrpc.client.loads(request.body)
        except Exception as error:  # whatever the parser makes of it
            raise crashed("xml.parsers.expat.ExpatError", str(error)) from error
        return request.path.rpartition("/")[2], method or "", list(params)

    def _rpc(self, service: str, method: str, params: list[Any]) -> Any:
        if service == "common":
            if method == "version":
                return {"server_version": "19.0", "server_version_info": [19, 0, 0, "final", 0, ""], "server_serie": "19.0",
                        "protocol_version": 1}  # fmt: skip
            database, login, key = params[:3]
            return self._user(database, key, login=login) or False
        if method != "execute_kw" or len(params) < 5:
            raise crashed("AttributeError", f"no method {method!r}")
        database, user, key, model, name, *rest = params
        if self._user(database, key, number=user) is None:
            raise denied()
        args = rest[0] if rest else []
        kwargs = rest[1] if len(rest) > 1 else {}
        return self.orm.call(user, model, name, args, kwargs)

    def _user(self, database: str, key: str, login: str = "", number: int | None = None) -> int | None:
        if database != DATABASE:
            raise crashed("psycopg2.OperationalError", f'database "{database}" does not exist')
        user = self.keys.get(key)
        fits = user is not None and (user == number if number is not None else USERS[user][0] == login)
        return user if fits else None

    def _said(self, result: Any) -> Answer:
        request: Request = self._asked.request
        if request.path == "/jsonrpc":
            return Answer(200, {"jsonrpc": "2.0", "id": (request.json or {}).get("id"), "result": result})
        return _xml(xmlrpc.client.dumps((result,), methodresponse=True, allow_none=False))

    def _refused(self, error: OdooError) -> Answer:
        path = self._asked.request.path
        if path.startswith("/xmlrpc"):
            told = (
                f"Traceback (most recent call last):\n  …\n{error.name}: {error.message}"
                if error.fault == 1
                else error.message
            )
            return _xml(xmlrpc.client.dumps(xmlrpc.client.Fault(error.fault, told)))
        body = {
            "name": error.name,
            "message": error.message,
            "arguments": [error.message],
            "context": {},
            "debug": "",
        }
        if path == "/jsonrpc":
            told_ = {"code": 200, "message": "Odoo Server Error", "data": body}
            return Answer(200, {"jsonrpc": "2.0", "id": None, "error": told_})
        return Answer(error.status, body)


def _xml(text: str) -> Answer:
    return Answer(200, text.encode(), {"Content-Type": "text/xml; charset=utf-8"})


def _api(method: str) -> list[str]:
    return ["model"] if method not in ("read", "write", "unlink") else []


assert set(_PARAMETERS) == set(METHODS)

"""Odoo's two ways in: JSON-2 (Odoo 19 and newer) and XML-RPC (all versions, announced to go). One `call` for both.

Odoo runs every call in one transaction: whatever it refuses, it has undone. Its refusals name an exception class (JSON-2) or
carry a fault number (XML-RPC); a server that falls over a field it does not know is a refusal, too.
"""

from __future__ import annotations

import re
import xmlrpc.client
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from xml.parsers.expat import ExpatError

from accounts.clock import Clock
from accounts.errors import ConfigError, CrmUnavailable
from crm.remote.meter import CallMeter
from crm.remote.options import Options
from crm.remote.records import Fault
from crm.remote.session import ApiSession, Dialect, Reply

Protocol = Literal["json2", "xmlrpc"]
#: Parameters that XML-RPC wants in place, beside the ids.
_IN_PLACE = {"write": ("vals",), "create": ("vals_list",), "load": ("fields", "data")}
_WITH_IDS = frozenset({"read", "write", "unlink"})
_LOCKED = re.compile(
    r"could not serialize access|could not obtain lock|LockNotAvailable|deadlock detected", re.I
)
_GONE = re.compile(r"does not exist or has been deleted|Unknown database identifier", re.I)
_DENIED = re.compile(
    r"not allowed to|do not have enough rights|access (rights|error|denied)|没有权限|不允许", re.I
)
_HELD = re.compile(r"\block(ed)?\b|approval|锁定|审批", re.I)
_SPENT = re.compile(r"daily|quota", re.I)
_BY_NUMBER = {2: Fault.VALIDATION, 3: Fault.AUTH_EXPIRED, 4: Fault.PERMISSION}
_BY_NAME = {
    "AccessDenied": Fault.AUTH_EXPIRED, "Unauthorized": Fault.AUTH_EXPIRED, "AccessError": Fault.PERMISSION,
    "MissingError": Fault.GONE, "KeyError": Fault.UNKNOWN_FIELD, "ValueError": Fault.UNKNOWN_FIELD,
}  # fmt: skip


class OdooSession:
    """Calls methods of models as one user of one database. Raises what `ApiSession` raises."""

    def __init__(self, options: Options, meter: CallMeter, clock: Clock) -> None:
        self.user = options.text("user", "evergreen")
        self.database = options.text("database", remedy="The name of Odoo's database.")
        self.protocol = options.text("protocol", "json2")
        if self.protocol not in ("json2", "xmlrpc"):
            raise ConfigError(
                f"[crm.options] protocol is {self.protocol!r}.", remedy="It is json2 (Odoo 19 and newer) or xmlrpc.",
                key="crm.options.protocol",
            )  # fmt: skip
        self._key = options.secret("api_key", remedy="Make one in Odoo under Preferences, Account Security.")
        base = options.address("url", remedy="Where Odoo answers, for instance https://example.odoo.com.")
        dialect = Dialect(self._authorise, _fault, _words, secrets=lambda: (self._key,))
        self._api = ApiSession("odoo", base, dialect, meter, clock, timeout=options.number("timeout", 60.0))
        self._number: int | None = None

    @property
    def number(self) -> int:
        """Our user's id in Odoo."""
        if self._number is None:
            if self.protocol == "json2":
                self._number = int(self.read("res.users", "context_get")["uid"])
            else:
                self._number = self._logged_in()
        return self._number

    def read(self, model: str, method: str, **parameters: Any) -> Any:
        """A method that changes nothing."""
        return self._call(model, method, parameters, "read", safe=True)

    def write(self, model: str, method: str, **parameters: Any) -> Any:
        """A method that changes something: sent once."""
        return self._call(model, method, parameters, "write", safe=False)

    def _call(
        self, model: str, method: str, parameters: Mapping[str, Any], purpose: str, *, safe: bool
    ) -> Any:
        if self.protocol == "json2":
            path = f"/json/2/{model}/{method}"
            return self._api.call("POST", path, purpose=purpose, safe=safe, json=dict(parameters)).body
        named = dict(parameters)
        args = [named.pop("ids", [])] if method in _WITH_IDS else []
        args += [named.pop(name) for name in _IN_PLACE.get(method, ())]
        whole = [self.database, self.number, self._key, model, method, _small(args), _small(named)]
        return self._xml("/xmlrpc/2/object", "execute_kw", whole, purpose, safe=safe)

    def _logged_in(self) -> int:
        found = self._xml(
            "/xmlrpc/2/common", "authenticate", [self.database, self.user, self._key, {}], "login", safe=True
        )
        if not isinstance(found, int) or isinstance(found, bool):
            raise CrmUnavailable(
                f"Odoo knows no user {self.user!r} with this key in the database {self.database!r}.", crm="odoo",
                remedy="Check [crm.options] user, database and the API key.",
            )  # fmt: skip
        return found

    def _xml(self, path: str, method: str, params: Sequence[Any], purpose: str, *, safe: bool) -> Any:
        body = xmlrpc.client.dumps(tuple(params), method).encode("utf-8", "xmlcharrefreplace")
        reply = self._api.call("POST", path, purpose=purpose, safe=safe, data=body)
        try:
            [result], _ = xmlrpc.client.loads(reply.text)
        except (ExpatError, ValueError, TypeError, xmlrpc.client.Error) as error:
            raise CrmUnavailable(
                "Odoo answered with something that is no XML-RPC.", crm="odoo", raw=reply.text[:600],
                remedy="Check [crm.options] url and protocol; a proxy may stand in between.",
            ) from error  # fmt: skip
        return result

    def _authorise(self) -> Mapping[str, str]:
        if self.protocol == "json2":
            return {"Authorization": f"bearer {self._key}", "X-Odoo-Database": self.database}
        return {"Content-Type": "text/xml"}


def _small(value: Any) -> Any:
    """A value XML-RPC can carry: its whole numbers end at 31 bits, and it has no null."""
    if isinstance(value, dict):
        return {key: _small(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list | tuple):
        return [_small(entry) for entry in value]
    if isinstance(value, int) and not -(2**31) <= value < 2**31:
        return float(value)
    return value


def class_of(words: str, otherwise: Fault) -> Fault:
    """What a refusal means by its words; the classes Odoo raises are few."""
    if _LOCKED.search(words):
        return Fault.LOCKED_ROW
    if _GONE.search(words):
        return Fault.GONE
    if _DENIED.search(words):
        return Fault.PERMISSION
    return Fault.HELD if otherwise is Fault.VALIDATION and _HELD.search(words) else otherwise


def _fault(reply: Reply) -> Fault | None:
    if reply.status == 429:
        return Fault.BUDGET_SPENT if _SPENT.search(reply.text) else Fault.THROTTLED
    if isinstance(reply.body, dict) and "name" in reply.body and reply.status >= 400:
        otherwise = _BY_NAME.get(str(reply.body["name"]).rpartition(".")[2])
        by_status = Fault.VALIDATION if reply.status == 422 else Fault.OTHER
        return class_of(_words(reply), otherwise or by_status)
    told = _told(reply)
    if told is None:
        return None
    if told.faultCode == 1:
        lost = re.search(r"\b(KeyError|ValueError)\b", told.faultString)
        return class_of(told.faultString, Fault.UNKNOWN_FIELD if lost else Fault.OTHER)
    return class_of(told.faultString, _BY_NUMBER.get(told.faultCode, Fault.OTHER))


def _told(reply: Reply) -> xmlrpc.client.Fault | None:
    """The fault an XML-RPC answer carries."""
    if "<fault>" not in reply.text[:2000]:
        return None
    try:
        xmlrpc.client.loads(reply.text)
    except xmlrpc.client.Fault as fault:
        return fault
    except (ExpatError, ValueError, TypeError, xmlrpc.client.Error):
        return None
    return None


def _words(reply: Reply) -> str:
    if isinstance(reply.body, dict) and "message" in reply.body:
        return str(reply.body["message"])
    told = _told(reply)
    if told is None:
        return reply.text
    text = str(told.faultString).strip()
    return text.splitlines()[-1] if text.startswith("Traceback") else text

"""Tryton's JSON-RPC: a session by login and password, methods of models, refusals in the server's words.

Errors travel as `{"error": [name, …]}` with status 200. Dates, decimals and bytes are objects with a `__class__`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from accounts.clock import Clock
from crm.remote.meter import CallMeter
from crm.remote.options import Options
from crm.remote.records import Fault
from crm.remote.session import ApiSession, Dialect, Reply

_FAULTS = {
    "ConcurrencyException": Fault.STALE,
    "UserError": Fault.VALIDATION,
    "UserWarning": Fault.VALIDATION,
    "LoginException": Fault.AUTH_EXPIRED,
}
#: What the database says when two transactions meet, in the dialects Tryton runs on.
_LOCKED = ("database is locked", "could not serialize access", "could not obtain lock", "deadlock detected")


class TrytonSession:
    """Calls of one user on one database. Raises what `ApiSession` raises."""

    def __init__(self, options: Options, meter: CallMeter, clock: Clock) -> None:
        self.user = options.text("user", "evergreen")
        self._password = options.secret("password", remedy="It is the password of Tryton's user for us.")
        base = options.address("url", remedy="Where Tryton answers, for instance https://tryton.example.com.")
        database = options.text("database", remedy="The name of Tryton's database.")
        dialect = Dialect(self._authorise, _fault, _words, secrets=lambda: (self._password,))
        self._api = ApiSession(
            "tryton",
            f"{base}/{database}/rpc/",
            dialect,
            meter,
            clock,
            timeout=options.number("timeout", 60.0),
        )

    def read(self, model: str, method: str, *params: Any, **context: Any) -> Any:
        """A method that changes nothing, with the context's entries by name."""
        return self._call(f"model.{model}.{method}", [*params, context], "read", safe=True)

    def write(self, model: str, method: str, *params: Any, **context: Any) -> Any:
        """A method that changes something: sent once."""
        return self._call(f"model.{model}.{method}", [*params, context], "write", safe=False)

    def _call(
        self, method: str, params: Sequence[Any], purpose: str, *, safe: bool, authorised: bool = True
    ) -> Any:
        body = {"id": 0, "method": method, "params": params}
        reply = self._api.call("POST", "", purpose=purpose, safe=safe, json=body, authorised=authorised)
        return revived(reply.body["result"])

    def _authorise(self) -> Mapping[str, str]:
        user_id, key, *_ = self._call(
            "common.db.login",
            [self.user, {"password": self._password}],
            "login",
            safe=False,
            authorised=False,
        )
        told = base64.b64encode(f"{self.user}:{user_id}:{key}".encode()).decode()
        return {"Authorization": f"Session {told}"}


def _fault(reply: Reply) -> Fault | None:
    if reply.status != 200:
        return None
    if not isinstance(reply.body, dict) or ("error" not in reply.body and "result" not in reply.body):
        return Fault.TRANSIENT
    if "error" not in reply.body:
        return None
    name, words = str(reply.body["error"][0]), _words(reply)
    if any(text in words for text in _LOCKED):
        return Fault.LOCKED_ROW
    if "AccessError" in words or "not allowed to" in words:
        return Fault.PERMISSION
    return _FAULTS.get(name, Fault.OTHER)


def _words(reply: Reply) -> str:
    """The refusal as Tryton words it: message and description of a UserError, else name and text."""
    error = reply.body.get("error") if isinstance(reply.body, dict) else None
    if not error:
        return "it knows no such user with this password" if reply.status == 401 else reply.text
    name, *rest = error
    parts = rest[0] if rest and isinstance(rest[0], list) else rest
    said = " ".join(str(part) for part in parts if isinstance(part, str) and part)
    return said if name == "UserError" and said else f"{name}: {said}".rstrip(": ")


def revived(value: Any) -> Any:
    """A JSON value with Tryton's dates, times and decimals as Python's own; times are UTC."""
    if isinstance(value, list):
        return [revived(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__class__")
    if kind == "datetime":
        return datetime(
            value["year"], value["month"], value["day"], value["hour"], value["minute"], value["second"],
            value["microsecond"], UTC,
        )  # fmt: skip
    if kind == "date":
        return date(value["year"], value["month"], value["day"]).isoformat()
    if kind == "Decimal":
        return value["decimal"]
    return {name: revived(entry) for name, entry in value.items()}


def moment(at: datetime) -> dict[str, Any]:
    """A time as Tryton's JSON wants it."""
    at = at.astimezone(UTC)
    return {
        "__class__": "datetime", "year": at.year, "month": at.month, "day": at.day, "hour": at.hour,
        "minute": at.minute, "second": at.second, "microsecond": at.microsecond,
    }  # fmt: skip


def dressed(kind: str, value: Any) -> Any:
    """A plain JSON value as a field of one of Tryton's types wants it."""
    if value is None:
        return None
    if kind == "numeric":
        return {"__class__": "Decimal", "decimal": str(value)}
    if kind == "date":
        day = date.fromisoformat(str(value)[:10])
        return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}
    if kind in ("datetime", "timestamp"):
        return moment(datetime.fromisoformat(str(value).replace("Z", "+00:00")))
    return float(value) if kind == "float" else value

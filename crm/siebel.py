"""The CRM `siebel`: accounts over Siebel's REST API, a record at a time.

Siebel offers neither a precondition nor a history that we know how to ask for: the engine re-reads just before and reads back after, and
a person's edit in the moment between leaves no trace. `docs/siebel.md` says so, and what of the contract is not confirmed. Errors
come as a status of 500 with an SBL code, which decides; Siebel's own words are kept.

Source: Oracle, Siebel REST API Guide.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from accounts.account import Actor
from accounts.catalogue import Catalogue
from accounts.clock import Clock
from accounts.config import Config
from crm.registry import register
from crm.remote.connector import RemoteCrm
from crm.remote.formats import Wire
from crm.remote.options import Options
from crm.remote.records import Fault, Property, Record, Row, RowResult, Shape
from crm.remote.session import ApiSession, Dialect, Reply
from crm.remote.singly import write_singly

_PAGE = 100
_ABOUT = ("Id", "Updated", "Updated By Name")
_FORMAT = "%m/%d/%Y %H:%M:%S"
_CODE = re.compile(r"SBL-[A-Z]{3}-\d{5}")
_CODES = {
    "SBL-DAT-00523": Fault.LOCKED_ROW, "SBL-DAT-00542": Fault.LOCKED_ROW, "SBL-DAT-00279": Fault.PERMISSION,
    "SBL-DAT-00471": Fault.HELD, "SBL-DAT-00382": Fault.DUPLICATE, "SBL-EAI-04391": Fault.DUPLICATE,
    "SBL-EAI-04397": Fault.GONE, "SBL-EAI-04383": Fault.UNKNOWN_FIELD,
}  # fmt: skip


@register("siebel")
def open_siebel(config: Config, catalogue: Catalogue, clock: Clock) -> Siebel:
    """The `siebel` CRM of a configuration. Raises ConfigError where address or credentials are missing."""
    return Siebel(config, catalogue, clock)


class Siebel(RemoteCrm):
    """A Siebel server as a CRM."""

    kind = "siebel"
    wire = Wire(strings=True, blank="")
    rows_a_call = 20  # a small batch keeps the moment between re-reading and writing short
    calls_a_batch = rows_a_call + 2  # one call a record
    reads_a_call = 50

    def __init__(self, config: Config, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(config, catalogue, clock)
        options = Options(config)
        self._user, self._password = options.text("user"), options.secret("password")
        self._path = "/" + options.text("path", "/siebel/v1.0/data/Account/Account").strip("/")
        self._view, self._keys = options.text("view_mode", "All"), options.texts("user_key")
        self._format = options.text("time_format", _FORMAT)
        self._format, options.text("time_format", _FORMAT), options.number("calls_a_run", 0)
        login = b64encode(f"{self._user}:{self._password}".encode()).decode()
        self.session = ApiSession(
            self.kind, options.address("url", remedy="Your server's address, as https://HOST:PORT."),
            Dialect(lambda: {"Authorization": f"Basic {login}", "Accept": "application/json"}, fault_of, words_of,
                    secrets=lambda: (self._password, login)),
            self.meter, clock,
            sleep=lambda seconds: self.sleep(seconds),  # noqa: PLW0108 - tests replace it later
        )  # fmt: skip

    def our_names(self) -> frozenset[str]:
        """Our login."""
        return frozenset({self._user})

    def properties(self) -> Iterable[Property]:
        """The fields as the component's description has them; where it has none, those one account is shown with.

        With neither a description nor an account the mapped fields are taken for there.
        """
        reply = self.session.get(f"{self._path}/describe", passes=frozenset({Fault.GONE, Fault.VALIDATION}))
        told: dict[str, Mapping[str, Any]] = dict(_described(reply.body) if reply.status < 400 else {})
        if not told:
            rows = self._items(self._get(self._params(1, 0)))
            told = {name: {} for name in (rows[0] if rows else (m.property for m in self.mapping))}
        for name in sorted(set(told) - {"Link", *_ABOUT}):
            mapped, length = self.mapping.at(name), told[name].get("maxLength")
            yield Property(
                name, (mapped.shape if mapped is not None else None) or Shape.TEXT, name, not told[name].get("readOnly", False),
                max_length=int(length) if length else None, raw="field",
            )  # fmt: skip

    def pages(self, names: Sequence[str], since: datetime | None) -> Iterator[Sequence[Record]]:
        """All accounts, or those updated since, 100 a page."""
        asked = (
            {"searchspec": f"[Updated] >= '{since.astimezone(UTC).strftime(self._format)}'"} if since else {}
        )
        start = 0
        while True:
            params = {**self._params(_PAGE, start), **asked, "fields": self._fields(names), "sortspec": "Id"}
            found = [self._record(row, names) for row in self._items(self._get(params))]
            if found:
                yield found
            if len(found) < _PAGE:
                return
            start += _PAGE

    def records(self, ids: Sequence[str], names: Sequence[str]) -> Iterable[Record]:
        """These accounts."""
        good = [i for i in ids if re.fullmatch(r"[0-9A-Z-]{3,20}", i, re.I)]
        if not good:
            return []
        spec = " OR ".join(f"[Id] = '{i}'" for i in good)
        params = {**self._params(len(good), 0), "searchspec": spec, "fields": self._fields(names)}
        return [self._record(row, names) for row in self._items(self._get(params))]

    def write(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """One call a record."""
        return write_singly(rows, self._put)

    def _put(self, row: Row) -> None:
        seen = row.seen.properties if row.seen is not None else {}
        body = {key: seen.get(key) or "" for key in self._keys} | {"Id": row.id} | dict(row.properties)
        self.session.call("PUT", f"{self._path}/{quote(row.id)}", purpose="write", safe=False, json=body)

    def _get(self, params: Mapping[str, str]) -> Reply:
        """A query; that no row fits comes as a 404."""
        return self.session.get(self._path, params=params, passes=frozenset({Fault.GONE}))

    def _params(self, size: int, start: int) -> dict[str, str]:
        return {
            "PageSize": str(size), "StartRowNum": str(start), "ViewMode": self._view, "childlinks": "None", "uniformresponse": "y",
        }  # fmt: skip

    def _fields(self, names: Sequence[str]) -> str:
        return ",".join(dict.fromkeys([*_ABOUT, *names, *self._keys]))

    def _items(self, reply: Reply) -> list[Mapping[str, Any]]:
        """The rows; a single one may come bare, whatever was asked for."""
        items = reply.body.get("items") if isinstance(reply.body, Mapping) and reply.status < 400 else None
        return [items] if isinstance(items, Mapping) else list(items or ())

    def _record(self, row: Mapping[str, Any], names: Sequence[str]) -> Record:
        by = str(row.get("Updated By Name") or "") or None
        values = {name: row.get(name) or None for name in (*names, *self._keys)}
        return Record(
            str(row["Id"]),
            values,
            self._moment(row.get("Updated")),
            by,
            Actor.UNKNOWN if by is None else None,
        )

    def _moment(self, text: Any) -> datetime | None:
        try:
            return datetime.strptime(str(text), self._format).replace(tzinfo=UTC)
        except ValueError:
            return None


def _described(body: Any) -> Mapping[str, Mapping[str, Any]]:
    """The properties of the richest definition of an OpenAPI description."""
    told = body if isinstance(body, Mapping) else {}
    schemas = told.get("definitions") or (told.get("components") or {}).get("schemas") or {}
    return max(
        (s.get("properties") or {} for s in schemas.values() if isinstance(s, Mapping)), key=len, default={}
    )


def words_of(reply: Reply) -> str:
    """Siebel's own words."""
    body = reply.body if isinstance(reply.body, Mapping) else {}
    return str(body.get("ERROR") or body.get("error") or reply.text)


def fault_of(reply: Reply) -> Fault | None:
    """What an answer means: the SBL code decides; a 500 with one is no broken server."""
    if reply.status < 400:
        return None
    code = _CODE.search(words_of(reply))
    if code is not None:
        return _CODES.get(code[0], Fault.VALIDATION)
    return None  # by the status

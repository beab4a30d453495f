"""The CRM `hubspot`: companies over the CRM v3 API.

HubSpot has no precondition: the engine re-reads just before and looks again after. What it does have is the best history of
all: every value of every property with its source, so that no edit of a person goes unseen. Its search lags behind writes by
seconds, so nothing is ever verified through it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.account import Actor
from accounts.catalogue import Catalogue
from accounts.clock import Clock
from accounts.config import Config
from accounts.errors import CrmBudgetSpent, CrmCallRefused, CrmRefused
from crm.hubspot_words import (
    blamed,
    definition_of,
    events_of,
    fault_of,
    left_of,
    property_of,
    row_results,
    words_of,
)
from crm.registry import register
from crm.remote.connector import RemoteCrm
from crm.remote.formats import Wire, read_moment
from crm.remote.mapping import MappedField
from crm.remote.options import Options
from crm.remote.records import Fault, Left, Property, PropertyEvent, Record, Row, RowResult
from crm.remote.session import ApiSession, Dialect, Reply

_LIST, _WITH_HISTORY, _SEARCH, _WINDOW = 100, 50, 200, 10_000
_MODIFIED = "hs_lastmodifieddate"
_REMEDIES = {
    Fault.AUTH_EXPIRED: "Check the private app's token: it may have been rotated.",
    Fault.PERMISSION: "The private app needs the scopes crm.objects.companies.read and .write, crm.schemas.companies.read and .write.",
    Fault.BUDGET_SPENT: "The day's calls of the portal are used up; the next run goes on.",
}  # fmt: skip


class _TooMany(Exception):
    """More companies changed in one moment than a search gives out."""


@register("hubspot")
def open_hubspot(config: Config, catalogue: Catalogue, clock: Clock) -> HubSpot:
    """The `hubspot` CRM of a configuration. Raises ConfigError where the token is missing."""
    return HubSpot(config, catalogue, clock)


class HubSpot(RemoteCrm):
    """A HubSpot portal as a CRM."""

    kind = "hubspot"
    wire = Wire(strings=True, blank="")
    rows_a_call = 100
    reads_a_call = _WITH_HISTORY
    own_rows = 100
    keeps_history = True
    overlap = timedelta(minutes=10)

    def __init__(self, config: Config, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(config, catalogue, clock)
        options = Options(config)
        self._token = options.secret("token", remedy="Make a private app in HubSpot and put its token there.")
        self._objects = "/" + options.text("objects_path", "/crm/v3/objects/companies").strip("/")
        self._definitions = "/" + options.text("properties_path", "/crm/v3/properties/companies").strip("/")
        self._group = options.text("property_group", "companyinformation")
        self._app = options.maybe("app_id")
        self.session = ApiSession(
            self.kind, options.address("url", "https://api.hubapi.com"),
            Dialect(lambda: {"Authorization": f"Bearer {self._token}"}, fault_of, words_of, self._told, lambda: (self._token,), _REMEDIES),
            self.meter, clock, sleep=lambda seconds: self.sleep(seconds),  # noqa: PLW0108 - tests replace it later
        )  # fmt: skip

    def our_names(self) -> frozenset[str]:
        """Our app's id, by which the history names our own writes."""
        return frozenset({self._app_id()} - {""})

    def properties(self) -> Iterable[Property]:
        """All properties of companies."""
        return [property_of(told) for told in self.session.get(self._definitions).body["results"]]

    def pages(self, names: Sequence[str], since: datetime | None) -> Iterator[Sequence[Record]]:
        """All companies from the list, or the changed ones: their ids from the search, what they hold by id."""
        if since is not None:
            try:
                ids = [i for found in self._changed(since) for i in found]
            except _TooMany:  # more than a search can tell apart: an import, say. The list knows them all
                pass
            else:
                for at in range(0, len(ids), _WITH_HISTORY):
                    yield self._batch(ids[at : at + _WITH_HISTORY], names)
                return
        after: str | None = None
        while True:
            params = {
                "limit": _WITH_HISTORY,
                "properties": ",".join(names),
                "propertiesWithHistory": ",".join(names),
            }
            body = self.session.get(self._objects, params=params | ({"after": after} if after else {})).body
            yield [self._record(row) for row in body["results"]]
            after = ((body.get("paging") or {}).get("next") or {}).get("after")
            if not after:
                return

    def records(self, ids: Sequence[str], names: Sequence[str]) -> Iterable[Record]:
        """These companies with their history; unknown ids are left out (the answer is then a 207)."""
        return self._batch(ids, names)

    def gone(self, since: datetime) -> Iterable[str]:
        """Companies archived since a time: deleted ones, and those merged into others."""
        after: str | None = None
        while True:
            params = {"limit": _LIST, "archived": "true", **({"after": after} if after else {})}
            body = self.session.get(self._objects, params=params).body
            for row in body["results"]:
                at = read_moment(row.get("archivedAt") or row.get("updatedAt"))
                if at is None or at >= since:
                    yield str(row["id"])
            after = ((body.get("paging") or {}).get("next") or {}).get("after")
            if not after:
                return

    def history(self, ids: Collection[str] | None, since: datetime) -> Iterable[PropertyEvent]:
        """What `records` bring along, for those asked about; all companies' histories came with the pull."""
        if ids is None:
            return []
        found = [event for record in self.read_records(ids).values() for event in record.events or ()]
        return [event for event in found if event.at >= since]

    def write(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """One batch update. HubSpot may refuse a whole batch for one bad row: it is then halved until the row is found."""
        inputs = [{"id": row.id, "properties": dict(row.properties)} for row in rows]
        passes = frozenset(
            {
                Fault.VALIDATION,
                Fault.UNKNOWN_FIELD,
                Fault.GONE,
                Fault.DUPLICATE,
                Fault.LOCKED_ROW,
                Fault.OTHER,
            }
        )
        reply = self.session.call(
            "POST", f"{self._objects}/batch/update", purpose="write", safe=False, json={"inputs": inputs}, passes=passes
        )  # fmt: skip
        if reply.status < 400:
            return row_results([row.id for row in rows], reply.body)
        if len(rows) > 1:
            half = len(rows) // 2
            first = self.write(rows[:half])
            try:
                return [*first, *self.write(rows[half:])]
            except CrmBudgetSpent as error:
                return [*first, *[RowResult(Fault.BUDGET_SPENT, str(error))] * (len(rows) - half)]
        body = reply.body if isinstance(reply.body, Mapping) else {}
        return [RowResult(fault_of(reply) or Fault.OTHER, words_of(reply), blamed(body))]

    def create(self, fields: Sequence[MappedField]) -> Sequence[str]:
        """Makes properties in one batch. Raises CrmRefused where the app may not."""
        inputs = [definition_of(mapped, self._group) for mapped in fields]
        try:
            self.session.call(
                "POST",
                f"{self._definitions}/batch/create",
                purpose="setup",
                safe=False,
                json={"inputs": inputs},
            )
        except CrmCallRefused as error:
            raise CrmRefused(
                f"HubSpot does not let our app make properties: {error.raw}", crm=self.kind, raw=error.raw,
                remedy="Give the private app the scope crm.schemas.companies.write, or make them in Settings, Properties.",
            ) from error  # fmt: skip
        return [mapped.property for mapped in fields]

    def _told(self, reply: Reply) -> None:
        left = left_of(reply.headers)
        if left is not None:
            self.meter.told(left)

    def _app_id(self) -> str:
        """Our app's id: from the settings, else asked of HubSpot once; "" where it does not tell."""
        if self._app is None:
            passes = frozenset(Fault)
            reply = self.session.call(
                "POST", "/oauth/v2/private-apps/get/access-token-info", purpose="read", safe=True,
                json={"tokenKey": self._token}, passes=passes,
            )  # fmt: skip
            told = reply.body if reply.status < 400 and isinstance(reply.body, Mapping) else {}
            self._app = str(told.get("appId") or "")
        return self._app

    def _changed(self, since: datetime) -> Iterator[list[str]]:
        """Ids of companies changed at or after a time, oldest first. A search ends at ten thousand: the next one starts there."""
        start, seen = since, set[str]()
        while True:
            found, last = 0, start
            for rows in self._search(start):
                fresh = [str(row["id"]) for row in rows if str(row["id"]) not in seen]
                seen.update(fresh)
                found += len(rows)
                last = read_moment(rows[-1]["properties"].get(_MODIFIED)) or last
                yield fresh
            if found < _WINDOW:
                return
            if last <= start:
                raise _TooMany
            start = last

    def _search(self, since: datetime) -> Iterator[list[Mapping[str, Any]]]:
        stamp, after = str(int(since.timestamp() * 1000)), ""
        for _ in range(_WINDOW // _SEARCH):
            asked = {
                "filterGroups": [{"filters": [{"propertyName": _MODIFIED, "operator": "GTE", "value": stamp}]}],
                "sorts": [{"propertyName": _MODIFIED, "direction": "ASCENDING"}], "properties": [_MODIFIED],
                "limit": _SEARCH, **({"after": after} if after else {}),
            }  # fmt: skip
            body = self.session.call(
                "POST", f"{self._objects}/search", purpose="read", safe=True, json=asked
            ).body
            if body["results"]:
                yield body["results"]
            after = ((body.get("paging") or {}).get("next") or {}).get("after") or ""
            if not after:
                return

    def _batch(self, ids: Sequence[str], names: Sequence[str]) -> list[Record]:
        numbers = [{"id": i} for i in ids if i.isascii() and i.isdigit()]
        if not numbers:
            return []
        asked = {"properties": list(names), "propertiesWithHistory": list(names), "inputs": numbers}
        body = self.session.call(
            "POST", f"{self._objects}/batch/read", purpose="read", safe=True, json=asked
        ).body
        return [self._record(row) for row in body["results"]]

    def _record(self, row: Mapping[str, Any]) -> Record:
        number, values = str(row["id"]), row.get("properties") or {}
        events = events_of(number, row.get("propertiesWithHistory") or {}, self._app_id())
        changed = read_moment(row.get("updatedAt") or values.get(_MODIFIED))
        newest = events[-1] if events else None
        own = (
            newest is not None
            and changed is not None
            and newest.at >= changed.astimezone(UTC) - timedelta(seconds=2)
        )
        return Record(
            number, {name: value for name, value in values.items() if value not in (None, "")}, changed,
            newest.by if own and newest is not None else None, newest.hands if own and newest is not None else Actor.UNKNOWN,
            events=events,
        )  # fmt: skip

    def left(self) -> Left | None:
        """Told by the headers of every call but a search; the properties are asked for anyway."""
        self.schema()
        return None

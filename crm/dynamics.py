"""The CRM `dynamics`: accounts of Dynamics 365 over the Dataverse Web API.

Every row carries an ETag, and a write names the one it has seen: where somebody was faster the write is refused (412), the row is
read again and decided anew. No human edit can be lost here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from accounts.catalogue import Catalogue
from accounts.clock import Clock
from accounts.config import Config
from accounts.errors import CrmCallRefused, CrmOutcomeUnknown, CrmRefused, CrmUnavailable
from crm.dynamics_batch import Update, pack, unpack
from crm.dynamics_words import definition_of, fault_of, property_of, words_of
from crm.registry import register
from crm.remote.connector import RemoteCrm
from crm.remote.formats import Wire, read_moment
from crm.remote.mapping import MappedField
from crm.remote.options import Options
from crm.remote.picklists import labelled, numbered
from crm.remote.records import Fault, Property, Record, Row, RowResult, Shape
from crm.remote.session import ApiSession, Dialect

_PAGE, _NAMES = 1000, "@OData.Community.Display.V1.FormattedValue"
_ODATA = {"OData-MaxVersion": "4.0", "OData-Version": "4.0", "Accept": "application/json"}
_ATTRIBUTES = "LogicalName,AttributeType,IsValidForUpdate,IsCustomAttribute,DisplayName"
_METADATA = "Microsoft.Dynamics.CRM"
_REMEDIES = {
    Fault.AUTH_EXPIRED: "Check tenant, client id and secret of the app registration.",
    Fault.PERMISSION: "Give the application user a role that reads and writes accounts in your environment.",
}


@register("dynamics")
def open_dynamics(config: Config, catalogue: Catalogue, clock: Clock) -> Dynamics:
    """The `dynamics` CRM of a configuration. Raises ConfigError where address or credentials are missing."""
    return Dynamics(config, catalogue, clock)


class Dynamics(RemoteCrm):
    """A Dataverse environment as a CRM."""

    kind = "dynamics"
    wire = Wire(year_from=1753)
    rows_a_call = 100
    reads_a_call = 100
    precondition = True
    own_rows = 100

    def __init__(self, config: Config, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(config, catalogue, clock)
        options = Options(config)
        org = options.address("url", remedy="Your environment's address, as https://NAME.crm.dynamics.com.")
        self._login = options.address(
            "login", f"https://login.microsoftonline.com/{options.text('tenant')}/oauth2/v2.0/token"
        )
        self._client, self._secret = options.text("client_id"), options.secret("client_secret")
        self._scope, self._user = f"{org}/.default", options.maybe("user_name") or ""
        self._api = "/" + options.text("api_path", "/api/data/v9.2").strip("/")
        self._table, self._set = options.text("table", "account"), options.text("table_set", "accounts")
        self.session = ApiSession(
            self.kind, org,
            Dialect(self._authorise, lambda r: fault_of(r.status, r.body), lambda r: words_of(r.body, r.text),
                    secrets=lambda: (self._secret,), remedies=_REMEDIES),
            self.meter, clock,
            sleep=lambda seconds: self.sleep(seconds),  # noqa: PLW0108 - tests replace it later
        )  # fmt: skip

    def our_names(self) -> frozenset[str]:
        """Our application user's name, as `modifiedby` shows it."""
        return frozenset({self._user} - {""})

    def properties(self) -> Iterable[Property]:
        """The table's columns, their lengths and option sets."""
        path = f"{self._api}/EntityDefinitions(LogicalName='{self._table}')/Attributes"
        columns = self.session.get(path, params={"$select": _ATTRIBUTES}).body["value"]
        lengths: dict[str, int] = {}
        for kind in ("String", "Memo"):
            told = self.session.get(
                f"{path}/{_METADATA}.{kind}AttributeMetadata", params={"$select": "LogicalName,MaxLength"}
            )
            lengths |= {
                row["LogicalName"]: row["MaxLength"] for row in told.body["value"] if row.get("MaxLength")
            }
        days = self.session.get(
            f"{path}/{_METADATA}.DateTimeAttributeMetadata", params={"$select": "LogicalName,Format"}
        )
        formats = {row["LogicalName"]: row.get("Format") for row in days.body["value"]}
        picks = self.session.get(
            f"{path}/{_METADATA}.PicklistAttributeMetadata", params={"$select": "LogicalName", "$expand": "OptionSet"}
        ).body["value"]  # fmt: skip
        options = {row["LogicalName"]: _options(row.get("OptionSet") or {}) for row in picks}
        return [
            property_of({**c, "Format": formats.get(c["LogicalName"])}, lengths, options) for c in columns
        ]

    def pages(self, names: Sequence[str], since: datetime | None) -> Iterator[Sequence[Record]]:
        """All accounts, or those changed since, page by page."""
        params: dict[str, str] | None = {
            "$select": ",".join([*names, "modifiedon", "_modifiedby_value"]),
            "$orderby": "modifiedon asc",
        }
        if since is not None and params is not None:
            params["$filter"] = f"modifiedon ge {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        path = f"{self._api}/{self._set}"
        prefer = {"Prefer": f'odata.maxpagesize={_PAGE},odata.include-annotations="*"'}
        while path:
            body = self.session.get(path, params=params, headers=prefer).body
            yield [self._record(row, names) for row in body["value"]]
            path, params = body.get("@odata.nextLink") or "", None

    def records(self, ids: Sequence[str], names: Sequence[str]) -> Iterable[Record]:
        """These accounts, in one call."""
        listed = ",".join(f"'{i}'" for i in ids if "'" not in i)
        params = {
            "$select": ",".join([*names, "modifiedon", "_modifiedby_value"]),
            "$filter": f"{_METADATA}.In(PropertyName='{self._table}id',PropertyValues=[{listed}])",
        }
        body = self.session.get(
            f"{self._api}/{self._set}", params=params, headers={"Prefer": 'odata.include-annotations="*"'}
        ).body
        return [self._record(row, names) for row in body["value"]]

    def write(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """One batch; each row is refused on its own where it is no longer at the version we saw."""
        there = self.schema()
        updates = [
            Update(
                f"{self.session.base}{self._api}/{self._set}({row.id})",
                {name: numbered(there[name], value) for name, value in row.properties.items()},
                row.seen.version if row.seen is not None else None,
            )
            for row in rows
        ]
        kind, data = pack(updates)
        reply = self.session.call(
            "POST", f"{self._api}/$batch", purpose="write", safe=False, data=data,
            headers={"Content-Type": kind, "Prefer": "odata.continue-on-error"},
        )  # fmt: skip
        parts = unpack(reply.headers.get("Content-Type", ""), reply.text)
        if len(parts) != len(rows):
            raise CrmOutcomeUnknown(
                f"Dataverse answered {len(parts)} of {len(rows)} requests of a batch.", crm=self.kind,
                remedy="What was sent is read back before anything is sent again.",
            )  # fmt: skip
        return [
            RowResult(
                fault_of(p.status, p.body), "" if p.status < 400 else words_of(p.body), _named(row, p.body)
            )
            for row, p in zip(rows, parts, strict=True)
        ]

    def create(self, fields: Sequence[MappedField]) -> Sequence[str]:
        """Makes columns, one call each. Raises CrmRefused where our user may not."""
        path = f"{self._api}/EntityDefinitions(LogicalName='{self._table}')/Attributes"
        for mapped in fields:
            try:
                self.session.call("POST", path, purpose="setup", safe=False, json=definition_of(mapped))
            except CrmCallRefused as error:
                raise CrmRefused(
                    f"Dataverse does not let our user make {mapped.property}: {error.raw}", crm=self.kind, raw=error.raw,
                    remedy="Give the application user the role System Customizer for the set-up.",
                ) from error  # fmt: skip
        return [mapped.property for mapped in fields]

    def _record(self, row: Mapping[str, Any], names: Sequence[str]) -> Record:
        there = self.schema()
        values = {name: self._value(there[name], row.get(name)) for name in names if name in there}
        by = row.get(f"_modifiedby_value{_NAMES}") or row.get("_modifiedby_value")
        return Record(
            str(row[f"{self._table}id"]), values, read_moment(row.get("modifiedon")), str(by) if by else None,
            version=row.get("@odata.etag"),
        )  # fmt: skip

    def _value(self, prop: Property, raw: Any) -> Any:
        return labelled(prop, raw) if prop.shape in (Shape.PICKLIST, Shape.MULTI_PICKLIST) else raw

    def _authorise(self) -> Mapping[str, str]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client,
            "client_secret": self._secret,
            "scope": self._scope,
        }
        try:
            reply = self.session.call(
                "POST", self._login, purpose="login", safe=True, data=form, authorised=False
            )
        except CrmCallRefused as error:
            raise CrmUnavailable(
                "Microsoft refuses our login.",
                remedy=_REMEDIES[Fault.AUTH_EXPIRED],
                crm=self.kind,
                raw=error.raw,
            ) from error
        token = reply.body.get("access_token") if isinstance(reply.body, Mapping) else None
        if not token:
            raise CrmUnavailable(
                "Microsoft's login answered without a token.",
                remedy=_REMEDIES[Fault.AUTH_EXPIRED],
                crm=self.kind,
            )
        return {"Authorization": f"Bearer {token}", **_ODATA}


def _options(told: Mapping[str, Any]) -> dict[str, str]:
    """Numbers by label."""
    return {
        str(((o.get("Label") or {}).get("UserLocalizedLabel") or {}).get("Label") or o["Value"]): str(
            o["Value"]
        )
        for o in told.get("Options") or ()
    }


def _named(row: Row, body: Any) -> tuple[str, ...]:
    """The properties an error's words name."""
    words = words_of(body)
    return (
        tuple(name for name in row.properties if f"'{name}'" in words or f" {name} " in f" {words} ")
        if words
        else ()
    )

"""The CRM `neocrm`: accounts (客户) of 销售易's open platform, read by XOQL, written record by record.

There is neither a precondition nor a history: the engine re-reads just before and reads back after, and an edit of a person in the
moment between leaves no trace. `docs/neocrm.md` says so, and what of the contract is not confirmed; every host, path and limit is a
setting, and the vendor's own words are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.account import Actor
from accounts.catalogue import Catalogue
from accounts.clock import Clock
from accounts.config import Config
from accounts.errors import CrmCallRefused, CrmUnavailable
from crm.neocrm_words import fault_of, payload, property_of, words_of
from crm.registry import register
from crm.remote.connector import RemoteCrm
from crm.remote.formats import read_moment
from crm.remote.options import Options
from crm.remote.picklists import labelled, numbered
from crm.remote.records import Fault, Property, Record, Row, RowResult, Shape
from crm.remote.session import ApiSession, Dialect
from crm.remote.singly import write_singly

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_ABOUT = ("updatedAt", "updatedBy", "lockStatus", "approvalStatus")
_REMEDIES = {
    Fault.AUTH_EXPIRED: "Check client_id, client secret, user name, and password with its security token (安全令牌).",
    Fault.PERMISSION: "Let the API user read and edit accounts (客户) and their fields.",
}


@register("neocrm")
def open_neocrm(config: Config, catalogue: Catalogue, clock: Clock) -> Neocrm:
    """The `neocrm` CRM of a configuration. Raises ConfigError where credentials are missing."""
    return Neocrm(config, catalogue, clock)


class Neocrm(RemoteCrm):
    """A 销售易 tenant as a CRM."""

    kind = "neocrm"
    rows_a_call = 20  # a small batch keeps the moment between re-reading and writing short
    calls_a_batch = rows_a_call + 2  # one call a record
    reads_a_call = 100

    def __init__(self, config: Config, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(config, catalogue, clock)
        options = Options(config)
        self._login = options.address("login", "https://login.xiaoshouyi.com/auc/oauth2/token")
        self._grant = {
            "grant_type": "password", "client_id": options.text("client_id"), "username": options.text("username"),
            "redirect_uri": options.text("redirect_uri", "https://api.xiaoshouyi.com"),
        }  # fmt: skip
        self._secrets = (
            options.secret("client_secret"),
            options.secret(
                "password",
                remedy="The account's password with the 8 characters of its security token after it.",
            ),
        )
        self._object = "/" + options.text("object_path", "/rest/data/v2.0/xobjects/account").strip("/")
        self._query = "/" + options.text("query_path", "/rest/data/v2.0/query/xoql").strip("/")
        self._page = int(options.number("page", 100))
        self._closed = {"lockStatus": options.texts("locked_values") or ("2", "locked"),
                        "approvalStatus": options.texts("approval_values") or ("1", "in_approval")}  # fmt: skip
        self._user = options.maybe("user_id") or ""
        self.session = ApiSession(
            self.kind, options.address("api", "https://api.xiaoshouyi.com"),
            Dialect(self._authorise, fault_of, words_of, secrets=lambda: self._secrets, remedies=_REMEDIES), self.meter, clock,
            sleep=lambda seconds: self.sleep(seconds),  # noqa: PLW0108 - tests replace it later
        )  # fmt: skip

    def our_names(self) -> frozenset[str]:
        """Our user's id, which is what `updatedBy` holds."""
        return frozenset({self._user} - {""})

    def properties(self) -> Iterable[Property]:
        """The fields of accounts as the object's description has them."""
        told = payload(self.session.get(f"{self._object}/description"))
        return [property_of(field) for field in told["fields"]]

    def pages(self, names: Sequence[str], since: datetime | None) -> Iterator[Sequence[Record]]:
        """Accounts by id; XOQL sorts by nothing else."""
        changed = f" and updatedAt >= {int(since.timestamp() * 1000)}" if since else ""
        last = "0"
        while True:
            found = self._select(names, f"id > {last}{changed} order by id limit 0,{self._page}")
            if found:
                yield found
                last = found[-1].id
            if len(found) < self._page:
                return

    def records(self, ids: Sequence[str], names: Sequence[str]) -> Iterable[Record]:
        """These accounts."""
        wanted = ",".join(i for i in ids if i.isascii() and i.isdigit())
        return self._select(names, f"id in ({wanted}) order by id limit 0,{len(ids)}") if wanted else []

    def write(self, rows: Sequence[Row]) -> Sequence[RowResult]:
        """One call a record."""
        return write_singly(rows, self._patch)

    def _patch(self, row: Row) -> None:
        data = {name: numbered(self.schema()[name], value) for name, value in row.properties.items()}
        path = f"{self._object}/{row.id}"
        self.session.call("PATCH", path, purpose="write", safe=False, json={"data": data})

    def _select(self, names: Sequence[str], rest: str) -> list[Record]:
        there = self.schema()
        about = [name for name in _ABOUT if name in there or name.startswith("updated")]
        columns = ", ".join(dict.fromkeys(["id", *names, *about]))
        form = {"xoql": f"select {columns} from account where {rest}"}
        told = payload(
            self.session.call("POST", self._query, purpose="read", safe=True, data=form, headers=_FORM)
        )
        if not isinstance(told, Mapping) or not isinstance(told.get("records"), list):
            raise CrmUnavailable(
                "销售易 answered a query without records.",
                remedy="Check query_path under [crm.options].",
                crm=self.kind,
                raw=str(told)[:300],
            )
        return [self._record(row, names) for row in told["records"]]

    def _record(self, row: Mapping[str, Any], names: Sequence[str]) -> Record:
        by = str(row.get("updatedBy") or "") or None
        closed = next((name for name, values in self._closed.items() if str(row.get(name)) in values), None)
        words = {
            None: "",
            "lockStatus": "The account is locked (锁定).",
            "approvalStatus": "The account is in approval (审批中).",
        }
        return Record(
            str(row["id"]), {name: self._word(name, row.get(name)) for name in names}, read_moment(row.get("updatedAt")), by,
            Actor.UNKNOWN if by is None else None, held=words[closed],
        )  # fmt: skip

    def _word(self, name: str, raw: Any) -> Any:
        """A pick list's number as its label, a date's milliseconds as a day; anything else as it is."""
        prop = self.schema().get(name)
        if prop is None or raw in (None, ""):
            return None
        if prop.shape in (Shape.PICKLIST, Shape.MULTI_PICKLIST):
            return labelled(prop, raw)
        moment = read_moment(raw) if prop.shape in (Shape.DATE, Shape.MOMENT) else None
        return moment.date().isoformat() if moment and prop.shape is Shape.DATE else raw

    def _authorise(self) -> Mapping[str, str]:
        secret, password = self._secrets
        form = {**self._grant, "client_secret": secret, "password": password}
        try:
            reply = self.session.call(
                "POST", self._login, purpose="login", safe=True, data=form, authorised=False
            )
        except CrmCallRefused as error:
            raise CrmUnavailable(
                "销售易 refuses our login.",
                remedy=_REMEDIES[Fault.AUTH_EXPIRED],
                crm=self.kind,
                raw=error.raw,
            ) from error
        told = reply.body if isinstance(reply.body, Mapping) else {}
        if not told.get("access_token"):
            raise CrmUnavailable(
                "销售易's login answered without a token.",
                remedy=_REMEDIES[Fault.AUTH_EXPIRED],
                crm=self.kind,
                raw=words_of(reply)[:300],
            )
        return {"Authorization": f"Bearer {told['access_token']}"}
